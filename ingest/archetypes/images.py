"""Images: class ids for each pixel, colours for each pixel, and encoded pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import values
from blazon.ingest.archetypes.archetype import Archetype
from blazon.ingest.chunk import ImageFormat
from blazon.ingest.errors import ArgumentError, DtypeError, ShapeError, SourceError
from blazon.ingest.image_formats import ChannelDatatype, ColorModel, PixelFormat, named

MAGNIFY_NEAREST, MAGNIFY_LINEAR, MAGNIFY_BICUBIC = 1, 2, 3


def _blob(given: Any, what: str) -> NDArray[np.uint8]:
    """Bytes, or an array of any dtype, as uint8 (n,), copied."""
    if isinstance(given, np.ndarray):
        return np.frombuffer(np.ascontiguousarray(given).tobytes(), np.uint8)
    if not isinstance(given, (bytes, bytearray, memoryview)):
        raise DtypeError(f"{what} is a {type(given).__name__}; pass bytes or an array")
    return np.frombuffer(bytes(given), np.uint8)


def _format(given: Any, what: str) -> ImageFormat:
    if not isinstance(given, ImageFormat):
        raise DtypeError(f"{what} is {given!r}; pass a blazon.ingest.chunk.ImageFormat")
    return given


def _media_type(given: Any, what: str) -> list[str]:
    return values.strings(given, what)


def _magnification(given: Any, what: str) -> NDArray[np.uint8]:
    filters: dict[str | int, int] = {"nearest": MAGNIFY_NEAREST, "linear": MAGNIFY_LINEAR, "bicubic": MAGNIFY_BICUBIC}
    filters |= {number: number for number in filters.values()}
    name = getattr(given, "name", given)
    key = name.lower() if isinstance(name, str) else name
    if key not in filters:
        raise ArgumentError(f"{what} is {given!r}; pass 'nearest', 'linear' or 'bicubic'")
    return np.array([filters[key]], np.uint8)


class SegmentationImage(Archetype):
    """A class id for each pixel.

    image : any integer or float dtype, (h, w); leading and trailing axes of length 1 are dropped. Floats round to
    the nearest id, negative ids and NaN are transparent. opacity : float 0 to 1; default 0.5 over a colour or depth
    image, else 1.
    draw_order : float, default 0. Raises `ShapeError` for more channels, `DtypeError` for bool and complex.
    Source: SEMANTICS §4.
    """

    FIELDS: ClassVar = {
        "buffer": _blob,
        "format": _format,
        "opacity": values.one_float,
        "draw_order": values.one_float,
    }

    __slots__ = ()

    def __init__(self, image: Any, *, opacity: float | None = None, draw_order: float | None = None) -> None:
        ids = _squeeze(values.as_array(image, "SegmentationImage image"))
        if ids.ndim != 2:
            raise ShapeError(f"SegmentationImage image has shape {np.shape(image)}; pass class ids of shape (h, w)")
        datatype = _datatype(ids.dtype, "SegmentationImage image")
        made = ImageFormat(ids.shape[1], ids.shape[0], channel_datatype=datatype)
        buffer = ids.astype(datatype.dtype, copy=False)
        self._set({"buffer": buffer, "format": made, "opacity": opacity, "draw_order": draw_order})


class Image(Archetype):
    """A colour image.

    Either image : (h, w), (h, w, 3) or (h, w, 4) of any integer or float dtype, with color_model : L, RGB, RGBA, BGR
    or BGRA, default by the number of channels; or bytes with width, height, and either pixel_format (`PixelFormat`
    or its name) or color_model and datatype. Colours are sRGB with straight alpha; floats 0 to 1, or 0 to 255 where
    one exceeds 1.
    opacity : float 0 to 1; default 1, and 0.5 over a depth image. draw_order : float, default −10.
    magnification_filter : "nearest" (default), "linear", or "bicubic", which is drawn linearly. Raises `ShapeError`,
    `DtypeError`, `ArgumentError`.
    """

    FIELDS: ClassVar = {
        "buffer": _blob,
        "format": _format,
        "opacity": values.one_float,
        "draw_order": values.one_float,
        "magnification_filter": _magnification,
    }

    __slots__ = ()

    def __init__(
        self,
        image: Any = None,
        color_model: Any = None,
        *,
        pixel_format: Any = None,
        datatype: Any = None,
        bytes: Any = None,
        width: int | None = None,
        height: int | None = None,
        opacity: float | None = None,
        draw_order: float | None = None,
        magnification_filter: Any = None,
    ) -> None:
        if bytes is not None:
            if width is None or height is None:
                raise ArgumentError("Image has bytes without width and height; pass both")
            buffer, made = (
                _blob(bytes, "Image bytes"),
                _byte_format(width, height, pixel_format, color_model, datatype),
            )
        elif image is not None:
            buffer, made = _pixel_array(image, color_model)
        else:
            raise ArgumentError("Image has neither image nor bytes; pass one of them")
        self._set(
            {
                "buffer": buffer,
                "format": made,
                "opacity": opacity,
                "draw_order": draw_order,
                "magnification_filter": magnification_filter,
            }
        )


class EncodedImage(Archetype):
    """A picture in a file format (JPEG, PNG, and what else Pillow reads).

    path : a file, or contents : its bytes, or a binary file object. media_type : such as "image/png"; guessed from the
    contents if not given. The rest is as for `Image`. Raises `ArgumentError`, and `SourceError` where `path` can't
    be read.
    """

    FIELDS: ClassVar = {
        "blob": _blob,
        "media_type": _media_type,
        "opacity": values.one_float,
        "draw_order": values.one_float,
        "magnification_filter": _magnification,
    }

    __slots__ = ()

    def __init__(
        self,
        *,
        path: str | Path | None = None,
        contents: Any = None,
        media_type: str | None = None,
        opacity: float | None = None,
        draw_order: float | None = None,
        magnification_filter: Any = None,
    ) -> None:
        if (path is None) == (contents is None):
            raise ArgumentError("EncodedImage wants either path or contents; pass exactly one of them")
        if path is not None:
            try:
                contents = Path(path).read_bytes()
            except OSError as error:
                raise SourceError(f"EncodedImage path {str(path)!r} can't be read: {error.strerror}") from None
        elif hasattr(contents, "read"):
            contents = contents.read()
        self._set(
            {
                "blob": contents,
                "media_type": media_type,
                "opacity": opacity,
                "draw_order": draw_order,
                "magnification_filter": magnification_filter,
            }
        )


def _squeeze(array: NDArray[Any]) -> NDArray[Any]:
    """Drop leading, then trailing axes of length 1, down to two axes."""
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    while array.ndim > 2 and array.shape[-1] == 1:
        array = array[..., 0]
    return array


def _pixel_array(image: Any, color_model: Any) -> tuple[NDArray[Any], ImageFormat]:
    pixels = _squeeze(values.as_array(image, "Image image"))
    channels = 1 if pixels.ndim == 2 else pixels.shape[-1]
    by_channels = {1: ColorModel.L, 3: ColorModel.RGB, 4: ColorModel.RGBA}
    if pixels.ndim not in (2, 3) or channels not in by_channels:
        raise ShapeError(f"Image image has shape {np.shape(image)}; pass (h, w), (h, w, 3) or (h, w, 4)")
    model = by_channels[channels] if color_model is None else named(ColorModel, color_model, "Image color_model")
    if model.channels != channels:
        raise ShapeError(f"Image image has {channels} channels; color_model {model.name} wants {model.channels}")
    datatype = _datatype(pixels.dtype, "Image image")
    made = ImageFormat(pixels.shape[1], pixels.shape[0], color_model=model, channel_datatype=datatype)
    return pixels.astype(datatype.dtype, copy=False), made


def _byte_format(width: int, height: int, pixel_format: Any, color_model: Any, datatype: Any) -> ImageFormat:
    size = values.one_id(width, "Image width"), values.one_id(height, "Image height")
    if pixel_format is not None:
        if color_model is not None or datatype is not None:
            raise ArgumentError("Image has pixel_format beside color_model or datatype; pass one or the other")
        return ImageFormat(*size, pixel_format=named(PixelFormat, pixel_format, "Image pixel_format"))
    if color_model is None or datatype is None:
        raise ArgumentError("Image has bytes of no known form; pass pixel_format=, or color_model= and datatype=")
    model = named(ColorModel, color_model, "Image color_model")
    is_type = isinstance(datatype, (type, np.dtype))
    channel = _datatype(datatype, "Image datatype") if is_type else named(ChannelDatatype, datatype, "Image datatype")
    return ImageFormat(*size, color_model=model, channel_datatype=channel)


def _datatype(dtype: Any, what: str) -> ChannelDatatype:
    found = ChannelDatatype.of(dtype)
    if found is None:
        raise DtypeError(
            f"{what} has dtype {np.dtype(dtype)}; pass integers of 8 to 64 bits or floats of 16 to 64 bits"
        )
    return found
