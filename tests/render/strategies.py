"""What hypothesis draws for the kernels: ids around every limit, contexts that use them, rows of keypoints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

import blazon as bz
from blazon.ingest.annotations import AnnotationContext, ClassDescription

INTEGERS = [np.dtype(each) for each in ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8")]
FLOATS = [np.dtype(each) for each in ("f2", "f4", "f8")]

_LISTED = [0, 1, 2, 3, 127, 128, 255, 256, 32767, 32768, 65534, 65535, 65536, 65537, 70000, 2**31, 2**32 - 1]
listed_ids = st.sampled_from(_LISTED) | st.integers(0, 2**32 - 1)
few_ids = st.sampled_from([0, 1, 2, 3, 65535, 65536, 70000, 2**32 - 1])  # so that ids meet each other
colors = st.none() | st.tuples(*[st.integers(0, 255)] * 4)
labels = st.none() | st.sampled_from(["a", "b", "c"])


def infos(ids: st.SearchStrategy[int]) -> st.SearchStrategy[bz.AnnotationInfo]:
    """Annotation infos with or without a label and a colour."""
    return st.builds(bz.AnnotationInfo, ids, labels, colors)


@st.composite
def contexts(draw: st.DrawFn) -> AnnotationContext:
    """Contexts; a class id and its info's id may differ, as on the wire."""
    described = st.builds(
        ClassDescription,
        info=infos(listed_ids),
        keypoint_annotations=st.lists(infos(few_ids), max_size=4),
        keypoint_connections=st.lists(st.tuples(few_ids, few_ids), max_size=4),
    )
    classes = draw(st.lists(described, max_size=5))
    if draw(st.booleans()):
        return AnnotationContext(classes)
    return AnnotationContext.from_map({draw(few_ids): each for each in classes})


@st.composite
def integers(draw: st.DrawFn, dtype: np.dtype) -> np.ndarray:
    """Ids (h, w) of an integer dtype, in runs, as masks are, and around the limits of tables."""
    info = np.iinfo(dtype)
    within = [each for each in (*_LISTED, -1, -2, info.min, info.max) if info.min <= each <= info.max]
    values = st.sampled_from(within) | st.integers(int(info.min), int(info.max))
    runs = draw(st.lists(st.tuples(values, st.integers(1, 20)), max_size=8))
    flat = np.array([value for value, length in runs for _ in range(length)], dtype)
    return flat.reshape(1, -1) if draw(st.booleans()) else flat.reshape(-1, 1)


@st.composite
def floats(draw: st.DrawFn, dtype: np.dtype) -> np.ndarray:
    """Ids (1, n) of a float dtype: whole ones, ones between, NaN, negative; none exactly between two ids."""
    width = 8 * dtype.itemsize
    largest = {16: 60000, 32: 2**31, 64: 2**53}[width]
    values = st.floats(-1000.0, float(largest), width=width) | st.integers(0, 2000).map(float)
    flat = np.array(draw(st.lists(values | st.just(float("nan")), max_size=40)), dtype)
    return flat[flat % 1 != 0.5].reshape(1, -1)


@dataclass(frozen=True)
class Row:
    """A row of keypoints; shorter ids repeat."""

    positions: np.ndarray  # float32 (n, 2)
    class_ids: list[int]
    keypoint_ids: list[int]
    instance_ids: list[int]


@st.composite
def rows(draw: st.DrawFn, *, instance_ids: st.SearchStrategy[int]) -> Row:
    """Rows of keypoints that repeat, of a few classes, some with positions that are not finite."""
    n = draw(st.integers(1, 24))
    numbers = st.integers(-50, 50).map(float) | st.sampled_from([float("nan"), float("inf")])
    usual = st.integers(-50, 50).map(float)
    position = st.tuples(usual, usual) | st.tuples(numbers, numbers)
    few = st.sampled_from([0, 1, 2, 65536])
    keypoints = st.sampled_from([0, 1, 2, 3, 70000])
    return Row(
        np.array(draw(st.lists(position, min_size=n, max_size=n)), np.float32),
        draw(st.lists(few, min_size=1, max_size=n + 2)),
        draw(st.lists(keypoints, min_size=1, max_size=n + 2)),
        draw(st.just([]) | st.lists(instance_ids, min_size=1, max_size=n + 2)),
    )


@st.composite
def skeletons(draw: st.DrawFn) -> AnnotationContext:
    """Contexts whose classes connect the keypoints of `rows`."""
    keypoints = st.sampled_from([0, 1, 2, 3, 70000])
    pairs = st.lists(st.tuples(keypoints, keypoints), max_size=5)
    ids = draw(st.lists(st.sampled_from([0, 1, 2, 65536]), unique=True, max_size=4))
    return AnnotationContext(
        [
            ClassDescription(
                info=(id_, None, draw(st.none() | st.tuples(*[st.integers(0, 255)] * 3, st.integers(1, 255)))),
                keypoint_annotations=[(0, "zero", (1, 2, 3))],
                keypoint_connections=draw(pairs),
            )
            for id_ in ids
        ]
    )
