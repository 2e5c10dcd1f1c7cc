"""What the bytes of a logged image mean: class ids, or sRGB colours; raw, or in a file format.

Nothing that was logged is trusted: sizes, numbers and lengths are checked against each other before a byte is
read, and what is wrong is one `SourceError`. Pixels leave as 8 bit sRGB, straight alpha, row 0 on top; they
may be views of what was logged, so read them, don't write.
"""

from __future__ import annotations

import contextlib
import enum
import functools
import io
import math
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import chroma
from blazon.ingest.chunk import ImageFormat
from blazon.ingest.colors import encode_srgb
from blazon.ingest.errors import SourceError
from blazon.ingest.image_formats import ChannelDatatype, ColorModel, PixelFormat

if TYPE_CHECKING:
    from PIL import Image as Pillow

Bytes = NDArray[np.uint8]
Kind = TypeVar("Kind", bound=enum.IntEnum)

FILE_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "JPEG2000", "QOI")
"""What is read: pictures only. Pillow would also start Ghostscript for an EPS file that someone logged."""

MOST_KEPT = 2  # times as many bytes as an image has are kept in memory for its sake
_FULL_16 = (0.0, 65535.0)
_GREY_PIXEL_FORMATS = (PixelFormat.Y8_FullRange, PixelFormat.Y8_LimitedRange)


class Triples:
    """Red, green and blue of an opaque image. Its RGBA is made when somebody asks for it: kernels that draw need none.

    values : uint8 (h, w, 3), sRGB, contiguous. A view, unless that would keep much else in memory.
    """

    def __init__(self, values: Bytes) -> None:
        self.values = values.copy() if _owner(values).nbytes > MOST_KEPT * values.nbytes else values.view()
        self.values.flags.writeable = False  # whoever made it: kernels are compiled for one kind of array

    @property
    def shape(self) -> tuple[int, ...]:
        """(h, w, 3)."""
        return self.values.shape

    @functools.cached_property
    def pixels(self) -> Bytes:
        """The same with alpha, (h, w, 4); the very same array each time."""
        return _from_triples(self.values, ColorModel.RGB)


@dataclass(frozen=True, slots=True)
class Decoded:
    """An image's pixels, and what is drawn otherwise than it was logged: (what, count), for `Notices`."""

    image: Bytes | Triples  # (h, w, 4), sRGB, straight alpha; or what that is made of
    notes: tuple[tuple[str, int], ...] = ()
    values: NDArray[Any] | None = None  # as logged, (h, w, 1, 3 or 4), red first; None: `image` tells them

    @property
    def pixels(self) -> Bytes:
        """The colours, (h, w, 4), sRGB, straight alpha."""
        return self.image.pixels if isinstance(self.image, Triples) else self.image


def id_array(buffer: Bytes, fmt: ImageFormat) -> NDArray[Any]:
    """Return the class ids of a segmentation image, (h, w), in the format's dtype, little endian.

    buffer : uint8 (n,). A view of it, copied only where it isn't aligned; bytes past the last id are ignored
    (the reference refuses such images). Without a datatype it is U8, without a colour model L, as in the
    reference. The Y8 pixel formats are read as U8 ids. Raises `SourceError` for a buffer that is too short,
    an empty image, an unknown number, or a format with more than one channel.
    Source: SEMANTICS §4, rerun's `segmentation_image_to_gpu`.
    """
    return _single_channel(buffer, fmt, "segmentation image", "class ids")


def depth_array(buffer: Bytes, fmt: ImageFormat) -> NDArray[Any]:
    """Return the values of a depth image, (h, w), in the format's dtype; as `id_array` does."""
    return _single_channel(buffer, fmt, "depth image", "depths")


def _single_channel(buffer: Bytes, fmt: ImageFormat, image: str, values: str) -> NDArray[Any]:
    if fmt.pixel_format is not None:
        kind = _known(PixelFormat, fmt.pixel_format, "pixel format")
        datatype, single = ChannelDatatype.U8, kind in _GREY_PIXEL_FORMATS
        name = kind.name
    else:
        model, datatype = _model_and_datatype(fmt)
        name, single = model.name, model is ColorModel.L
    if not single:
        raise SourceError(f"{image} is {name}; log {values} with one channel, such as L and U16")
    return _channels(buffer, fmt, 1, datatype)[..., 0]


def rgba_image(buffer: Bytes, fmt: ImageFormat) -> Decoded:
    """Return the colours of an image of any colour model and datatype, or pixel format.

    buffer : uint8 (n,). Defaults, extra bytes (one note) and `SourceError` are as for `id_array`.

    U8 channels come out as they are; images without alpha are opaque. Other datatypes are mapped linearly to
    0…255 and rounded to the nearest, from a range that the finite values of all channels decide together: 0…1
    if they are floats within it, else 0…255 if they lie in it, else from the least to the greatest (one value
    everywhere: middle grey). So a U16 image that spans 0…65535 shows v as v/257. Levels are sRGB, except in
    colour images outside 0…255: those are taken as linear light. NaN is 0 and infinities are the ends of the
    range, each noted. Source: rerun's `data_range_heuristic`, `image_decode_srgb_gamma_heuristic` and
    `rectangle_fs.wgsl` (which shows what is not finite in magenta).
    """
    if fmt.pixel_format is not None:
        kind = _known(PixelFormat, fmt.pixel_format, "pixel format")
        need = chroma.n_bytes(kind, *_size(fmt))
        pixels = chroma.rgba(_first_bytes(buffer, need, fmt, kind.name), kind, *_size(fmt))
        return Decoded(pixels, _surplus(buffer, need))
    model, datatype = _model_and_datatype(fmt)
    values = _channels(buffer, fmt, model.channels, datatype)
    notes = _surplus(buffer, values.nbytes)
    if datatype is ChannelDatatype.U8:
        image = Triples(values) if model is ColorModel.RGB else _arranged(values, model)
        return Decoded(image, notes, values if model is ColorModel.L else None)
    low, high = _finite_range(values)
    linear = model is not ColorModel.L and not (low >= 0 and high <= 255)
    levels = _levels(values, *_shown_range(low, high, floats=values.dtype.kind == "f"), linear=linear)
    blue_first = model in (ColorModel.BGR, ColorModel.BGRA)
    return Decoded(_arranged(levels, model), notes + _not_finite(values), values[..., 2::-1] if blue_first else values)


def decode_file(blob: Bytes, media_type: str | None = None) -> Decoded:
    """Return the colours of a picture in one of `FILE_FORMATS`; of several frames, the first.

    blob : uint8 (n,), the file. media_type : what it was logged as, for messages; the contents decide.
    16 bit greys show v as v/257. As in the reference, EXIF orientation and colour profiles are ignored (only
    a TIFF's own orientation is applied). Any thread may call. Raises `SourceError` for unknown, broken,
    truncated or enormous files (Pillow's limits).
    Source: rerun's `image_decoder.rs`, which reads JPEG and PNG only.
    """
    with _file_errors(blob, media_type):
        image = _opened(blob)
        with _quiet() if image.format == "TIFF" else contextlib.nullcontext():  # its tags are read late
            image.load()
        return _from_pillow(image)


def image_size(blob: Bytes) -> tuple[int, int]:
    """Return the (width, height) in pixels of a picture file, from its header alone.

    blob : uint8 (n,). Raises `SourceError` as `decode_file` does. Source: the formats' headers.
    """
    with _file_errors(blob, None):
        return _opened(blob).size


# ---- raw images ----


def _known(kind: type[Kind], number: int, what: str) -> Kind:
    try:
        return kind(number)
    except ValueError:
        known = ", ".join(f"{member.value} ({member.name})" for member in kind)
        raise SourceError(f"image has {what} {number}; known are {known}") from None


def _model_and_datatype(fmt: ImageFormat) -> tuple[ColorModel, ChannelDatatype]:
    model = ColorModel.L if fmt.color_model is None else _known(ColorModel, fmt.color_model, "color model")
    if fmt.channel_datatype is None:
        return model, ChannelDatatype.U8
    return model, _known(ChannelDatatype, fmt.channel_datatype, "channel datatype")


def _size(fmt: ImageFormat) -> tuple[int, int]:
    """Width and height as Python ints, which don't overflow."""
    width, height = int(fmt.width), int(fmt.height)
    if width <= 0 or height <= 0:
        raise SourceError(f"image is {width}×{height} pixels; log images with at least one pixel")
    return width, height


def _first_bytes(buffer: Bytes, need: int, fmt: ImageFormat, name: str) -> Bytes:
    if len(buffer) < need:
        raise SourceError(
            f"image of {fmt.width}×{fmt.height} pixels {name} wants {need} bytes, "
            f"but its buffer has {len(buffer)}; log the buffer and the format that belong together"
        )
    return np.ascontiguousarray(buffer[:need])


def _surplus(buffer: Bytes, need: int) -> tuple[tuple[str, int], ...]:
    extra = len(buffer) - need
    return (("bytes past the end of the image: ignored", extra),) if extra else ()


def _channels(buffer: Bytes, fmt: ImageFormat, channels: int, datatype: ChannelDatatype) -> NDArray[Any]:
    """The values of an image, (h, w, channels), as a view wherever the buffer is aligned."""
    width, height = _size(fmt)
    need = width * height * channels * datatype.dtype.itemsize
    flat = _first_bytes(buffer, need, fmt, f"with {channels} × {datatype.name}").view(datatype.dtype)
    return np.require(flat, requirements="A").reshape(height, width, channels)


def _arranged(levels: Bytes, model: ColorModel) -> Bytes:
    """Levels (h, w, channels), contiguous, as RGBA (h, w, 4)."""
    if model is ColorModel.L:
        return chroma.grey(levels[..., 0])
    if model is ColorModel.RGBA:
        return levels
    if model is ColorModel.BGRA:
        out = levels.copy()
        out[..., 0], out[..., 2] = levels[..., 2], levels[..., 0]
        return out
    return _from_triples(levels, model)


def _from_triples(levels: Bytes, model: ColorModel) -> Bytes:
    """RGB or BGR as RGBA: for each pixel one unaligned word, of which a neighbour's byte becomes alpha.

    A third of the time of copying channels. The pixel whose word would reach past the data is copied apart.
    """
    height, width, _ = levels.shape
    n = height * width
    flat = levels.reshape(-1)
    words = np.empty(n, "<u4")
    pixels = words.view(np.uint8).reshape(n, 4)
    if model is ColorModel.RGB:
        words[:-1] = np.ndarray(n - 1, "<u4", flat, 0, (3,))
        pixels[-1, :3] = flat[-3:]
    else:
        words[1:] = np.ndarray(n - 1, ">u4", flat, 2, (3,))
        pixels[0, :3] = flat[2::-1]
    words |= np.uint32(0xFF000000)
    return pixels.reshape(height, width, 4)


def _owner(values: NDArray[Any]) -> NDArray[Any]:
    """The array whose memory a view is of."""
    while isinstance(values.base, np.ndarray):
        values = values.base
    return values


def _finite_range(values: NDArray[Any]) -> tuple[float, float]:
    """The least and the greatest finite value; (0, 0) if there is none."""
    if values.dtype == np.float16:
        values = values.astype(np.float32)  # in halves it would take ten times as long
    with np.errstate(invalid="ignore"):
        low, high = float(values.min()), float(values.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        finite = values[np.isfinite(values)]
        return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    return low, high


def _shown_range(low: float, high: float, *, floats: bool) -> tuple[float, float]:
    """What becomes black and white, for finite values from `low` to `high`."""
    if floats and low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= 0 and high <= 255:
        return 0.0, 255.0
    return low, high


def _levels(values: NDArray[Any], low: float, high: float, *, linear: bool) -> Bytes:
    """Map `low` to 0, `high` to 255, clamped; NaN to 0. Where they are equal, that value is middle grey.

    linear : the result is sRGB-encoded, but for alpha.
    """
    out = np.empty(values.shape, np.uint8)
    scale = 0.25 if max(-low, high) > 1e300 else 1.0  # so that no difference overflows
    span = high * scale - low * scale
    encoded = encode_srgb(np.linspace(0, 1, 65536, dtype=np.float32)) if linear else None
    for band in chroma.bands(len(values)):
        with np.errstate(invalid="ignore"):
            unit = np.multiply(values[band], scale, dtype=np.float64)
        unit -= low * scale
        unit = unit / span if span else unit + 0.5
        np.fmax(unit, 0, out=unit)  # fmax answers NaN with the 0
        np.fmin(unit, 1, out=unit)
        out[band] = unit * 255 + 0.5
        if encoded is not None:
            out[band, :, :3] = encoded.take((unit[..., :3] * 65535 + 0.5).astype(np.uint16))
    return out


def _not_finite(values: NDArray[Any]) -> tuple[tuple[str, int], ...]:
    if values.dtype.kind != "f":
        return ()
    counts = (
        ("NaN in the image: drawn as 0", int(np.count_nonzero(np.isnan(values)))),
        (
            "infinite values in the image: drawn as the end of its range",
            int(np.count_nonzero(np.isinf(values))),
        ),
    )
    return tuple((what, count) for what, count in counts if count)


# ---- files ----

_WARNING_FILTERS = threading.Lock()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence Pillow about odd metadata. Python's filters are the process's, so one thread at a time."""
    with _WARNING_FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _file_errors(blob: Bytes, media_type: str | None) -> Iterator[None]:
    """Turn whatever a decoder raises over a broken file into one `SourceError`."""
    from PIL import UnidentifiedImageError

    what = f"encoded image ({media_type or 'no media type'}, {len(blob)} bytes)"
    try:
        yield
    except UnidentifiedImageError:
        raise SourceError(f"{what} is of no known kind; log one of {', '.join(FILE_FORMATS)}") from None
    except Exception as error:  # decoders raise anything: struct.error, SyntaxError, IndexError, EOFError …
        reason = " ".join(str(error).split()) or type(error).__name__
        raise SourceError(f"{what} can't be decoded: {reason}; log the whole file") from error


def _opened(blob: Bytes) -> Pillow.Image:
    """The picture with its header read."""
    from PIL import Image

    with _quiet():
        return Image.open(io.BytesIO(blob.tobytes()), formats=FILE_FORMATS)


def _from_pillow(image: Pillow.Image) -> Decoded:
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM")):
        values = np.asarray(image)[..., None]
        return Decoded(_arranged(_levels(values, *_FULL_16, linear=False), ColorModel.L), values=values)
    if image.mode in ("I", "F"):
        return _raw(image, ColorModel.L, ChannelDatatype.I32 if image.mode == "I" else ChannelDatatype.F32)
    if image.has_transparency_data:
        return _raw(image.convert("RGBA"), ColorModel.RGBA, ChannelDatatype.U8)
    if image.mode in ("1", "L"):
        return _raw(image.convert("L"), ColorModel.L, ChannelDatatype.U8)
    return _raw(image.convert("RGB"), ColorModel.RGB, ChannelDatatype.U8)


def _raw(image: Pillow.Image, model: ColorModel, datatype: ChannelDatatype) -> Decoded:
    buffer = np.frombuffer(np.asarray(image, datatype.dtype).tobytes(), np.uint8)
    return rgba_image(buffer, ImageFormat(*image.size, color_model=model, channel_datatype=datatype))
