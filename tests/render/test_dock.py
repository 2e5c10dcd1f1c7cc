"""Where Dear ImGui puts panels and views; no window is needed for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from imgui_bundle import imgui

from blazon.ingest.entity_path import EntityPath
from blazon.render.panels.dock import PANELS, Dock
from blazon.render.panels.gui import Gui
from blazon.render.panes import Key, Rect

SIZE = 1280.0, 700.0
A, B, C, D = ((EntityPath.parse(each), "2d") for each in "abcd")
Frames = Callable[..., dict[Key, Rect]]


@pytest.fixture
def gui() -> Iterator[Gui]:
    gui = Gui()
    yield gui
    gui.close()


@pytest.fixture
def dock(gui: Gui) -> Dock:
    assert gui.io is not None  # Dear ImGui is there
    return Dock()


@pytest.fixture
def frames(gui: Gui, dock: Dock) -> Frames:
    def frames(*keys: Key, count: int = 5, size: tuple[float, float] = SIZE) -> dict[Key, Rect]:
        for _ in range(count):
            gui.begin(size, 1.0, 1 / 60)
            dock.begin(size, keys)
            for key in keys:
                with dock.view(key):
                    pass
            for name in PANELS:
                with dock.panel(name):
                    pass
            gui.end()
        return dict(dock.rects)

    return frames


def drag(gui: Gui, frames: Callable[[], object], start: Sequence[float], end: Sequence[float]) -> None:
    """Drag with the left button, slowly."""
    gui.io.add_mouse_pos_event(*start)
    frames()
    gui.io.add_mouse_button_event(0, True)
    frames()
    for share in (0.1, 0.5, 1.0, 1.0, 1.0):
        gui.io.add_mouse_pos_event(*(one + share * (other - one) for one, other in zip(start, end, strict=True)))
        frames()
    gui.io.add_mouse_button_event(0, False)
    frames()
    frames()


def size(rect: Rect) -> tuple[float, float]:
    return rect[2] - rect[0], rect[3] - rect[1]


def test_one_view_has_all_the_room_between_the_panels(frames: Frames, dock: Dock) -> None:
    (rect,) = frames(A).values()
    assert rect == dock.middle
    assert 250 < rect[0] < 280
    assert size(rect)[0] > 650
    assert size(rect)[1] > 550


def test_several_views_lie_in_a_grid_of_equal_ones(frames: Frames) -> None:
    rects = frames(A, B, C, D)
    widths, heights = zip(*map(size, rects.values()), strict=True)
    assert max(widths) - min(widths) <= 3
    assert max(heights) - min(heights) <= 3
    assert rects[A][0] == rects[C][0] < rects[B][0] == rects[D][0]
    assert rects[A][1] == rects[B][1] < rects[C][1] == rects[D][1]


def test_the_grid_is_made_anew_for_other_views(frames: Frames, dock: Dock) -> None:
    whole = frames(A)[A]
    assert size(frames(A, B)[A])[1] < size(whole)[1] / 1.8
    assert frames(C)[C] == whole
    assert set(frames(A, B, C)) == {A, B, C}
    assert frames() == {}
    assert not dock.is_arranged


def test_all_views_grow_with_the_window(frames: Frames) -> None:
    before = frames(A, B, C, D)
    after = frames(A, B, C, D, size=(1680, 1000))
    for key in (A, B, C, D):
        assert size(after[key])[0] > size(before[key])[0] + 150
        assert size(after[key])[1] > size(before[key])[1] + 100


def test_a_line_between_two_is_dragged(gui: Gui, frames: Frames, dock: Dock) -> None:
    before = frames(A)[A]
    assert not dock.is_touched
    drag(gui, lambda: frames(A, count=1), (before[0] - 1, 300), (before[0] + 119, 300))
    assert frames(A)[A][0] == pytest.approx(before[0] + 120, abs=4)
    assert dock.is_touched
    assert not dock.is_arranged


def test_a_view_that_was_dragged_stays_where_it_was_put(gui: Gui, frames: Frames, dock: Dock) -> None:
    before = frames(A, B)
    tab = before[A][0] + 20, before[A][1] - 10
    left, top, right, bottom = dock.middle  # which the other view has as soon as this one is on its way
    onto = (left + right) / 2, (top + bottom) / 2
    drag(gui, lambda: frames(A, B, count=1), tab, onto)
    after = frames(A, B)
    assert len(after) == 1  # one is a tab behind the other, and has all the room
    assert size(next(iter(after.values())))[1] > 1.8 * size(before[A])[1]
    assert dock.is_arranged
    frames(A, B, C)
    assert dock.is_arranged
    assert len(frames(A, B)) == 1


def test_a_layout_is_there_again(gui: Gui, frames: Frames, dock: Dock) -> None:
    before = frames(A, B)
    drag(gui, lambda: frames(A, B, count=1), (before[A][0] - 1, 300), (before[A][0] + 79, 300))
    wanted, saved = frames(A, B), imgui.save_ini_settings_to_memory()
    assert wanted != before
    dock.restore(saved, is_arranged=False)
    assert frames(A, B) == wanted


@pytest.mark.parametrize("text", ["nonsense", "[Docking][Data]\nDockSpace ID=0xZZ", "[Window][Views]\nDockId=0x1,9\n"])
def test_a_layout_that_is_none_does_no_harm(frames: Frames, dock: Dock, text: str) -> None:
    dock.restore(text, is_arranged=True)
    rects = frames(A, B, count=8)
    assert set(rects) == {A, B}
    assert all(min(size(each)) > 200 for each in rects.values())


def test_a_panel_that_fails_takes_none_with_it() -> None:
    gui = Gui()
    try:
        for fails in (False, True, False):
            gui.begin((300.0, 200.0), 1.0, 0.01)
            imgui.begin("panel")
            imgui.push_id("line")
            imgui.push_style_var(imgui.StyleVar_.alpha, 0.5)
            imgui.text("words")
            if fails:
                gui.recover()
                continue
            imgui.pop_style_var()
            imgui.pop_id()
            imgui.end()
            painted = gui.end()
        assert len(painted.corners)
    finally:
        gui.close()


def test_text_fields_have_the_clipboard_of_the_system() -> None:
    held = [""]
    gui = Gui(lambda text: held.__setitem__(0, text), lambda: held[0])
    try:
        imgui.set_clipboard_text("copied")
        assert held == ["copied"]
        held[0] = "from elsewhere"
        assert imgui.get_clipboard_text() == "from elsewhere"
    finally:
        gui.close()
