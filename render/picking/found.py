"""What was found under a pixel: plain facts, as panels show and tests read them."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.render.picking.components import components_of
from blazon.render.scene import ViewFrame
from blazon.render.shot import Shot

NO_LINES = np.zeros((0, 4))


@dataclass(frozen=True, slots=True)
class Found:
    """Something under a pixel.

    what : the archetype, "mask", or "skeleton". index : of the instance; −1: the pixel of an image, or none in
    particular. color : packed, that it is drawn in. place : where it is, in units of its entity. distance_px : from
    the pixel. outline_px : lines around it, float64 (k, 4), x0, y0, x1, y1 in pixels of the picture. about : further
    facts to show, in order. class_label : what its class is called, whatever it is called itself.
    """

    entity: EntityPath
    what: str
    index: int
    class_id: int | None
    label: str | None
    color: int | None
    place: tuple[float, ...]
    distance_px: float
    outline_px: NDArray[np.float64] = field(default_factory=lambda: NO_LINES, compare=False)
    about: dict[str, str] = field(default_factory=dict)
    class_label: str | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.label or (f"class {self.class_id}" if self.class_id is not None else self.what)

    @property
    def color_text(self) -> str:
        """The colour as `#RRGGBB`, and the alpha where it is not opaque; empty where there is none."""
        text = f"#{self.color:08X}" if self.color is not None else ""
        return text.removesuffix("FF") if len(text) == 9 else text

    def facts(self) -> list[tuple[str, str]]:
        """Return what there is to say of it, in order."""
        said = [("entity", str(self.entity)), ("what", self.what if self.index < 0 else f"{self.what} {self.index}")]
        if self.class_id is not None:
            named = self.class_label if self.class_label not in (None, self.title) else ""
            said.append(("class", f"{self.class_id} {named}".strip()))
        if self.color is not None:
            said.append(("color", self.color_text))
        return [*said, *self.about.items(), ("at", ", ".join(f"{each:g}" for each in self.place))]


@dataclass(frozen=True)
class Pick:
    """What is under a pixel. view : the one that it lies in. place : in the plane of that; None: it is none.

    found : the best first. shot : the picture that was asked about.
    """

    view: ViewFrame
    place: tuple[float, float] | None
    found: tuple[Found, ...]
    shot: Shot

    @functools.cached_property
    def components(self) -> list[tuple[str, str]]:
        """All components of the first that was found, as text; asked for once."""
        if not self.found:
            return []
        return components_of(self.shot.recording, self.shot.at, self.found[0].entity, self.found[0].index)

    def as_text(self) -> str:
        """Return all of it as lines."""
        where = f" {self.place[0]:.2f}, {self.place[1]:.2f}" if self.place is not None else ""
        lines = [f"{self.view.view.root} {self.view.view.kind}{where}"]
        for each in self.found:
            lines += [each.title, *(f"  {name}: {value}" for name, value in each.facts())]
        return "\n".join(lines)
