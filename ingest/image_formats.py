"""The numbers of the image protocol: what the bytes of an image are. Source: rerun's encodings, as in WIRE.md."""

from __future__ import annotations

import enum
from typing import Any

import numpy as np

from blazon.ingest.errors import ArgumentError


class ColorModel(enum.IntEnum):
    """Which channels a pixel has, in order."""

    L = 1
    RGB = 2
    RGBA = 3
    BGR = 4
    BGRA = 5

    @property
    def channels(self) -> int:
        """How many numbers a pixel has."""
        return {ColorModel.L: 1, ColorModel.RGB: 3, ColorModel.BGR: 3}.get(self, 4)


class ChannelDatatype(enum.IntEnum):
    """The type of one channel of one pixel."""

    U8 = 6
    I8 = 7
    U16 = 8
    I16 = 9
    U32 = 10
    I32 = 11
    U64 = 12
    I64 = 13
    F16 = 33
    F32 = 34
    F64 = 35

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numpy dtype, little endian."""
        return np.dtype("<" + self.name.lower()[0] + str(int(self.name[1:]) // 8))

    @staticmethod
    def of(dtype: Any) -> ChannelDatatype | None:
        """Return the datatype of a numpy dtype; None where the protocol has none."""
        wanted = np.dtype(dtype).newbyteorder("<")
        return next((each for each in ChannelDatatype if each.dtype == wanted), None)


class PixelFormat(enum.IntEnum):
    """Formats whose channels do not share one resolution, or are not plain channels."""

    Y_U_V12_LimitedRange = 20
    NV12 = 26
    YUY2 = 27
    Y8_FullRange = 30
    Y_U_V24_LimitedRange = 39
    Y_U_V24_FullRange = 40
    Y8_LimitedRange = 41
    Y_U_V12_FullRange = 44
    Y_U_V16_LimitedRange = 49
    Y_U_V16_FullRange = 50
    BayerRGGB8 = 128
    BayerBGGR8 = 129
    BayerGBRG8 = 130
    BayerGRBG8 = 131


def named(kind: type[enum.IntEnum], value: Any, what: str) -> Any:
    """Return the member of `kind` that `value` (a member, the reference SDK's member, a name, a number) means."""
    name = getattr(value, "name", value)
    for member in kind:
        if name == member.value or (isinstance(name, str) and name.lower() == member.name.lower()):
            return member
    raise ArgumentError(f"{what} is {value!r}; pass one of {', '.join(member.name for member in kind)}")
