"""A shot becomes numpy, without a display."""

from __future__ import annotations

import warnings
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from blazon.ingest.errors import ArgumentError, BlazonWarning, DtypeError
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.render.frame import FrameCounts, FrameRenderer
from blazon.render.gpu.context import open_headless
from blazon.render.gpu.targets import Target
from blazon.render.labels import Memory
from blazon.render.pictures import ARRAYS, Form, Picture
from blazon.render.scene import Scene, SceneBuilder
from blazon.render.shot import LABEL_SIZE, Look, Shot, make_look
from blazon.render.times import moments, resolve_time

STREAMS_FROM = 3  # new scenes in a row: then none is expected to be asked for twice, and no picture is kept
Drawn = tuple[Picture, Scene]


class Offscreen:
    """Draws recordings into numpy arrays, through EGL. Close it, or use it in a `with`.

    width, height : pixels, 1 or more. device : the number of a GPU, as EGL counts them; None: the first. One thread at
    a time may use it. Raises `ArgumentError` for other sizes, `GpuError` where there is no OpenGL, or for a size that
    is past its limit.
    """

    def __init__(self, width: int = 1280, height: int = 720, *, device: int | None = None) -> None:
        look = make_look(width, height)
        self.width, self.height = look.width, look.height
        self._gpu = open_headless(device)
        self.renderer = self._gpu.renderer
        self._is_open = True
        self._builder = SceneBuilder(splats=self._gpu.is_software)
        self._drawn: Scene | None = None
        self._new_in_a_row = 0
        self._told: weakref.WeakKeyDictionary[Recording, set[str]] = weakref.WeakKeyDictionary()
        try:
            with self._gpu.context:
                self._target = Target(self._gpu, self.width, self.height)
                self._frames = FrameRenderer(self._gpu)
        except BaseException:
            self._gpu.context.release()
            raise

    def render(
        self,
        rec: Recording,
        *,
        view: str | None = None,
        kind: str | None = None,
        at: Any = None,
        timeline: str | None = None,
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
    ) -> Picture:
        """Return one picture of `rec`, uint8 (height, width, 4), sRGB, straight alpha, row 0 on top; the caller's own.

        view : an entity path, all at and below it; None: every view in a grid. at : a value on `timeline`, or a pair
        (timeline, value); None: the last. A whole number is the timeline's own (a count, or ns); else values are what
        `set_time` takes (float seconds, datetime, …), or a str, read as on the command line.
        bounds : x0, y0, x1, y1 in scene units; None: fitted. kind : "2d" or "3d": that kind alone.
        eye, target : x, y, z in scene units, for views in space; None: all is seen. fov : degrees, vertical.
        hide, only : class ids or labels. background : a colour; None: 0d1011. scale : pixels of a UI point.
        labels : "auto", "on" or "off". label_size : of an em, UI points. declutter : leave out labels that find no
        place. font : font files that are asked first. legend : say over the picture which classes are in it.
        Raises `ArgumentError` for words and values that are wrong, `NotInRecordingError` for what `rec` lacks,
        `NothingToDrawError`. Data that can't be drawn as it was logged is told by a `BlazonWarning`, once.
        """
        check_recording(rec)
        look = make_look(
            self.width,
            self.height,
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
        picture, scene = self.draw(Shot(rec, resolve_time(rec, timeline, at), look))
        self._tell(rec, scene)
        return picture

    def frames(
        self,
        rec: Recording,
        *,
        timeline: str | None = None,
        first: Any = None,
        last: Any = None,
        every: int | None = None,
        fps: float | None = None,
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
    ) -> Iterator[Picture]:
        """Return an iterator over a picture for each distinct time logged on `timeline`, fitted once over all of them.

        first, last : values on the timeline, both included. every : each Nth. fps : on a timeline in time, as many
        pictures for each second. The rest is as for `render`, and so is what is raised, at once.
        """
        check_recording(rec)
        look = make_look(
            self.width,
            self.height,
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
        times = moments(rec, timeline, first=first, last=last, every=every, fps=fps)
        return self._told_frames(rec, times, look)

    def _told_frames(self, rec: Recording, times: Sequence[At], look: Look) -> Iterator[Picture]:
        look, memory = self.fitted(rec, times, look), Memory()
        for picture, scene in self.pictures(self.build(Shot(rec, at, look), memory) for at in times):
            self._tell(rec, scene)
            yield picture

    def fitted(self, rec: Recording, times: Sequence[At], look: Look) -> Look:
        """Return the look of a sequence of pictures, all with one fit."""
        if look.bounds is None and look.fitted is None:
            look = replace(look, fitted=self._builder.fit(Shot(rec, times[-1], look), [at.time for at in times]))
        rec.cache.begin_again()  # so that drawing it takes no more memory than one way through
        return look

    def build(self, shot: Shot, memory: Memory | None = None) -> Scene:
        """Return what the picture of a shot is made of. Any thread may call, one at a time.

        memory : of the sequence that it is one of: labels stay where they were in it, if they can.
        """
        self._check_open()
        return self._builder.build(shot, memory)

    def draw(self, shot: Shot, memory: Memory | None = None) -> Drawn:
        """Return the picture of a shot, as `render` does, and what it was made of; memory : see `build`."""
        scene = self.build(shot, memory)
        return self._start(scene)(), scene

    def pictures(self, scenes: Iterable[Scene], form: Form = ARRAYS) -> Iterator[tuple[Any, Scene]]:
        """Yield the pictures of scenes; while one is on its way back from a GPU, the next ones are drawn.

        form : what they are given as.
        """
        waiting: deque[tuple[Callable[[], Any], Scene]] = deque()
        for scene in scenes:
            waiting.append((self._start(scene, form), scene))
            if len(waiting) > self._target.reads_ahead:
                read, drawn = waiting.popleft()
                yield read(), drawn
        for read, drawn in waiting:
            yield read(), drawn

    def _start(self, scene: Scene, form: Form = ARRAYS) -> Callable[[], Any]:
        """Draw a scene, and return what waits for its picture and returns it."""
        self._check_open()
        with self._gpu.context:
            is_again = scene is self._drawn
            self._new_in_a_row = 0 if is_again else self._new_in_a_row + 1
            if not is_again or not self._target.is_there:
                self._drawn = None  # until it is whole
                self._frames.draw(scene, self._target, form=form, keeps=self._new_in_a_row < STREAMS_FROM)
                self._drawn = scene
            read = self._target.start_reading(form)

        def finish() -> Any:
            with self._gpu.context:
                return read()

        return finish

    def counts(self) -> FrameCounts:
        """Return draw calls, uploads and bytes so far."""
        self._check_open()
        return self._frames.counts()

    def close(self) -> None:
        """Give the GPU back. May be called twice."""
        if self._is_open:
            self._is_open = False
            with self._gpu.context:
                del self._frames, self._target
                self._gpu.collect()
            self._gpu.context.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _tell(self, recording: Recording, scene: Scene) -> None:
        """Warn of what is to be said about the data, once."""
        told = self._told.setdefault(recording, set())
        for notice in (*scene.notices, *recording.notices.list()):
            key = f"{notice.entity} {notice.what}"
            if key not in told:
                told.add(key)
                warnings.warn(str(notice), BlazonWarning, stacklevel=3)

    def _check_open(self) -> None:
        if not self._is_open:
            raise ArgumentError("this Offscreen is closed; make another one")


def check_recording(rec: Any) -> None:
    """Bring a recording up to date. Raises `DtypeError` for what is none."""
    if isinstance(rec, Recording):
        rec.refresh()
    else:
        raise DtypeError(f"render got a {type(rec).__name__}; pass a Recording, such as blazon.load('a.rrd')")
