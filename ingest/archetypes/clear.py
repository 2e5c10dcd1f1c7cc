"""Clear: what was logged before is gone from now on."""

from __future__ import annotations

from typing import Any, ClassVar

from blazon.ingest import values
from blazon.ingest.archetypes.archetype import Archetype


class Clear(Archetype):
    """Clears an entity, and with recursive=True all below it, from the time at which it is logged.

    A clear that carries times leaves static data alone. Source: SEMANTICS §9.
    """

    FIELDS: ClassVar = {"is_recursive": values.flag}

    __slots__ = ()

    def __init__(self, *, recursive: bool) -> None:
        self._set({"is_recursive": recursive})

    @classmethod
    def flat(cls) -> Any:
        """Return a clear of the entity alone."""
        return cls(recursive=False)

    @classmethod
    def recursive(cls) -> Any:
        """Return a clear of the entity and of all below it."""
        return cls(recursive=True)
