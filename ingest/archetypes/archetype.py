"""What all archetypes share: a name, a table of fields, and the cells that are logged.

A subclass states its fields once, in `FIELDS`: the name of each and the check that turns what a program gives into the
canonical cell. The constructor, `from_fields` and `cleared` all go through that table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

from blazon.ingest import values
from blazon.ingest.colors import parse_colors
from blazon.ingest.errors import ArgumentError

Check = Callable[[Any, str], Any]

INSTANCES: Mapping[str, Check] = {  # what points, boxes, lines and arrows all have
    "radii": values.floats,
    "colors": parse_colors,
    "labels": values.strings,
    "show_labels": values.flag,
    "class_ids": values.ids,
}


class Archetype:
    """A loggable thing; `components` holds its canonical cells by component name."""

    FIELDS: ClassVar[Mapping[str, Check]] = {}
    OWN_NAMES: ClassVar[Mapping[str, str]] = {}  # fields whose component name is not `Archetype:field`

    __slots__ = ("components",)

    components: Mapping[str, Any]

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Any) -> Self:
        """Return an archetype that sets just `fields`: what is logged leaves, or with `clear_unset` resets, the others.

        Raises `ArgumentError` for a field that the archetype lacks, and what the constructor raises for values.
        """
        made = cls.__new__(cls)
        made._set(fields, clear_unset=clear_unset)
        return made

    @classmethod
    def cleared(cls) -> Self:
        """Return an archetype that resets every field."""
        return cls.from_fields(clear_unset=True)

    def _set(self, given: Mapping[str, Any], *, needs: str | None = None, clear_unset: bool = False) -> None:
        if needs is not None and given[needs] is None:
            raise ArgumentError(
                f"{type(self).__name__} has no {needs}; pass them, or use from_fields for the others alone"
            )
        unknown = given.keys() - self.FIELDS.keys()
        if unknown:
            raise ArgumentError(f"{type(self).__name__} has no field {sorted(unknown)}; it has {list(self.FIELDS)}")
        cells = {}
        for field, check in self.FIELDS.items():
            name = self.component_name(field)
            if given.get(field) is not None:
                cells[name] = check(given[field], f"{type(self).__name__} {field}")
            elif clear_unset:
                cells[name] = None
        self.components = cells

    @classmethod
    def component_name(cls, field: str) -> str:
        """Return the name that `field` has in a recording."""
        return cls.OWN_NAMES.get(field, f"{cls.__name__}:{field}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.components)})"


def refuse_both(owner: str, given: str, **others: Any) -> None:
    """Raise `ArgumentError` if `owner` has `given` beside one of `others`, which say the same in another form."""
    for name, value in others.items():
        if value is not None:
            raise ArgumentError(f"{owner} has both {given} and {name}; pass one of them")
