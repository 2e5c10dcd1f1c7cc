"""Shots become files: one picture, a sequence of them, or a video.

Scenes are built in a thread of their own, drawn on this one, and encoded by others, each a few pictures ahead of the
next at the most: so memory does not grow with how many there are.
Labels stay where they were in the picture before, if they can; every `CHAPTER` pictures they are placed anew, so that a
part of a sequence can be drawn by itself and is the same to the byte.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from blazon.ingest.cores import cores
from blazon.ingest.errors import BlazonError, NotInRecordingError
from blazon.ingest.moments import At
from blazon.ingest.notices import Notice, Notices
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import format_value
from blazon.render import files
from blazon.render.ahead import Crew, ahead
from blazon.render.encoding.formats import check_format
from blazon.render.encoding.sent import video_writer
from blazon.render.labels import Memory
from blazon.render.offscreen import Offscreen
from blazon.render.output import Output
from blazon.render.pictures import ARRAYS, Form, Picture
from blazon.render.scene import Scene
from blazon.render.shot import Look, Shot
from blazon.render.timing import Timing, timing_of

CHAPTER = 256  # pictures
BUILT_AHEAD = 2
FRAMES_WAITING = 3  # pictures that a video's encoder has not got to
Report = Callable[[int, int], object]
"""What is told how many pictures are done, of how many."""


def unheard(_done: int, _total: int) -> None:
    """Tell nobody."""


class Interrupted(KeyboardInterrupt):
    """An interrupt, and what there is of what was on the way."""


@dataclass(frozen=True, slots=True)
class Reel:
    """A sequence of pictures. part : which of them are to be drawn, by their numbers; None: all."""

    recording: Recording
    look: Look
    times: Sequence[At]
    part: range | None = None

    @property
    def numbers(self) -> range:
        """The numbers of the pictures that are to be drawn."""
        return self.part if self.part is not None else range(len(self.times))


def render_one(recording: Recording, look: Look, at: At, output: Output, *, device: int | None = None) -> list[Notice]:
    """Write one picture, and return what is to be said about the data. Raises `BlazonError`."""
    check_format(output.encoding.format, look.background, (look.width, look.height))
    with Offscreen(look.width, look.height, device=device) as screen:
        picture, scene = screen.draw(Shot(recording, at, look))
    output.write(picture)
    notices = Notices([*recording.notices.list(), *scene.notices])
    notices.add(None, f"nothing is there to draw at {_spoken(at)}: the picture is empty", int(scene.is_empty))
    return notices.list()


def render_sequence(
    reel: Reel, output: Output, *, report: Report = unheard, resume: bool = False, device: int | None = None
) -> list[Notice]:
    """Write a picture for each time of a reel, all with one fit, and return what is to be said about the data.

    resume : pictures that are there, and of the right size, are left as they are. Raises `BlazonError`, and
    `Interrupted`; pictures that were begun are whole by then.
    """
    check_format(output.encoding.format, reel.look.background, (reel.look.width, reel.look.height))
    wanted = [number for number in reel.numbers if not (resume and _is_there(output, number, reel.look))]
    left, total = len(reel.numbers) - len(wanted), len(reel.numbers)
    notices, threads = Notices(), output.encoding.threads or cores()
    report(left, total)
    crew = Crew(threads + 1, threads + 2, lambda count: report(left + count, total))
    with contextlib.ExitStack() as opened:
        screen = opened.enter_context(Offscreen(reel.look.width, reel.look.height, device=device))
        opened.enter_context(_telling(lambda: f"{left + crew.count} of {total} pictures are there"))
        opened.enter_context(crew)
        for number, (picture, scene) in opened.enter_context(contextlib.closing(_drawn(screen, reel, wanted))):
            crew.give(_write, output, picture, number)
            notices.extend(scene.notices)
    return _in_order(reel, notices)


def render_film(
    reel: Reel, output: Output, *, fps: float | None = None, report: Report = unheard, device: int | None = None
) -> list[Notice]:
    """Write a video with a picture for each time of a reel, and return what is to be said about the data.

    fps : see `timing_of`. Raises `BlazonError`, and `Interrupted`; what there is of the video is kept beside it.
    """
    check_format(output.encoding.format, reel.look.background, (reel.look.width, reel.look.height))
    timing, total = timing_of(reel.times, fps), len(reel.numbers)
    size, notices = (reel.look.width, reel.look.height), Notices()
    begin = timing.start(reel.numbers.start)
    _check_length(timing, output)
    with contextlib.ExitStack() as opened:
        screen = opened.enter_context(Offscreen(*size, device=device))
        video = video_writer(output.name(), size, output.encoding, timing.rate, output.mark)
        opened.enter_context(_telling(lambda: _left_of(video.count, total, video.partial_name)))
        opened.enter_context(video)
        report(0, total)
        crew = opened.enter_context(Crew(1, FRAMES_WAITING, lambda count: report(count, total)))
        for number, (picture, scene) in opened.enter_context(
            contextlib.closing(_drawn(screen, reel, reel.numbers, video.form))
        ):
            crew.give(video.write, picture, timing.start(number) - begin, timing.start(number + 1) - begin)
            notices.extend(scene.notices)
    notices.add(None, f"pictures closer to each other than {output.pattern} can tell: shown later", video.late)
    return _in_order(reel, notices)


def _in_order(reel: Reel, notices: Notices) -> list[Notice]:
    """What is to be said, in the same order each time: threads find it in any."""
    return sorted([*reel.recording.notices.list(), *notices.list()], key=lambda each: (str(each.entity), each.what))


def _check_length(timing: Timing, output: Output) -> None:
    """Raise `NotInRecordingError` where a picture would be shown for longer than the format can say."""
    longest = timing.longest_s()
    if longest > output.encoding.format.longest_s:
        raise NotInRecordingError(
            f"a picture would be shown for {longest:,.0f} s, and {output.encoding.format.name} can say"
            f" {output.encoding.format.longest_s:,.0f} s at most; resample with --fps, choose another --timeline, or"
            " write .mkv"
        )


def _drawn(
    screen: Offscreen, reel: Reel, wanted: Sequence[int], form: Form = ARRAYS
) -> Generator[tuple[int, tuple[Any, Scene]], None, None]:
    """Yield the pictures with the numbers in `wanted`, ascending, each with its number. form : what they are as."""
    with contextlib.closing(ahead(_scenes(screen, reel, wanted), BUILT_AHEAD)) as built:
        yield from zip(wanted, screen.pictures(built, form), strict=True)


def _scenes(screen: Offscreen, reel: Reel, wanted: Sequence[int]) -> Iterator[Scene]:
    """Yield the scenes with the numbers in `wanted`, ascending.

    In a chapter of which some are wanted, all that come before them are built: labels may stay where they were.
    """
    asked = set(wanted)
    look = screen.fitted(reel.recording, reel.times, reel.look) if asked else reel.look
    for first in range(0, len(reel.times), CHAPTER):
        chapter = range(first, min(first + CHAPTER, len(reel.times)))
        last = max(asked.intersection(chapter), default=-1)
        memory = Memory()
        for number in range(first, last + 1):
            scene = screen.build(Shot(reel.recording, reel.times[number], look), memory)
            if number in asked:
                yield scene


def _write(output: Output, picture: Picture, number: int) -> None:
    output.write(picture, number, alone=False)


def _is_there(output: Output, number: int, look: Look) -> bool:
    """Whether there is a picture of the right size and format under the name of a number."""
    name = output.name(number)
    from PIL import Image

    if not files.is_there(name):
        return False
    try:
        with files.reading(name) as file, Image.open(file) as image:
            is_alike = image.size == (look.width, look.height) and image.format == output.encoding.format.name.upper()
            image.verify()
    except Exception:  # Pillow raises anything over what is something else, or was cut off
        return False
    return is_alike


@contextlib.contextmanager
def _telling(what: Callable[[], str]) -> Iterator[None]:
    """Have an error or an interrupt tell how far it got."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted: {what()}") from None
    except BlazonError as error:
        raise type(error)(f"{error} ({what()})") from error


def _left_of(count: int, total: int, name: str) -> str:
    return f"{count} of {total} pictures are in {name}" if count else "nothing was written"


def _spoken(at: At) -> str:
    if at.timeline is None:
        return "any time"
    return f"{at.timeline.name} {format_value(at.timeline.kind, at.time)}"
