"""What a moving picture costs: frames of the street, raw, as pictures and as a video, by blazon and by its peers.

Each makes the whole sequence, start and end of its writers in it, in turns with the others; a figure is for a frame.
The viewer, which starts and ends nothing, makes fewer frames.
"""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from blazon.benches.harness import Claim, Section, Timing, time_together
from blazon.benches.painters import painters_of
from blazon.benches.peers.errors import PeerError
from blazon.benches.peers.sdk_viewer import SdkViewer
from blazon.benches.peers.supervision_film import FilmWriter
from blazon.benches.rounds import WITHOUT_SDK
from blazon.benches.scenes import LARGE, TIMELINE, BenchScene, scene
from blazon.ingest.cores import cores
from blazon.ingest.sources import load
from blazon.render.ahead import Crew
from blazon.render.encoding.codecs import ENCODERS
from blazon.render.encoding.formats import Encoding, format_of
from blazon.render.encoding.pictures import encode_picture
from blazon.render.encoding.videos import VideoWriter, threads_of
from blazon.render.movie import Reel, render_film, render_sequence
from blazon.render.offscreen import Offscreen
from blazon.render.output import Output
from blazon.render.pictures import Picture
from blazon.render.shot import Look, Shot, make_look
from blazon.render.times import moments

FRAMES, MOST_TURNS = 240, 3
MOST_OF_VIEWER = 60  # frames: it takes a third of a second for each
RATE = 30
RAW, JPEG, PNG, VIDEO = "blazon, numpy", "blazon, JPEGs", "blazon, PNGs", "blazon, an H.264 video"
VIEWER, BY_HAND = "the SDK's headless viewer, PNGs in memory", "supervision, OpenCV and PyAV, an H.264 video"
PNG_ALONE, VIDEO_ALONE = "the PNG encoder alone, all cores", "the video encoder alone"
WANTED_OF_VIEWER, WANTED_BY_HAND, LOST_AT_MOST = 20.0, 3.0, 1.5


def run(repeat: int, *, peers: bool, frames: int = FRAMES) -> Iterator[Section]:
    """Yield one section. frames : of the street."""
    street = dataclasses.replace(scene("street"), frames=frames)
    title = f"{frames} frames of the street, 1920x1080, a sequence at a time; figures are for a frame"
    try:
        path = street.recording()
    except ImportError:
        yield Section("film", title, [], [], [WITHOUT_SDK])
        return
    with tempfile.TemporaryDirectory(prefix="blazon-bench-") as folder:
        yield _Film(street, path, Path(folder), title).section(min(repeat, MOST_TURNS), peers=peers)


class _Film:
    def __init__(self, street: BenchScene, path: Path, folder: Path, title: str) -> None:
        self._scene, self._path, self._folder, self._title, self._frames = street, path, folder, title, street.frames
        self._look: Look = make_look(*LARGE, **street.sight.as_look())
        self._pictures: list[Picture] = []  # to encode: a part of them, forth and back, again and again

    def section(self, turns: int, *, peers: bool) -> Section:
        notes: list[str] = []
        drawn = list(self._drawn(min(self._frames, MOST_OF_VIEWER)))
        forth_and_back = itertools.cycle([*drawn, *reversed(drawn)])
        self._pictures = list(itertools.islice(forth_and_back, self._frames))
        calls: dict[str, Callable[[], object]] = {
            RAW: lambda: [None for _ in self._drawn(self._frames)],
            JPEG: lambda: self._sequence("{:04d}.jpg"),
            PNG: lambda: self._sequence("{:04d}.png"),
            VIDEO: lambda: render_film(self._reel(), self._output("street.mp4"), fps=RATE),
            PNG_ALONE: self._png_alone,
            VIDEO_ALONE: self._video_alone,
        }
        if peers:
            calls |= self._by_hand(notes)
        timings = self._with_viewer(calls, turns, notes) if peers else self._timed(calls, turns)
        notes += self._said(timings)
        return Section("film", self._title, list(timings.values()), list(_claims(timings)), notes)

    def _timed(self, calls: Mapping[str, Callable[[], object]], turns: int) -> dict[str, Timing]:
        return {
            name: each.shared_by(min(self._frames, MOST_OF_VIEWER) if name == VIEWER else self._frames)
            for name, each in time_together(calls, turns, warm_up=1).items()
        }

    def _with_viewer(self, calls: dict[str, Callable[[], object]], turns: int, notes: list[str]) -> dict[str, Timing]:
        try:
            with SdkViewer(self._path, LARGE, sight=self._scene.sight, timeline=TIMELINE) as viewer:
                frames = range(min(self._frames, MOST_OF_VIEWER))
                notes.append(
                    f"the viewer, {viewer.says()}: set_time and take_screenshot of each of {len(frames)} frames"
                )
                notes.append("while others work, its process is stopped")
                viewer.rest()

                def look() -> None:
                    with viewer.awake():
                        for frame in frames:
                            viewer.png(frame)

                return self._timed({**calls, VIEWER: look}, turns)
        except PeerError as error:
            notes.append(f"without the SDK's viewer: {error}")
            return self._timed(calls, turns)

    def _by_hand(self, notes: list[str]) -> dict[str, Callable[[], object]]:
        try:
            painter = painters_of("street")[0](self._scene, LARGE, self._frames)
        except PeerError as error:
            notes.append(f"without a peer: {error}")
            return {}
        notes.append(f"{painter.says}; its arrays are in memory before; the same encoder with the same options")
        encoder, path = ENCODERS["h264"][-1], self._folder / "by_hand.mp4"
        encoding = Encoding(format_of("a.mp4"))
        options = encoder.options_at(encoding.chosen_quality)

        def write() -> None:
            film = FilmWriter(path, LARGE, RATE, options=options, threads=threads_of(encoding))
            for frame in range(self._frames):
                drawn: Any = painter.draw(frame)
                film.write(drawn)
            film.close()

        return {BY_HAND: write}

    def _reel(self) -> Reel:
        recording = load(self._path)
        return Reel(recording, self._look, moments(recording, TIMELINE))

    def _output(self, name: str) -> Output:
        return Output.parse(str(self._folder / name))

    def _sequence(self, name: str) -> None:
        render_sequence(self._reel(), self._output(name))

    def _drawn(self, frames: int) -> Iterator[Picture]:
        with Offscreen(*LARGE) as screen:
            look = self._scene.sight.as_look()
            yield from screen.frames(load(self._path), timeline=TIMELINE, last=frames - 1, **look)

    def _png_alone(self) -> None:
        encoding = Encoding(format_of("a.png"))
        with Crew(cores(), cores() + 1) as crew:
            for picture in self._pictures:
                crew.give(lambda each: encode_picture(each, encoding, alone=False), picture)

    def _video_alone(self) -> None:
        rate = Fraction(RATE)
        with VideoWriter(self._folder / "alone.mp4", LARGE, Encoding(format_of("a.mp4")), rate) as video:
            for number, picture in enumerate(self._pictures):
                video.write(picture, number / rate, (number + 1) / rate)

    def _said(self, timings: Mapping[str, Timing]) -> Iterator[str]:
        yield "frames a second: " + ", ".join(f"{name} {1e3 / each.median_ms:.1f}" for name, each in timings.items())
        yield "stages, one after the other: " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in self._stages().items())

    def _stages(self) -> dict[str, float]:
        """What each stage of a frame takes by itself, on one thread where it is one; milliseconds."""
        reel = self._reel()
        spent = {"build": 0.0, "draw and read back": 0.0}
        with Offscreen(*LARGE) as screen:
            look = screen.fitted(reel.recording, reel.times, reel.look)
            for shot in (Shot(reel.recording, at, look) for at in reel.times):
                start = time.perf_counter()
                scene = screen.build(shot)
                built = time.perf_counter()
                next(iter(screen.pictures([scene])))
                spent["build"] += built - start
                spent["draw and read back"] += time.perf_counter() - built
        per_frame = {name: 1e3 * each / len(reel.times) for name, each in spent.items()}
        for name in ("a.jpg", "a.png"):
            start = time.perf_counter()
            for picture in self._pictures:
                encode_picture(picture, Encoding(format_of(name)), alone=False)
            per_frame[f"encode as {name[2:].upper()}"] = 1e3 * (time.perf_counter() - start) / len(self._pictures)
        return per_frame


def _claims(timings: Mapping[str, Timing]) -> Iterator[Claim]:
    if VIEWER in timings:
        for own in (RAW, JPEG, PNG):
            wanted = None if own == PNG else WANTED_OF_VIEWER
            yield Claim(f"the SDK's viewer against {own}", _ratio(timings, VIEWER, own), wanted, at_most=False)
    if BY_HAND in timings:
        ratio = _ratio(timings, BY_HAND, VIDEO)
        yield Claim("supervision, OpenCV and PyAV against blazon, videos", ratio, WANTED_BY_HAND, at_most=False)
    yield Claim(f"{VIDEO} against {VIDEO_ALONE}", _ratio(timings, VIDEO, VIDEO_ALONE), LOST_AT_MOST, at_most=True)
    yield Claim(f"{PNG} against {PNG_ALONE}", _ratio(timings, PNG, PNG_ALONE), None, at_most=True)
    # each of both takes all cores, so that no pipeline can be faster than one after the other
    bound = timings[PNG].median_ms / (timings[PNG_ALONE].median_ms + timings[RAW].median_ms)
    yield Claim(f"{PNG} against {PNG_ALONE}, and then {RAW}", bound, LOST_AT_MOST, at_most=True)


def _ratio(timings: Mapping[str, Timing], above: str, below: str) -> float:
    return timings[above].median_ms / timings[below].median_ms
