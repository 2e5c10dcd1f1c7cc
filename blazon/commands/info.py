"""`blazon info`: what a recording holds, what of it is drawn, and why the rest is not."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from blazon.commands import options
from blazon.commands.terminal import has_colors, printable

if TYPE_CHECKING:
    from blazon.ingest.annotations import AnnotationContext, AnnotationInfo
    from blazon.render.inventory import Inventory


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "info",
        help="entities, timelines, annotation contexts, what is not drawn and why",
        description="Show what a recording holds: its entities, timelines and annotation contexts, what is not drawn"
        " and why, and what is wrong with its data.",
    )
    parser.add_argument("source", metavar="SOURCE", help="a .rrd file of rerun-sdk 0.24 or later")
    options.add_recording_flag(parser)
    parser.add_argument("--json", action="store_true", help="for programs; times are integers (counts, or ns)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print, and return the exit code. Raises `BlazonError`."""
    from blazon.ingest.sources import open_source

    source = open_source(arguments.source)
    ids = [id_ for id_, _ in source.recordings()]
    recording = source.open(arguments.recording)

    from blazon.render.inventory import take_inventory

    inventory = take_inventory(recording)
    if arguments.json:
        json.dump(_as_json(inventory, ids), sys.stdout, indent=2, ensure_ascii=False)
        print()
    else:
        print("\n".join(_as_text(inventory, ids, colored=has_colors(sys.stdout))))
    return 0


def _as_json(inventory: Inventory, ids: list[str]) -> dict[str, Any]:
    return {
        "recordings": ids,
        "recording": inventory.recording_id,
        "application": inventory.application_id,
        "timelines": [
            {
                "name": each.timeline.name,
                "kind": each.timeline.kind.value,
                "first": each.covered.first,
                "last": each.covered.last,
                "rows": each.rows,
            }
            for each in inventory.timelines
        ],
        "default_timeline": inventory.default_timeline.name if inventory.default_timeline else None,
        "entities": [
            {
                "path": str(each.path),
                "components": dict(each.components),
                "drawn": True if each.undrawn is None else each.undrawn,
            }
            for each in inventory.entities
        ],
        "contexts": [
            {"path": str(path), "classes": [_class_as_json(id_, context) for id_ in context.classes]}
            for path, context in inventory.contexts.items()
        ],
        "views": [
            {"root": str(view.root), "kind": view.kind, "entities": [str(path) for path in view.entities]}
            for view in inventory.views
        ],
        "warnings": [
            {"entity": None if each.entity is None else str(each.entity), "what": each.what, "count": each.count}
            for each in inventory.notices
        ],
    }


def _class_as_json(id_: int, context: AnnotationContext) -> dict[str, Any]:
    described = context.classes[id_]
    return {
        **_info_as_json(described.info),
        "id": id_,
        "keypoints": [_info_as_json(each) for each in described.keypoint_annotations],
        "connections": [list(pair) for pair in described.keypoint_connections],
    }


def _info_as_json(info: AnnotationInfo) -> dict[str, Any]:
    return {"id": info.id, "label": info.label, "color": f"#{info.shown_color:08x}"}


def _as_text(inventory: Inventory, ids: list[str], *, colored: bool) -> Iterable[str]:
    application = printable(inventory.application_id) or "an unnamed program"
    yield f"recording {printable(inventory.recording_id)}, of {application}"
    if len(ids) > 1:
        yield f"  one of {len(ids)} in this file: {printable(', '.join(ids))}"
    yield from _timelines(inventory)
    yield "\nentities"
    yield from _entities(inventory)
    if inventory.contexts:
        yield "\nannotation contexts"
        yield from _contexts(inventory, colored=colored)
    yield "\nviews"
    for view in inventory.views:
        yield f"  {view.root}  {view.kind}, {_counted(len(view.entities), 'entity', 'entities')}"
    if not inventory.views:
        yield "  none: nothing here can be drawn"
    if inventory.notices:
        yield "\nwarnings"
        yield from (f"  {printable(notice)}" for notice in inventory.notices)


def _timelines(inventory: Inventory) -> Iterable[str]:
    from blazon.ingest.timeline import format_value

    yield "\ntimelines"
    if not inventory.timelines:
        yield "  none: all data is static"
    width = max((len(printable(each.timeline.name)) for each in inventory.timelines), default=0)
    for each in inventory.timelines:
        kind = each.timeline.kind
        ends = f"{format_value(kind, each.covered.first)} … {format_value(kind, each.covered.last)}"
        mark = "  (default)" if each.timeline == inventory.default_timeline else ""
        yield f"  {printable(each.timeline.name):{width}}  {kind.value:9}  {ends}, {_counted(each.rows, 'row')}{mark}"


def _entities(inventory: Inventory) -> Iterable[str]:
    width = max((len(str(each.path)) for each in inventory.entities), default=0)
    for each in inventory.entities:
        fields: dict[str, list[str]] = {}
        for name in each.components:
            archetype, colon, field = name.partition(":")
            fields.setdefault(archetype if colon else "values", []).append(field if colon else archetype)
        held = ", ".join(f"{archetype} ({' '.join(names)})" for archetype, names in fields.items())
        rows = _counted(max(each.components.values(), default=0), "row")
        yield f"  {each.path!s:{width}}  {printable(held)}, {rows}"
        if each.undrawn is not None:
            yield f"  {'':{width}}  not drawn: {printable(each.undrawn)}"


def _contexts(inventory: Inventory, *, colored: bool) -> Iterable[str]:
    for path, context in inventory.contexts.items():
        yield f"  {path}, {_counted(len(context.classes), 'class', 'classes')}"
        for id_, described in sorted(context.classes.items()):
            swatch = _swatch(described.info.shown_color, colored=colored)
            details = []
            if described.keypoint_annotations:
                details.append(_counted(len(described.keypoint_annotations), "keypoint"))
            if described.keypoint_connections:
                details.append(_counted(len(described.keypoint_connections), "connection"))
            label = printable(described.info.label or "(no label)")
            yield f"    {swatch} {id_:>5}  {label}{'  ' + ', '.join(details) if details else ''}"


def _swatch(color: int, *, colored: bool) -> str:
    if not colored:
        return f"#{color:08x}"
    red, green, blue = (color >> shift & 255 for shift in (24, 16, 8))
    return f"\x1b[48;2;{red};{green};{blue}m  \x1b[0m #{color:08x}"


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
