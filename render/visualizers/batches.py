"""Many entities of one archetype as one query, so that many small ones cost about what a large one does."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.chunk import Ragged
from blazon.ingest.entity_path import EntityPath
from blazon.render.styles import Table
from blazon.render.text.texts import Labelling
from blazon.render.visualizers.query import Query, Values

SCALARS = ("draw_order", "point_shading", "fill_mode")  # fields that speak of a row as a whole
UNREAD = ("labels", "show_labels")
_KIND = operator.attrgetter("dtype.char")
Asked = tuple[int, Values, Table]  # the number of an entity, its cells, and how they are coloured


@dataclass(frozen=True, slots=True)
class Batch(Query):
    """Entities at a time whose rows have the same fields. Every field of instances is as long as there are instances.

    members : the entities. counts, starts : int64 (entities,), how many instances each has, and where they begin.
    each : the cells of each.
    """

    members: Sequence[EntityPath] = ()
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    starts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    each: Sequence[Values] = ()
    joined: dict[str, Any] = field(default_factory=dict)

    @property
    def entities(self) -> Sequence[EntityPath]:
        """As for one entity."""
        return self.members

    def counts_of(self, n: int) -> NDArray[np.int64]:
        """As for one entity."""
        del n
        return self.counts

    def labels(self) -> tuple[list[str], NDArray[np.int64]]:
        """As for one entity."""
        given: list[list[str]] = [each or [] for each in self._cells("labels")]
        return list(itertools.chain.from_iterable(given)), np.fromiter(map(len, given), np.int64, len(given))

    def show_labels(self) -> NDArray[np.int64]:
        """As for one entity."""
        given = [-1 if each is None or not len(each) else int(each[0]) for each in self._cells("show_labels")]
        return np.array(given, np.int64)

    def _cells(self, name: str) -> list[Any]:
        component = f"{self.archetype}:{name}"
        return [cells[component] if component in cells else cells.get(name) for cells in self.each]

    def value(self, name: str) -> Any:
        """As for one entity; of a field of instances, a value for each."""
        known = self.joined.get(name, self)
        if known is self:
            known = self.joined[name] = self._join(name)
        return known

    def spread(self, name: str, n: int) -> NDArray[Any] | None:
        """As for one entity."""
        del n
        value: NDArray[Any] | None = self.value(name)
        return value

    def by_entity(self, values: Sequence[Any], n: int) -> NDArray[Any]:
        """As for one entity."""
        del n
        return np.repeat(np.array(values), self.counts)

    def warn(self, what: str, count: int, at: NDArray[np.int64] | None = None) -> None:
        """As for one entity; each of those that are counted is the trouble of its own entity."""
        if count and at is not None:
            owners = np.searchsorted(self.starts, at, side="right") - 1
            for owner, found in zip(*np.unique(owners, return_counts=True), strict=True):
                self.notices.add(self.members[owner], what, int(found))

    def _join(self, name: str) -> Any:
        component = f"{self.archetype}:{name}"
        if component not in self.each[0]:
            component = name
        first = self.each[0].get(component)
        if first is None or len(first) == 0 or name in SCALARS:  # as it is in all of them
            return first if first is not None and len(first) else None
        values: list[Any] = list(map(operator.itemgetter(component), self.each))
        if isinstance(first, Ragged):
            return Ragged.joined(values)
        lengths = np.fromiter(map(len, values), np.int64, len(values))
        whole: NDArray[Any] = np.concatenate(values)
        if np.array_equal(lengths, self.counts):
            return whole
        within = np.arange(self.counts.sum()) - np.repeat(self.starts, self.counts)
        last = np.repeat(lengths - 1, self.counts)
        return whole[np.repeat(np.cumsum(lengths) - lengths, self.counts) + np.minimum(within, last)]


class Drawing(Protocol):
    """What draws an archetype."""

    @property
    def archetype(self) -> str:
        """Its name."""

    @property
    def indicator(self) -> str:
        """The component of the field that says how many instances there are."""


def batches(
    drawn_by: Drawing,
    entities: Sequence[EntityPath],
    asked: Sequence[Asked],
    labelling: Labelling | None = None,
) -> Iterator[tuple[list[int], Batch]]:
    """Yield batches of rows that can be built together, each with the numbers of the entities that it is of.

    asked : the numbers of entities, ascending, with their cells and how they are coloured.
    """
    for numbers, each, table in _alike(asked):
        counts = np.fromiter((len(values[drawn_by.indicator]) for values in each), np.int64, len(each))
        batch = Batch(
            entities[numbers[0]],
            drawn_by.archetype,
            {},
            table,
            labelling=labelling,
            members=[entities[number] for number in numbers],
            counts=counts,
            starts=counts.cumsum() - counts,
            each=each,
        )
        yield numbers, batch


def _alike(asked: Sequence[Asked]) -> Iterable[tuple[list[int], list[Values], Table]]:
    """Those whose rows can be built together: their numbers, their cells, and their table."""
    if asked:
        numbers, cells, tables = map(list, zip(*asked, strict=True))
        if len(set(map(id, tables))) == 1 and _are_alike(cells):
            return [(numbers, cells, tables[0])]
    groups: dict[tuple[Any, ...], tuple[list[int], list[Values], Table]] = {}
    for number, values, table in asked:
        names = tuple(values)
        key = (id(table), names, *[_shape(values[name], is_scalar) for name, is_scalar in _FIELDS[names]])
        group = groups.setdefault(key, ([], [], table))
        group[0].append(number)
        group[1].append(values)
    return groups.values()


def _are_alike(cells: Sequence[Values]) -> bool:
    """Whether all rows have the same fields, told column by column: most often they do, and no call for each tells."""
    if len(names := set(map(tuple, cells))) > 1:
        return False
    for name, is_scalar in _FIELDS[names.pop()]:
        column: list[Any] = list(map(operator.itemgetter(name), cells))
        if is_scalar:
            if len({_shape(value, is_scalar) for value in column}) > 1:
                return False
        elif type(None) in map(type, column) or not all(map(len, column)) or len(set(map(_KIND, column))) > 1:
            return False
    return True


def _shape(value: Any, is_scalar: bool) -> Any:
    """Which kind a field is of, or, where it speaks of a row as a whole, what it says; None: nothing."""
    if value is None or not len(value):
        return None
    return float(value[0]) if is_scalar else value.dtype.char


class _Fields(dict[tuple[str, ...], list[tuple[str, bool]]]):
    """By the components of rows: those that are read, and whether each speaks of a row as a whole."""

    def __missing__(self, names: tuple[str, ...]) -> list[tuple[str, bool]]:
        own = [(name, name.partition(":")[2] or name) for name in names]
        fields = self[names] = [(name, field in SCALARS) for name, field in own if field not in UNREAD]
        return fields


_FIELDS = _Fields()
