"""Which views a shot shows, and who plays in them: found once, as long as nothing comes that could play elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import ArgumentError, NothingToDrawError
from blazon.render.casts import Cast, Player, cast_of, players_of
from blazon.render.shot import Look, Shot
from blazon.render.views import View, default_views, image_sizes, view_at


class Casting:
    """Views and casts of one recording at a time; the very same objects while they would be the same.

    players : all that stands in space, with what draws it.
    """

    def __init__(self) -> None:
        self.players: tuple[Player, ...] = ()
        self._of: tuple[Any, ...] = ()
        self._asked: tuple[Any, ...] = ()
        self._sized: tuple[Any, ...] = ()
        self._sizes: tuple[tuple[int, int] | None, ...] = ()
        self._views: list[View] = []
        self._casts: dict[View | None, Cast] = {}

    def views(self, shot: Shot) -> list[View]:
        """Return the views that `shot` shows. Raises `NothingToDrawError`, and what `view_at` and `check_look` do."""
        look, recording, timeline = shot.look, shot.recording, shot.at.timeline
        of = recording, recording.shape, timeline, look.hidden
        if self._of != of:
            self._asked, self._views = (), []
            self._casts.clear()
            players = players_of(recording, timeline)
            self.players = tuple(each for each in players if not _is_hidden(each[0], look)) if look.hidden else players
            self._of = of
        sized = recording, recording.generation, timeline
        if self._sized != sized:
            self._sizes, self._sized = image_sizes(recording, timeline), sized
        asked = (self._sizes, look.view, look.kind, look.eye, look.target, look.bounds)
        if self._asked != asked:
            if look.view is not None:
                prefers_space = look.eye is not None or look.target is not None
                found = [view_at(recording, timeline, look.view, look.kind, prefers_space=prefers_space)]
            else:
                found = default_views(recording, timeline, look.kind)
            check_look(look, found)
            if look.hidden:
                found = [_without_hidden(view, look) for view in found]
            known = {(view.key, view.entities): view for view in self._views}
            self._views = [known.get((view.key, view.entities), view) for view in found]
            self._casts = {view: cast for view, cast in self._casts.items() if view is None or view in self._views}
            self._asked = asked
        if not self._views:
            how = f" in {look.kind}" if look.kind else ""
            raise NothingToDrawError(
                f"the recording {recording.recording_id!r} holds nothing that can be drawn{how}; see `blazon info`"
            )
        return self._views

    def cast(self, shot: Shot, view: View | None) -> Cast:
        """Return who plays in one of `views`; None: all that stands in space, wherever it is."""
        cast = self._casts.get(view)
        if cast is None:
            entities = view.entities if view is not None else None
            cast = self._casts[view] = cast_of(shot.recording, shot.at.timeline, entities, self.players)
        return cast


def _without_hidden(view: View, look: Look) -> View:
    return replace(view, entities=tuple(each for each in view.entities if not _is_hidden(each, look)))


def _is_hidden(entity: EntityPath, look: Look) -> bool:
    return any(above in look.hidden for above in entity.ancestors())


def check_look(look: Look, views: Sequence[View]) -> None:
    """Raise `ArgumentError` where a look says how to see what none of `views` shows."""
    kinds = {view.kind for view in views}
    if kinds == {"2d"} and (look.eye is not None or look.target is not None):
        given = "eye" if look.eye is not None else "target"
        raise ArgumentError(
            f"{given} is {look.eye or look.target}, but nothing here is seen in three dimensions; leave it out, or "
            "pass kind='3d'"
        )
    if kinds == {"3d"} and look.bounds is not None:
        raise ArgumentError(
            f"bounds is {look.bounds}, but nothing here is seen in two dimensions; pass eye and target instead"
        )
