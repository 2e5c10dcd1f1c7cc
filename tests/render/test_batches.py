"""Many entities that are drawn at once are what each is by itself: rows, bounds and what is told of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.annotations import CONTEXT as CONTEXT_COMPONENT
from blazon.ingest.annotations import AnnotationContext, ClassDescription
from blazon.ingest.chunk import Ragged
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import TimeKind, Timeline
from blazon.render.cameras import Bounds
from blazon.render.casts import Group
from blazon.render.class_choices import EVERYTHING, ClassChoices
from blazon.render.followed import FollowedGroup
from blazon.render.sheets import Sheet
from blazon.render.shot import Shot, make_look
from blazon.render.styles import Table, make_table
from blazon.render.tables import Tables
from blazon.render.text.texts import Labelling
from blazon.render.visualizers.batches import batches
from blazon.render.visualizers.layers import Primitive, RowsLayer
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.registry import VISUALIZERS, Visualizer

CONTEXT = AnnotationContext(
    [
        ClassDescription(
            info=(1, "person", (255, 0, 0)),
            keypoint_annotations=[(0, "a"), (1, "b", (0, 255, 0)), 2],
            keypoint_connections=[(0, 1), (1, 2), (0, 3)],
        ),
        ClassDescription(info=(2, "other", (0, 0, 9, 80)), keypoint_connections=[(0, 1)]),
    ]
)
SAID = Primitive.TAGS, Primitive.TALLIES  # of instances, in words
NUMBERS = st.sampled_from([0.0, 1.5, -4.0, 30.0, np.nan])
IDS = st.sampled_from([0, 1, 2, 70000])


def field(draw: Any, n: int, values: st.SearchStrategy, dtype: type, width: int = 0) -> np.ndarray | None:
    """Nothing, or as many values as there are instances, or fewer, or more."""
    length = draw(st.sampled_from([0, 1, n, n + 1]))
    made = [draw(st.tuples(*[values] * width) if width else values) for _ in range(length)]
    return np.array(made, dtype).reshape(-1, width) if width else np.array(made, dtype)


def words(draw: Any, archetype: str, n: int) -> dict[str, Any]:
    """The cells that speak of labels."""
    values: dict[str, Any] = {}
    length = draw(st.sampled_from([None, None, 0, 1, n, n + 1]))
    if length is not None:
        values[f"{archetype}:labels"] = [draw(st.sampled_from(["", "a", "one", "b\nc"])) for _ in range(length)]
    shown = draw(st.sampled_from([None, None, True, False]))
    if shown is not None:
        values[f"{archetype}:show_labels"] = np.array([shown])
    return values


@st.composite
def people(draw: Any) -> dict[str, Any]:
    """The cells of a row of points."""
    n = draw(st.integers(1, 6))
    values = {"Points2D:positions": np.array([draw(st.tuples(NUMBERS, NUMBERS)) for _ in range(n)], np.float32)}
    for name, dtype in (("class_ids", np.uint32), ("keypoint_ids", np.uint32)):
        if draw(st.booleans()):
            values[f"Points2D:{name}"] = field(draw, n, st.integers(0, 3), dtype)
    if draw(st.booleans()):
        values["Points2D:radii"] = field(draw, n, NUMBERS, np.float32)
    if draw(st.integers(0, 3)) == 0:
        values["Points2D:draw_order"] = np.array([draw(st.sampled_from([1.0, 5.0]))], np.float32)
    if draw(st.integers(0, 3)) == 0:
        values["instance_ids"] = field(draw, n, st.integers(0, 1), np.int64)
    return values | words(draw, "Points2D", n)


@st.composite
def boxes(draw: Any) -> dict[str, Any]:
    """The cells of a row of boxes."""
    n = draw(st.integers(1, 5))
    values = {"Boxes2D:half_sizes": np.array([draw(st.tuples(NUMBERS, NUMBERS)) for _ in range(n)], np.float32)}
    if draw(st.booleans()):
        values["Boxes2D:centers"] = field(draw, n, NUMBERS, np.float32, 2)
    if draw(st.booleans()):
        values["Boxes2D:class_ids"] = field(draw, n, IDS, np.uint32)
    elif draw(st.booleans()):
        values["Boxes2D:colors"] = field(draw, n, st.sampled_from([0xFF0000FF, 0x00FF0000]), np.uint32)
    if draw(st.booleans()):
        values["Boxes2D:radii"] = field(draw, n, NUMBERS, np.float32)
    return values | words(draw, "Boxes2D", n)


@st.composite
def strips(draw: Any) -> dict[str, Any]:
    """The cells of a row of polylines, some of them without a point."""
    lengths = draw(st.lists(st.integers(0, 4), min_size=1, max_size=3))
    points = np.array([draw(st.tuples(NUMBERS, NUMBERS)) for _ in range(sum(lengths))], np.float32).reshape(-1, 2)
    values: dict[str, Any] = {"LineStrips2D:strips": Ragged(points, np.concatenate([[0], np.cumsum(lengths)]))}
    if draw(st.booleans()):
        values["LineStrips2D:class_ids"] = field(draw, len(lengths), IDS, np.uint32)
    return values | words(draw, "LineStrips2D", len(lengths))


@st.composite
def arrows(draw: Any) -> dict[str, Any]:
    """The cells of a row of arrows."""
    n = draw(st.integers(1, 5))
    values = {"Arrows2D:vectors": np.array([draw(st.tuples(NUMBERS, NUMBERS)) for _ in range(n)], np.float32)}
    if draw(st.booleans()):
        values["Arrows2D:origins"] = field(draw, n, NUMBERS, np.float32, 2)
    if draw(st.booleans()):
        values["Arrows2D:class_ids"] = field(draw, n, IDS, np.uint32)
    return values | words(draw, "Arrows2D", n)


ROWS = {"Points2D": people(), "Boxes2D": boxes(), "LineStrips2D": strips(), "Arrows2D": arrows()}
Facts = tuple[list[Any], Any, list[Any]]


def facts_of_one(
    visualizer: Visualizer, entity: EntityPath, values: Any, table: Table, labelling: Labelling | None
) -> Facts:
    """All that a picture takes from what was built of one entity by itself."""
    built = visualizer.build(Query(entity, visualizer.archetype, values, table))
    rows = [layer for layer in built.layers if isinstance(layer, RowsLayer)]
    labelled = Query(entity, visualizer.archetype, values, table, labelling=labelling)
    if visualizer.parts is not None:
        said = [part for part in visualizer.parts(labelled).parts if part.primitive in SAID]
        rows += [RowsLayer(part.primitive, part.draw_order, part.rows) for part in said]
    layers = [(each.primitive, str(each.draw_order), each.rows.tobytes()) for each in rows if len(each.rows)]
    return layers, built.bounds, sorted((each.what, each.count) for each in built.notices)


def facts_of(sheet: Sheet, number: int) -> Facts:
    """The same of an entity of a sheet."""
    layers = [
        (part.primitive, str(part.draw_order), part.rows[part.starts[number] : part.starts[number + 1]].tobytes())
        for part in sorted(sheet.parts, key=lambda part: part.primitive)
        if part.starts[number + 1] > part.starts[number]
    ]
    x0, y0, x1, y1 = sheet.corners[number].tolist()
    notices = sheet.notices.get(number, ())
    return layers, Bounds(x0, y0, x1, y1) if x0 <= x1 else None, sorted((each.what, each.count) for each in notices)


@pytest.mark.parametrize("archetype", ROWS)
@given(st.data())
def test_entities_that_are_drawn_together_are_what_each_is_by_itself(archetype: str, data: Any) -> None:
    """From time to time some of them get other cells, or empty ones."""
    visualizer = next(each for each in VISUALIZERS if each.archetype == archetype)
    hidden = ClassChoices(hide=frozenset([2])) if data.draw(st.booleans()) else EVERYTHING
    labels = data.draw(st.sampled_from(["auto", "on", "off"]))
    count, line = data.draw(st.integers(1, 5)), Timeline("frame", TimeKind.SEQUENCE)
    rec = Recording("sheets")
    rec.log("/", Cells({CONTEXT_COMPONENT: CONTEXT}), static=True)
    entities = [EntityPath((f"e{number}",)) for number in range(count)]
    newest: dict[EntityPath, dict[str, Any]] = {}
    followed: FollowedGroup | None = None
    for frame in range(data.draw(st.integers(1, 4))):
        rec.set_time("frame", sequence=frame)
        for entity in entities:
            if frame == 0 or data.draw(st.booleans()):
                cells = newest[entity] = data.draw(ROWS[archetype])
                missing = [name for name in visualizer.components if name not in cells]
                rec.log(entity, Cells({**dict.fromkeys(missing), **cells}))
        if followed is None:
            group = Group(visualizer, tuple(entities), np.arange(count))
            followed, tables = FollowedGroup(rec, group, line), Tables()
        shot = Shot(rec, At(line, frame), make_look(9, 9, hide=hidden.hide, legend=True, labels=labels))
        sheet = followed.sheet(shot, tables)
        assert followed.sheet(shot, tables) is sheet
        for number, entity in enumerate(entities):
            table = tables.of(shot, entity)
            assert facts_of(sheet, number) == facts_of_one(
                visualizer, entity, newest[entity], table, tables.labelling(shot)
            )


class Cells:
    """Cells as they are."""

    def __init__(self, components: dict[str, Any]) -> None:
        self.components = components


@given(st.integers(2, 9), st.integers(1, 4))
def test_rows_that_are_alike_are_one_batch(count: int, n: int) -> None:
    table = make_table(CONTEXT, EVERYTHING)
    values = {"Points2D:positions": np.zeros((n, 2), np.float32), "Points2D:class_ids": np.ones(1, np.uint32)}
    drawn_by = next(each for each in VISUALIZERS if each.archetype == "Points2D")
    entities = [EntityPath((f"e{number}",)) for number in range(count)]
    asked = [(number, values, table) for number in range(count)]
    assert [numbers for numbers, _ in batches(drawn_by, entities, asked)] == [list(range(count))]
