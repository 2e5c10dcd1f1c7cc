"""The house's floors, as data: a room imports only from floors below it. Source: docs/architecture.md."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The first prefix that fits says the floor. Rooms of one floor may import each other only within one room.
FLOORS = {
    "blazon.__main__": 11,
    "blazon.cli": 10,
    "blazon.commands": 9,
    "blazon.benches": 8.8,  # they measure windows as well
    "blazon.scenes": 7,  # recordings that blazon makes itself: as a program would, through archetypes and log
    "blazon.render.cluster": 8.4,
    "blazon.render.batch": 8.3,
    "blazon.render.film": 8.1,
    "blazon.render.plans": 8.2,
    "blazon.render.jobs": 8.1,
    "blazon.render.movie": 8,
    "blazon.render.timing": 2,
    "blazon.render.ahead": 0.5,
    "blazon.render.files": 1,
    "blazon.render.encoding": 2,
    "blazon.render.window": 8.5,
    "blazon.render.show": 8.7,
    "blazon.render.panels": 8,
    "blazon.render.panes": 2,
    "blazon.render.settings": 2,
    "blazon.render.surface": 2,
    "blazon.render.keys": 2,
    "blazon.render.shutter": 7.6,
    "blazon.render.described": 3,
    "blazon.render.debug_state": 8.2,
    "blazon.render.hands": 7.5,
    "blazon.render.canvas": 7,
    "blazon.render.picking": 6,
    "blazon.render.pixel_values": 6,
    "blazon.render.viewer": 7,
    "blazon.render.playback": 2,
    "blazon.render.pace": 2,
    "blazon.render.navigation": 2,
    "blazon.render.snapshots": 8,
    "blazon.render.output": 7,
    "blazon.render.offscreen": 7,
    "blazon.render.inventory": 6,
    "blazon.render.frame": 6,
    "blazon.render.space_renderer": 5.5,
    "blazon.render.backdrops": 5.5,
    "blazon.render.space_backdrops": 5.2,
    "blazon.render.srgb": 1.5,
    "blazon.render.pictures": 1.5,
    "blazon.render.scene": 5,
    "blazon.render.plane": 4.7,
    "blazon.render.stage": 4.6,
    "blazon.render.space": 4.5,
    "blazon.render.hanging": 4.55,
    "blazon.render.extents": 4.2,
    "blazon.render.splats": 3.5,
    "blazon.render.builds": 4.1,
    "blazon.render.troupes": 3.9,
    "blazon.render.followed": 3.8,
    "blazon.render.ensembles": 3.4,
    "blazon.render.casting": 4.1,
    "blazon.render.casts": 3.5,
    "blazon.render.sheets": 3.3,
    "blazon.render.tables": 2.5,
    "blazon.render.writing": 4.9,
    "blazon.render.legend": 4.85,
    "blazon.render.census": 4.8,
    "blazon.render.labels": 4.8,
    "blazon.render.pages": 4.7,
    "blazon.render.text.fonts": 1.5,
    "blazon.render.text": 2.2,
    "blazon.render.placing": 4,
    "blazon.render.passes": 4,
    "blazon.render.views": 4,
    "blazon.render.visualizers": 3,
    "blazon.render.colorize": 3,
    "blazon.render.shot": 2,
    "blazon.render.times": 2,
    "blazon.render.styles": 2,
    "blazon.render.gpu": 2,
    "blazon.render.kernels": 1,
    "blazon.render.layouts": 1,
    "blazon.render.scratch": 1,
    "blazon.render.cameras3d": 1.5,
    "blazon.render.cameras": 1,
    "blazon.render.class_choices": 1,
    "blazon.ingest": 0,
}
FORBIDDEN = {
    "moderngl": ("blazon.render.gpu", "blazon.render.passes"),
    "glfw": ("blazon.render.window", "blazon.render.surface", "blazon.render.keys"),
    "imgui_bundle": ("blazon.render.keys", "blazon.render.panels"),
    "numba": ("blazon.render.kernels",),
    "av": ("blazon.ingest.video", "blazon.render.encoding", "blazon.benches"),
    "ray": ("blazon.render.cluster",),
    "fsspec": ("blazon.ingest.remote",),
    "pyarrow": ("blazon.ingest.rerun", "blazon.benches.peers"),
}


def modules() -> list[tuple[str, Path]]:
    found = []
    for room in ("ingest", "render", "benches"):
        found += [(f"blazon.{room}", path) for path in (ROOT / room).rglob("*.py")]
    named = [(_name(base, ROOT / base.split(".")[1], path), path) for base, path in found]
    face = list((ROOT / "blazon").glob("*.py"))
    for room in ("commands", "scenes"):
        face += (ROOT / "blazon" / room).rglob("*.py")
    return named + [(_name("blazon", ROOT / "blazon", path), path) for path in face if path.name != "__init__.py"]


def _name(base: str, folder: Path, path: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join([base, *(part for part in parts if part != "__init__")])


def floor_of(module: str) -> int | None:
    return next((floor for prefix, floor in FLOORS.items() if f"{module}.".startswith(f"{prefix}.")), None)


def room_of(module: str) -> str | None:
    return next((prefix for prefix in FLOORS if f"{module}.".startswith(f"{prefix}.")), None)


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda each: each if isinstance(each, str) else "")
def test_a_room_imports_only_from_floors_below(module: str, path: Path) -> None:
    floor = floor_of(module)
    assert floor is not None or module in ("blazon.ingest", "blazon.render"), f"{module} has no floor: add it to FLOORS"
    for imported in imports_of(path):
        below = floor_of(imported)
        if below is None or floor is None:
            continue
        same_room = room_of(imported) == room_of(module)
        assert same_room or below < floor, f"{module} (floor {floor}) imports {imported} (floor {below})"


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda each: each if isinstance(each, str) else "")
def test_heavy_libraries_are_imported_in_their_rooms_alone(module: str, path: Path) -> None:
    for imported in imports_of(path):
        rooms = FORBIDDEN.get(imported.partition(".")[0])
        assert rooms is None or any(f"{module}.".startswith(f"{room}.") for room in rooms), (
            f"{module} imports {imported}"
        )


def test_no_module_state_but_constants() -> None:
    """Assignments at the top of a module are names in capitals, types, or dunder names; caches are functools'."""
    for module, path in modules():
        for node in ast.parse(path.read_text("utf-8")).body:
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            for target in targets:
                if isinstance(target, ast.Name):
                    name = target.id.lstrip("_")
                    assert name.isupper() or name[:1].isupper() or target.id.startswith("__"), f"{module}: {target.id}"
