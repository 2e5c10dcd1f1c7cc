"""A line that says how it goes: frames a second, what a frame cost, and how the live stream does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import imgui

from blazon.ingest.live_stats import LiveStats
from blazon.ingest.notices import Notice
from blazon.render.panels.gui import WARNING, dim

MOST = 20  # warnings that are told at once


@dataclass(slots=True)
class Costs:
    """What frames cost lately, milliseconds. fps : pictures a second; 0: nothing changes, and nothing is drawn."""

    build_ms: float = 0.0
    draw_ms: float = 0.0
    panels_ms: float = 0.0
    fps: float = 0.0


def draw(costs: Costs, stats: LiveStats | None, notices: Sequence[Notice], note: str) -> None:
    """Draw the line. stats : of the live stream, if there is one. note : what the window has to say.

    notices : what is wrong with the data that is shown.
    """
    said = [f"{costs.fps:.0f} fps" if costs.fps else "still"]
    said.append(f"build {costs.build_ms:.1f} · draw {costs.draw_ms:.1f} · panels {costs.panels_ms:.1f} ms")
    if stats is not None and stats.chunks:
        said.append(f"{stats.rows_per_s:,.0f} rows/s · queue {stats.queue_depth}")
        if not math.isnan(stats.drawn.p50_ms):
            said.append(f"log to drawn {stats.drawn.p50_ms:.0f} ms, p99 {stats.drawn.p99_ms:.0f}")
        dropped = sum(stats.dropped.values())
        if dropped:
            said.append(f"{dropped:,} chunks dropped")
    if notices:
        imgui.text_colored(imgui.ImVec4(*WARNING, 1.0), f"{len(notices)} warning{'s' if len(notices) > 1 else ''}")
        if imgui.is_item_hovered():
            more = [f"{len(notices) - MOST:,} more"] * (len(notices) > MOST)
            imgui.set_tooltip("\n".join([*map(str, notices[:MOST]), *more]))
        imgui.same_line(0, 20)
    dim("     ".join(said))
    if note:
        imgui.same_line()
        imgui.text(f"     {note}")
