"""Dear ImGui, fed with a window's input, and what it draws as rows. Knows no window and no GL."""

from __future__ import annotations

import ctypes
import importlib.resources
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from imgui_bundle import imgui
from numpy.typing import NDArray

from blazon.render.layouts import CORNER
from blazon.render.passes.panels import Patch

PICTURE = 1 << 20  # the number of the texture that the picture is; those of letters count from 1
SIZE = 15.0  # of letters, UI points
ACCENT = (0.30, 0.68, 0.98)
WARNING = (0.98, 0.75, 0.35)
INK, DIM, GROUND = (0.90, 0.92, 0.94), (0.56, 0.60, 0.65), (0.067, 0.078, 0.086)
BAR = (0.039, 0.047, 0.052, 1.0)  # behind tabs


@dataclass(frozen=True, slots=True)
class Painted:
    """What a frame of panels draws. corners : CORNER (n,). textures : those that are new, None: no longer needed."""

    corners: NDArray[np.void]
    patches: tuple[Patch, ...]
    textures: dict[int, NDArray[np.uint8] | None]


class Gui:
    """One Dear ImGui. copy, pasted : how the system's clipboard is written and read; None: it has one of its own."""

    def __init__(self, copy: Callable[[str], None] | None = None, pasted: Callable[[], str] | None = None) -> None:
        self._context = imgui.create_context()
        self.io = imgui.get_io()
        self._before = imgui.internal.ErrorRecoveryState()
        if copy is not None and pasted is not None:
            system = imgui.get_platform_io()
            system.platform_set_clipboard_text_fn = lambda _context, text: copy(text)
            system.platform_get_clipboard_text_fn = lambda _context: pasted()
        self.io.set_ini_filename("")
        self.io.config_flags |= imgui.ConfigFlags_.docking_enable
        self.io.backend_flags |= imgui.BackendFlags_.renderer_has_textures
        self.io.config_windows_move_from_title_bar_only = True
        self.io.fonts.flags |= imgui.ImFontAtlasFlags_.no_baked_lines  # which had to be smoothed
        font = importlib.resources.files("blazon.render.text") / "DejaVuSans.ttf"
        with importlib.resources.as_file(font) as path:
            self.io.fonts.add_font_from_file_ttf(str(path), SIZE)
        _dress(imgui.get_style())

    @property
    def has_input(self) -> bool:
        """Whether there is input that no frame has taken yet: of quick keys one frame takes one."""
        return len(imgui.get_current_context().input_events_queue) > 0

    def begin(self, size: tuple[float, float], scale: float, elapsed_s: float) -> None:
        """Begin a frame of a window of so many UI points."""
        self.io.display_size = imgui.ImVec2(*size)
        self.io.display_framebuffer_scale = imgui.ImVec2(scale, scale)
        self.io.delta_time = max(elapsed_s, 1e-4)
        imgui.new_frame()
        imgui.internal.error_recovery_store_state(self._before)

    def recover(self) -> None:
        """End a frame in the midst of which something failed: nothing of it is drawn."""
        self.io.config_error_recovery_enable_assert = False
        imgui.internal.error_recovery_try_to_recover_state(self._before)
        self.io.config_error_recovery_enable_assert = True
        imgui.end_frame()

    def end(self) -> Painted:
        """End the frame, and return what it draws."""
        imgui.render()
        parts: list[NDArray[np.void]] = []
        patches: list[Patch] = []
        textures = dict(_textures())
        start = 0
        for commands in imgui.get_draw_data().cmd_lists:
            rows = _array(commands.vtx_buffer, CORNER)
            indices = _array(commands.idx_buffer, np.dtype("<u4" if imgui.INDEX_SIZE == 4 else "<u2"))
            for command in commands.cmd_buffer:
                first, count = command.idx_offset, command.elem_count
                if count:
                    parts.append(rows[indices[first : first + count].astype(np.int64) + command.vtx_offset])
                    clip = command.clip_rect
                    texture, at = command.tex_ref.get_tex_id(), (clip.x, clip.y, clip.z, clip.w)
                    patches.append(Patch(texture, start, count, at, is_opaque=texture == PICTURE))
                    start += count
        corners = np.concatenate(parts) if parts else np.zeros(0, CORNER)
        return Painted(corners, tuple(patches), textures)

    def forget_textures(self) -> None:
        """Have all textures made anew: those that were drawn with are gone."""
        for each in imgui.get_platform_io().textures:
            if each.status == imgui.ImTextureStatus.ok:
                each.set_tex_id(0)
                each.status = imgui.ImTextureStatus.want_create

    def close(self) -> None:
        """Let go of it."""
        imgui.destroy_context(self._context)


def _textures() -> Iterator[tuple[int, NDArray[np.uint8] | None]]:
    """The textures that Dear ImGui wants made, changed, or let go of; it takes it for done."""
    status = imgui.ImTextureStatus
    for each in imgui.get_platform_io().textures:
        if each.status in (status.want_create, status.want_updates):
            if each.status == status.want_create:
                each.set_tex_id(each.unique_id)
            yield each.tex_id, each.get_pixels_array().reshape(each.height, each.width, 4).copy()
            each.status = status.ok
        elif each.status == status.want_destroy:
            yield each.tex_id, None
            each.set_tex_id(0)
            each.status = status.destroyed


def _array(buffer: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The rows of a buffer of Dear ImGui's, as long as the frame lasts."""
    size = buffer.size() * dtype.itemsize
    if not size:
        return np.zeros(0, dtype)
    data = memoryview((ctypes.c_char * size).from_address(buffer.data_address())).cast("B")
    found: NDArray[Any] = np.frombuffer(data, dtype)
    return found


def color(packed: int, alpha: float = 1.0) -> imgui.ImVec4:
    """Return a colour of `0xRRGGBBAA`, whatever its own alpha is."""
    red, green, blue = (packed >> shift & 255 for shift in (24, 16, 8))
    return imgui.ImVec4(red / 255, green / 255, blue / 255, alpha)


def dim(text: str) -> None:
    """Write something that is less important."""
    imgui.text_colored(imgui.ImVec4(*DIM, 1.0), text)


def _dress(style: imgui.Style) -> None:
    """A calm dark look with one accent."""
    style.window_rounding = style.child_rounding = 0.0
    style.frame_rounding = style.grab_rounding = style.popup_rounding = 4.0
    style.window_border_size = style.tab_border_size = style.tab_bar_border_size = 0.0
    style.docking_separator_size = 3.0
    style.frame_padding, style.item_spacing = imgui.ImVec2(8, 4), imgui.ImVec2(8, 6)
    style.window_padding = imgui.ImVec2(12, 10)
    style.scrollbar_size = 10.0
    kinds = imgui.Col_
    shades = {
        kinds.window_bg: (*GROUND, 1.0),
        kinds.child_bg: (0.0, 0.0, 0.0, 0.0),
        kinds.popup_bg: (0.10, 0.115, 0.125, 0.98),
        kinds.border: (1.0, 1.0, 1.0, 0.07),
        kinds.text: (*INK, 1.0),
        kinds.text_disabled: (*DIM, 1.0),
        kinds.frame_bg: (1.0, 1.0, 1.0, 0.06),
        kinds.frame_bg_hovered: (1.0, 1.0, 1.0, 0.10),
        kinds.frame_bg_active: (1.0, 1.0, 1.0, 0.14),
        kinds.button: (1.0, 1.0, 1.0, 0.07),
        kinds.button_hovered: (1.0, 1.0, 1.0, 0.13),
        kinds.button_active: (*ACCENT, 0.55),
        kinds.header: (*ACCENT, 0.20),
        kinds.header_hovered: (1.0, 1.0, 1.0, 0.07),
        kinds.header_active: (*ACCENT, 0.35),
        kinds.check_mark: (*ACCENT, 1.0),
        kinds.slider_grab: (*ACCENT, 0.85),
        kinds.slider_grab_active: (*ACCENT, 1.0),
        kinds.separator: (1.0, 1.0, 1.0, 0.08),
        kinds.scrollbar_bg: (0.0, 0.0, 0.0, 0.0),
        kinds.scrollbar_grab: (1.0, 1.0, 1.0, 0.14),
        kinds.title_bg: BAR,
        kinds.title_bg_active: BAR,
        kinds.title_bg_collapsed: BAR,
        kinds.tab: (1.0, 1.0, 1.0, 0.0),
        kinds.tab_hovered: (1.0, 1.0, 1.0, 0.10),
        kinds.tab_selected: (*GROUND, 1.0),
        kinds.tab_selected_overline: (0.0, 0.0, 0.0, 0.0),
        kinds.tab_dimmed: (1.0, 1.0, 1.0, 0.0),
        kinds.tab_dimmed_selected: (*GROUND, 1.0),
        kinds.tab_dimmed_selected_overline: (0.0, 0.0, 0.0, 0.0),
        kinds.docking_preview: (*ACCENT, 0.35),
        kinds.docking_empty_bg: (0.051, 0.063, 0.067, 1.0),
        kinds.separator_hovered: (*ACCENT, 0.6),
        kinds.separator_active: (*ACCENT, 0.9),
        kinds.resize_grip: (0.0, 0.0, 0.0, 0.0),
        kinds.nav_cursor: (0.0, 0.0, 0.0, 0.0),
        kinds.text_selected_bg: (*ACCENT, 0.35),
    }
    for kind, shade in shades.items():
        style.set_color_(kind, imgui.ImVec4(*shade))
