"""What a visualizer answers with: layers, each of one primitive at one draw order."""

from __future__ import annotations

import enum
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.images import Triples
from blazon.ingest.notices import Notice
from blazon.render.cameras import Bounds
from blazon.render.styles import Table

if TYPE_CHECKING:
    from blazon.render.visualizers.points_of_space import PointColumns

NOT_DRAWN_NOTICE = "not drawn:"  # how a notice begins that says why an entity is not in the picture at all


class Primitive(enum.IntEnum):
    """What a pass draws; at equal draw orders of one entity, later ones are on top."""

    IMAGE = 0
    RECTS = 1
    SEGMENTS = 2  # parts of strips
    LINES = 3
    ARROWS = 4
    POINTS = 5
    FACES = 6  # in space alone, as are dots
    DOTS = 7  # small points
    TAGS = 8  # nothing by themselves: where instances are, and what is written beside them; see tags.py
    TALLIES = 9  # likewise, and which classes they are of
    GLYPHS = 10  # words and their plates, over all else of a view


class ImageRole(enum.Enum):
    """What an image is to the others of its view."""

    MASK = "mask"
    COLOR = "color"
    DEPTH = "depth"


@dataclass(frozen=True, slots=True, eq=False)
class RowsLayer:
    """Instances of one primitive; rows of the primitive's layout, (n,)."""

    primitive: Primitive
    draw_order: float
    rows: NDArray[np.void]


class Mask:
    """Class ids and what they mean. Their colours are made when somebody asks for them: kernels that draw need none.

    ids : integers or floats (h, w). pixels : their colours, where those were made already.
    """

    def __init__(self, ids: NDArray[Any], table: Table, pixels: NDArray[np.uint8] | None = None) -> None:
        self.ids, self.table, self._pixels = ids, table, pixels

    @property
    def shape(self) -> tuple[int, ...]:
        """(h, w)."""
        shape: tuple[int, ...] = self.ids.shape
        return shape

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The colours, uint8 (h, w, 4), sRGB, straight alpha; the very same array each time."""
        if self._pixels is None:
            self._pixels, _ = self.table.color_image(self.ids)
        return self._pixels


@dataclass(frozen=True, slots=True, eq=False)
class Logged:
    """What was logged of an image whose pixels do not tell it. values : (h, w, channels). per_unit : how many are 1."""

    values: NDArray[Any]
    per_unit: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ImageLayer:
    """An image whose pixel (i, j) covers [j, j+1) × [i, i+1) of the scene, or of what transforms make of that.

    image : uint8 (h, w, 4), sRGB, straight alpha, or triples, or class ids.
    opacity : 0 to 1, or None for what the view's other images make it.
    plane_from_image : float64 (2, 3), None: the image lies as it is. logged : None where pixels or ids tell it.
    """

    draw_order: float
    image: NDArray[np.uint8] | Triples | Mask
    role: ImageRole
    opacity: float | None
    magnify_linearly: bool = False
    primitive: Primitive = Primitive.IMAGE
    plane_from_image: NDArray[np.float64] | None = None
    logged: Logged | None = None

    @property
    def mask(self) -> Mask | None:
        """The class ids, where it is of those."""
        return self.image if isinstance(self.image, Mask) else None

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """What it looks like, uint8 (h, w, 4), sRGB, straight alpha."""
        return self.image if isinstance(self.image, np.ndarray) else self.image.pixels

    def texel(self, x: int, y: int) -> NDArray[np.uint8]:
        """What it looks like in one place, uint8 (4,)."""
        return self.pixels[y, x] if self.triples is None else np.append(self.triples[y, x], np.uint8(255))

    @property
    def triples(self) -> NDArray[np.uint8] | None:
        """The same without alpha, (h, w, 3), where it was logged so."""
        return self.image.values if isinstance(self.image, Triples) else None

    @property
    def size(self) -> tuple[int, int]:
        """Its width and height in pixels."""
        height, width = self.image.shape[:2]
        return width, height

    @property
    def bounds(self) -> Bounds:
        """The rectangle around the image."""
        unmoved = Bounds(0, 0, *self.size)
        if self.plane_from_image is None:
            return unmoved
        corners = unmoved.corners() @ self.plane_from_image[:, :2].T + self.plane_from_image[:, 2]
        return bounds_of(corners) or unmoved


Layer = RowsLayer | ImageLayer


class Ordered(Protocol):
    """What has a draw order."""

    @property
    def draw_order(self) -> float:
        """Higher ones lie on top; it may be NaN."""


def height_of(layer: Ordered) -> tuple[bool, float]:
    """Return what layers are sorted by: the draw order, and NaN above all. SEMANTICS §7."""
    order = layer.draw_order
    return (False, order) if order == order else (True, 0.0)  # noqa: PLR0124 - NaN is not equal to itself


def opacity_of(layer: ImageLayer, *, over_image: bool, over_depth: bool) -> float:
    """Return an image's own opacity, or the default that the other images of its view make. SEMANTICS §4."""
    covers = over_image if layer.role is ImageRole.MASK else over_depth and layer.role is ImageRole.COLOR
    return (0.5 if covers else 1.0) if layer.opacity is None else layer.opacity


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """The layers of one archetype of one entity in the plane. bounds : of its content, or None if that is empty.

    tags : what is written beside its instances, TAG rows; see tags.py.
    """

    layers: tuple[Layer, ...] = ()
    bounds: Bounds | None = None
    notices: tuple[Notice, ...] = ()
    tags: NDArray[np.void] | None = None


@dataclass(frozen=True, eq=False)
class SpaceLayer:
    """Instances of one primitive in space. Translucent ones are drawn last.

    given : rows of the primitive's layout, (n,), or columns, of which those are made when somebody asks for them.
    """

    primitive: Primitive
    given: NDArray[np.void] | PointColumns
    is_translucent: bool = False

    def __len__(self) -> int:
        return len(self.given)

    @functools.cached_property
    def rows(self) -> NDArray[np.void]:
        """Rows of the primitive's layout, (n,)."""
        return self.given if isinstance(self.given, np.ndarray) else self.given.rows()

    def points(self) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
        """Where points are, the first three of each of float32 (n, k), and their colours, words (n,)."""
        if not isinstance(self.given, np.ndarray):
            return self.given.positions, self.given.words
        numbers = self.given.view(np.float32).reshape(len(self), -1)
        return numbers, self.given["color"].view(np.uint32)[:, 0]

    @functools.cached_property
    def radii(self) -> tuple[float, float]:
        """The least and the greatest radius of its rows, of which there are some."""
        if not isinstance(self.given, np.ndarray):
            return self.given.radius, self.given.radius
        radii = np.ascontiguousarray(self.rows["radius"])
        return float(radii.min()), float(radii.max())


@dataclass(frozen=True, slots=True, eq=False)
class BuiltSpace:
    """The layers of one archetype of one entity in space, in the entity's own frame.

    anchor : float64 (3,), where the rows' (0, 0, 0) lies in that frame, so that large coordinates fit float32.
    content : float32 (n, 3), finite, like the rows relative to the anchor: what a view is fitted to.
    reaches : whether things lie between the points of `content` as well. radius : how far they reach around those.
    shading : 1: points are shaded to the rim. posed : whether the entity's instance poses are in the rows already.
    raises_points : whether points stand out of lines that end at them. lift_px : how far all of it stands out of what
    it lies on. tags, tallies : what is written beside its instances, and their classes, SPACE_TAG rows; see tags.py.
    """

    layers: tuple[SpaceLayer, ...]
    anchor: NDArray[np.float64]
    content: NDArray[np.float32]
    notices: tuple[Notice, ...] = ()
    reaches: bool = True
    radius: float = 0.0
    shading: float = 0.0
    posed: bool = False
    raises_points: bool = False
    lift_px: float = 0.0
    tags: NDArray[np.void] | None = None
    tallies: NDArray[np.void] | None = None


def bounds_of(*corners: NDArray[Any]) -> Bounds | None:
    """Return the rectangle around points, float (n, 2 or more) each; None if there are none."""
    filled = [points for points in corners if len(points)]
    if not filled:
        return None
    low = np.min([points[:, :2].min(axis=0) for points in filled], axis=0)
    high = np.max([points[:, :2].max(axis=0) for points in filled], axis=0)
    return Bounds(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
