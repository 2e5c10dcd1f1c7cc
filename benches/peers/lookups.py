"""Colour lookups of others: ids of classes to colours, each as its package does it fastest.

They differ in what they return, and the time of that is theirs: RGBA, RGB, or floats. OpenCV's use all cores.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from blazon.benches.peers.errors import PeerError

Ids: TypeAlias = NDArray[np.unsignedinteger]
Table: TypeAlias = NDArray[np.uint8]
Out: TypeAlias = NDArray[Any]
Lookup: TypeAlias = Callable[..., Out]
"""`lookup(ids, table, out=None)`.

ids : uint8 or uint16 (h, w), each < n. table : uint8 (n, 4), RGBA. out : what an earlier call returned for ids of the
same shape and dtype, to be written anew; without it, a new array. Raises `PeerError` where its package is missing, or
cannot look up ids of this dtype.
"""


def numpy_take(ids: Ids, table: Table, out: Out | None = None) -> Out:
    """Return RGBA, uint8 (h, w, 4), by words of four bytes; "clip" spares numpy a buffer."""
    target = None if out is None else out.view(np.uint32)[..., 0]
    return _bytes(np.take(_words(table), ids, out=target, mode="clip"))


def cv2_lut(ids: Ids, table: Table, out: Out | None = None) -> Out:
    """Return RGBA, uint8 (h, w, 4), by words of four bytes, which OpenCV takes for int32; its fastest.

    It wants a word for each id that there may be: a table of 256 or 65536 rows is taken as it is, another is filled up
    in each call. OpenCV 4 takes no 16 bit ids, 5 does.
    """
    cv2 = _cv2()
    words = _filled(_words(table), 256**ids.itemsize).view(np.int32)
    target = None if out is None else out.view(np.int32)[..., 0]
    try:
        return _bytes(cv2.LUT(ids, words.reshape(1, -1), target))
    except cv2.error:
        raise PeerError(f"OpenCV {cv2.__version__} looks up no ids of {ids.dtype}") from None


def cv2_apply_color_map(ids: Ids, table: Table, out: Out | None = None) -> Out:
    """Return RGB, uint8 (h, w, 3): what most reach for in OpenCV. It triples the ids first."""
    cv2 = _cv2()
    if ids.dtype != np.uint8:
        raise PeerError(f"cv2.applyColorMap looks up no ids of {ids.dtype}, uint8 alone")
    colors = np.ascontiguousarray(_filled(table, 256)[:, None, :3])
    mapped: Out = cv2.applyColorMap(ids, colors, out)
    return mapped


def skimage_label2rgb(ids: Ids, table: Table, out: Out | None = None) -> Out:  # noqa: ARG001 (it cannot write into one)
    """Return RGB, float64 in 0..1, (h, w, 3): no lookup, but a drawing of regions.

    It gives colours to the ids that are there by their rank, so they are found here first; then it finds them again.
    """
    label2rgb = _label2rgb()
    there = np.flatnonzero(np.bincount(ids.ravel()))
    others = table[there[there > 0], :3] / 255
    drawn: Out = label2rgb(ids, colors=others, bg_label=0, bg_color=table[0, :3] / 255)
    return drawn


LOOKUPS: dict[str, Lookup] = {
    "numpy.take": numpy_take,
    "cv2.LUT": cv2_lut,
    "cv2.applyColorMap": cv2_apply_color_map,
    "skimage.color.label2rgb": skimage_label2rgb,
}


def installed(dtype: np.dtype[Any]) -> dict[str, Lookup]:
    """Return those whose package is there and that look up ids of `dtype`, by trying them."""
    return {name: lookup for name, lookup in LOOKUPS.items() if _works(lookup, np.zeros((1, 1), dtype))}


def _works(lookup: Lookup, ids: Ids) -> bool:
    try:
        lookup(ids, np.zeros((1, 4), np.uint8))
    except PeerError:
        return False
    return True


def _cv2() -> Any:
    try:
        import cv2
    except ImportError:
        raise PeerError("OpenCV is not installed: pip install 'blazon[bench]'") from None
    return cv2


def _label2rgb() -> Any:
    try:
        from skimage.color import label2rgb
    except ImportError:
        raise PeerError("scikit-image is not installed: pip install 'blazon[bench]'") from None
    return label2rgb


def _words(table: Table) -> NDArray[np.uint32]:
    return np.ascontiguousarray(table).view(np.uint32)[:, 0]


def _filled(rows: Out, count: int) -> Out:
    """As they are where there are `count`, else with zeros behind."""
    if len(rows) >= count:
        return rows[:count]
    filled = np.zeros((count, *rows.shape[1:]), rows.dtype)
    filled[: len(rows)] = rows
    return filled


def _bytes(words: Out) -> Out:
    return words.view(np.uint8).reshape(*words.shape, 4)
