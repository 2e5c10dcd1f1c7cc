"""Rows are filtered as the naive twin says, to the byte, and whichever part of a picture they are of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blazon.render.kernels.png_rows import NONE, SUB, UP, filter_rows
from tests import naive_encoding

SIZES = st.tuples(st.integers(1, 6), st.integers(1, 40), st.just(4))


@pytest.mark.parametrize("kind", [NONE, SUB, UP])
@pytest.mark.parametrize("channels", [3, 4])
@given(SIZES.flatmap(lambda size: hnp.arrays(np.uint8, size)), st.data())
def test_filter_rows(kind: int, channels: int, picture: np.ndarray, data: st.DataObject) -> None:
    height, width = picture.shape[:2]
    first = data.draw(st.integers(0, height - 1))
    words, nothing = picture.view(np.uint32)[..., 0], np.zeros(width, np.uint32)
    out = np.full((height - first, 1 + channels * width), 9, np.uint8)
    filter_rows(words[first:], words[first - 1] if first else nothing, nothing, kind, channels, out)
    np.testing.assert_array_equal(out, naive_encoding.png_rows(picture, kind, channels)[first:])
