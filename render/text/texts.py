"""Texts by number: what is logged as words becomes a column of numbers, and no loop of Python touches them again."""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.render.styles import Table

NOTHING = 0  # the number of the empty text, which draws nothing
MOST = 1 << 17  # texts of one book; where there are more, a new one is begun


class Texts(dict[str, int]):
    """A book of texts: each has the number of its place in `all`."""

    def __init__(self) -> None:
        super().__init__({"": NOTHING})
        self.all = [""]
        self._of_tables: weakref.WeakKeyDictionary[Table, tuple[NDArray[np.int32], NDArray[np.int32]]] = (
            weakref.WeakKeyDictionary()
        )

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self.all)
        self.all.append(text)
        return number

    def numbers(self, texts: list[str]) -> NDArray[np.int32]:
        """Return the numbers of texts, int32 (n,)."""
        return np.fromiter(map(self.__getitem__, texts), np.int32, len(texts))

    def of_table(self, table: Table) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the numbers of a table's labels: of its classes, int32 (k,), and its keypoints, int32 (j,)."""
        known = self._of_tables.get(table)
        if known is None:
            known = self.numbers(list(table.labels.of_classes)), self.numbers(list(table.labels.of_keypoints))
            self._of_tables[table] = known
        return known


@dataclass(frozen=True, slots=True, eq=False)
class Labelling:
    """Which labels are wanted, and where their texts are written down. mode : "auto", "on" or "off".

    tallies : whether it is asked which classes there are.
    """

    mode: str
    texts: Texts
    tallies: bool = False
