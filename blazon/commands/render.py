"""`blazon render`: pictures and videos from recordings, headless."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from blazon.commands import live_options, options, output_options
from blazon.commands.progress import Progress
from blazon.commands.signals import ended_by_sigterm, until_told
from blazon.commands.terminal import warn

if TYPE_CHECKING:
    from blazon.render.batch import Tell
    from blazon.render.jobs import Job


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "render",
        help="pictures or a video from recordings, headless",
        description="Draw a recording into a picture, a numbered sequence of pictures, or a video; or many recordings"
        " into a file or a folder each.",
        epilog="blazon render street.rrd -o street.png --at 12;"
        " blazon render street.rrd -o 'frames/{:05d}.png' --range 0..59 --every 2;"
        " blazon render street.rrd -o street.mp4;"
        " blazon render 'runs/**/*.rrd' -o 'out/{stem}.mp4' --jobs 4;"
        " blazon render --live --every 1s -o 'live/{:05d}.png'",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        nargs="*",
        help="a .rrd file of rerun-sdk 0.24 or later, or a URL that fsspec reads (s3://…); several, or patterns with *",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        required=True,
        help="a.png; frames/{:05d}.png (also .jpg, .webp); a.mp4 (also .webm, .mkv, .mov, .gif); or a URL; {stem} and"
        " {parent} stand for the name of SOURCE and of its folder",
    )
    options.add_shot_flags(parser)
    output_options.add_output_flags(parser)
    output_options.add_cluster_flags(parser)
    live = parser.add_argument_group("live")
    live.add_argument(
        "--live",
        action="store_true",
        help="instead of SOURCE: listen as `blazon serve` does, and draw the newest moment of the newest recording, at"
        " most each --every (default: 1s), whenever something came, until Ctrl+C; an OUT without {} is written anew",
    )
    live.add_argument("--count", metavar="N", help="end after N pictures")
    live_options.add_live_flags(parser, policy="block")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Render, and return the exit code. Raises `BlazonError`."""
    if arguments.live:
        return _run_live(arguments)
    with ended_by_sigterm():
        return _run_recordings(arguments)


def _run_recordings(arguments: argparse.Namespace) -> int:
    from blazon.ingest.errors import ArgumentError

    if not arguments.source or arguments.count is not None:
        raise ArgumentError("a SOURCE is missing" if not arguments.source else "--count belongs to --live")
    output_options.check_cluster_flags(arguments)
    job, workers = _job_of(arguments), output_options.jobs_of(arguments.jobs)
    return _run_jobs(arguments, job, workers) if arguments.ray is None else _run_on_cluster(arguments, job)


def _job_of(arguments: argparse.Namespace) -> Job:
    """What the flags ask for, of the first source."""
    from blazon.ingest.errors import ArgumentError
    from blazon.render.encoding.formats import check_format
    from blazon.render.timing import check_fps

    look, at = options.look_of(arguments), options.time_of(arguments.at)
    first, last = options.range_of(arguments.range)
    every, fps = options.every_of(arguments.every), options.fps_of(arguments.fps)
    output = output_options.output_of(arguments)
    is_one = not output.is_sequence and not output.is_video
    if not is_one and at is not None:
        raise ArgumentError("--at asks for one picture, and OUT for many; give --range, or an OUT such as a.png")
    if is_one and (arguments.range or every or fps):
        raise ArgumentError(
            "--range, --every and --fps ask for many pictures; give an OUT such as frames/{:05d}.png or a.mp4"
        )
    if output.is_video and fps is not None:
        check_fps(fps)
    check_format(output.encoding.format, look.background, (look.width, look.height))

    from blazon.render.jobs import Job, When  # and all that draws: what is wrong in itself is told without it

    when = When(arguments.timeline, at, first, last, every, fps)
    return Job(arguments.source[0], output, look, when, arguments.recording, arguments.resume)


def _run_jobs(arguments: argparse.Namespace, job: Job, workers: int) -> int:
    from blazon.render.jobs import run as run_job
    from blazon.render.plans import jobs_for, parts_of, sources_of

    jobs = jobs_for(sources_of(arguments.source), job)
    options.say_when_compiling()
    if len(jobs) == 1:
        jobs = parts_of(jobs[0], workers)
    if len(jobs) == 1:
        with Progress(jobs[0].output.pattern, quiet=arguments.quiet) as progress:
            notices = run_job(jobs[0], progress.report)
        for notice in notices:
            warn(notice)
        return 0
    return _run_batch(jobs, workers, quiet=arguments.quiet)


def _run_batch(jobs: Sequence[Job], workers: int, *, quiet: bool) -> int:
    from blazon.render.batch import run_batch

    return _told(jobs, lambda tell: run_batch(jobs, workers, tell), quiet=quiet)


def _run_on_cluster(arguments: argparse.Namespace, job: Job) -> int:
    share, parts = output_options.share_of(arguments), output_options.parts_of(arguments.parts)
    from blazon.render.cluster import run_on_cluster
    from blazon.render.plans import jobs_for, sources_of

    jobs, address = jobs_for(sources_of(arguments.source), job), arguments.ray
    return _told(
        jobs, lambda tell: run_on_cluster(jobs, address, tell, share=share, parts=parts), quiet=arguments.quiet
    )


def _told(jobs: Sequence[Job], draw: Callable[[Tell], object], *, quiet: bool) -> int:
    """Have many drawn, say how it goes and went, and return the exit code."""
    from blazon.commands.board import Board

    board = Board(jobs, quiet=quiet)
    try:
        draw(board.tell)
    except KeyboardInterrupt:
        board.end()
        raise
    return board.end()


def _run_live(arguments: argparse.Namespace) -> int:
    """Draw a live stream until a signal ends it."""
    from blazon.ingest.errors import ArgumentError
    from blazon.render.encoding.formats import check_format
    from blazon.render.times import Step

    if arguments.source:
        raise ArgumentError(f"SOURCE is {arguments.source[0]!r} and --live was given; give one of them")
    if arguments.resume or arguments.jobs is not None or arguments.ray is not None:
        raise ArgumentError("--live draws what comes; leave --resume, --jobs and --ray out")
    if arguments.at not in (None, "last") or arguments.range or arguments.fps:
        raise ArgumentError("--live draws the newest moment; leave --range and --fps out, and --at, or give --at last")
    every, look = options.every_of(arguments.every or "1s"), options.look_of(arguments)
    if not isinstance(every, Step):
        raise ArgumentError(f"--every is {arguments.every!r}; with --live give a step of time such as 1s")
    count = options.count_of(arguments.count)
    output = output_options.output_of(arguments)
    if output.is_video or output.names_source:
        raise ArgumentError(f"OUT is {arguments.output!r}; --live writes pictures: give a.png or frames/{{:05d}}.png")
    check_format(output.encoding.format, look.background, (look.width, look.height))

    from blazon.render.snapshots import Snapshots

    options.say_when_compiling()
    with until_told() as ended, live_options.live_of(arguments) as live:
        live_options.say_where(live)
        pictures = Snapshots(live, look, output, recording=arguments.recording, timeline=arguments.timeline)
        notices = pictures.write_all(every.ns / 1e9, ended, count)
    print(f"blazon: {pictures.written} pictures", file=sys.stderr)
    for notice in notices:
        warn(notice)
    return 0
