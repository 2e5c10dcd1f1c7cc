"""A recording becomes a video: the function for programs."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any

from blazon.ingest.errors import ArgumentError, BlazonWarning, DtypeError
from blazon.ingest.recording import Recording
from blazon.render.movie import Reel, Report, render_film, unheard
from blazon.render.offscreen import check_recording
from blazon.render.output import Output
from blazon.render.shot import LABEL_SIZE, make_look
from blazon.render.times import moments
from blazon.render.timing import check_fps


def render_video(
    rec: Recording,
    path: str | os.PathLike[str],
    *,
    width: int = 1280,
    height: int = 720,
    timeline: str | None = None,
    first: Any = None,
    last: Any = None,
    every: int | None = None,
    fps: float | None = None,
    codec: str | None = None,
    quality: int | None = None,
    view: str | None = None,
    kind: str | None = None,
    bounds: Sequence[float] | None = None,
    eye: Sequence[float] | None = None,
    target: Sequence[float] | None = None,
    fov: float = 50,
    labels: str = "auto",
    hide: Any = (),
    only: Any = (),
    background: Any = None,
    label_size: float = LABEL_SIZE,
    declutter: bool = True,
    font: Any = (),
    legend: bool = False,
    scale: float = 1.0,
    report: Report = unheard,
) -> None:
    """Write a video of `rec`, with a picture for each distinct time logged on `timeline`, fitted once over all of them.

    path : .mp4, .webm, .mkv, .mov or .gif, or a URL that fsspec writes. width, height : pixels; odd ones are made even.
    fps : on a timeline in time, as many pictures for each second; without it each is shown until the next one's time.
    On a timeline that counts, how many are shown a second; None: 30. codec : "h264", "h265", "av1" or "vp9"; None: the
    file's usual one. quality : 1 to 100, best; None: 75. report : called with how many pictures are done, of how many.
    The rest is as for `Offscreen.frames` and `Offscreen.render`, and so is what is raised; `SourceError` where it can't
    be written. Interrupted or failing half-way, it leaves what there is as NAME.partial.mp4.
    """
    check_recording(rec)
    if not isinstance(path, (str, os.PathLike)):
        raise DtypeError(f"path is {path!r}, a {type(path).__name__}; pass a str or a path, such as 'out.mp4'")
    if not callable(report):
        raise DtypeError(f"report is {report!r}; pass what can be called with how many pictures are done, of how many")
    output = Output.parse(os.fspath(path), codec=codec, quality=quality)
    if not output.is_video:
        raise ArgumentError(f"path is {output.pattern!r}; give a video's name, such as out.mp4")
    look = make_look(
        width,
        height,
        view=view,
        kind=kind,
        bounds=bounds,
        labels=labels,
        hide=hide,
        only=only,
        background=background,
        label_size=label_size,
        declutter=declutter,
        font=font,
        legend=legend,
        scale=scale,
        eye=eye,
        target=target,
        fov=fov,
    )
    if fps is not None:
        check_fps(fps)
    times = moments(rec, timeline, first=first, last=last, every=every, fps=fps)
    for notice in render_film(Reel(rec, look, times), output, fps=fps, report=report):
        warnings.warn(str(notice), BlazonWarning, stacklevel=2)
