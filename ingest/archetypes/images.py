"""Images: class ids for each pixel, colours for each pixel, and encoded pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import values
from blazon.ingest.archetypes import pixels
from blazon.ingest.archetypes.archetype import Archetype
from blazon.ingest.chunk import ImageFormat
from blazon.ingest.errors import ArgumentError, ShapeError
from blazon.ingest.image_formats import ChannelDatatype, ColorModel, PixelFormat, named


class SegmentationImage(Archetype):
    """A class id for each pixel.

    image : any integer or float dtype, (h, w); leading and trailing axes of length 1 are dropped. Floats round to
    the nearest id, negative ids and NaN are transparent. opacity : float 0 to 1; default 0.5 over a colour or depth
    image, else 1.
    draw_order : float, default 0. Raises `ShapeError` for more channels, `DtypeError` for bool and complex.
    Source: SEMANTICS §4.
    """

    FIELDS: ClassVar = {
        "buffer": pixels.blob,
        "format": pixels.image_format,
        "opacity": values.one_float,
        "draw_order": values.one_float,
    }

    __slots__ = ()

    def __init__(self, image: Any, *, opacity: float | None = None, draw_order: float | None = None) -> None:
        buffer, made = pixels.single_channel(image, "SegmentationImage image", "class ids")
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
        "buffer": pixels.blob,
        "format": pixels.image_format,
        "opacity": values.one_float,
        "draw_order": values.one_float,
        "magnification_filter": pixels.magnification,
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
                pixels.blob(bytes, "Image bytes"),
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
        "blob": pixels.blob,
        "media_type": values.strings,
        "opacity": values.one_float,
        "draw_order": values.one_float,
        "magnification_filter": pixels.magnification,
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
        self._set(
            {
                "blob": pixels.contents_of("EncodedImage", path, contents),
                "media_type": media_type,
                "opacity": opacity,
                "draw_order": draw_order,
                "magnification_filter": magnification_filter,
            }
        )


def _pixel_array(image: Any, color_model: Any) -> tuple[NDArray[Any], ImageFormat]:
    colors = pixels.squeeze(values.as_array(image, "Image image"))
    channels = 1 if colors.ndim == 2 else colors.shape[-1]
    by_channels = {1: ColorModel.L, 3: ColorModel.RGB, 4: ColorModel.RGBA}
    if colors.ndim not in (2, 3) or channels not in by_channels:
        raise ShapeError(f"Image image has shape {np.shape(image)}; pass (h, w), (h, w, 3) or (h, w, 4)")
    model = by_channels[channels] if color_model is None else named(ColorModel, color_model, "Image color_model")
    if model.channels != channels:
        raise ShapeError(f"Image image has {channels} channels; color_model {model.name} wants {model.channels}")
    datatype = pixels.channel_datatype(colors.dtype, "Image image")
    made = ImageFormat(colors.shape[1], colors.shape[0], color_model=model, channel_datatype=datatype)
    return colors.astype(datatype.dtype, copy=False), made


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
    channel = (
        pixels.channel_datatype(datatype, "Image datatype")
        if is_type
        else named(ChannelDatatype, datatype, "Image datatype")
    )
    return ImageFormat(*size, color_model=model, channel_datatype=channel)
