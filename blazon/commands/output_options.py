"""The flags that say how pictures are written, and by how many; what they mean."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blazon.render.cluster import Share
    from blazon.render.output import Output

MOST_JOBS = 1024


def add_output_flags(parser: Any) -> None:
    """Add the flags."""
    written = parser.add_argument_group("how it is written")
    written.add_argument(
        "--codec",
        metavar="NAME",
        help="of a video: h264 (default), h265, av1, vp9 (default of .webm); in hardware where there is any",
    )
    written.add_argument(
        "--quality", metavar="Q", help="1 to 100, of .jpg and .webp (default: 90) and videos (default: 75)"
    )
    written.add_argument(
        "--resume", action="store_true", help="leave out what is there already: files are whole if they are there"
    )
    written.add_argument("--jobs", metavar="N", help="processes that share the work (default: 1)")
    written.add_argument("--quiet", action="store_true", help="say nothing but warnings and errors")


def add_cluster_flags(parser: Any) -> None:
    """Add the flags."""
    cluster = parser.add_argument_group(
        "on a cluster",
        "All nodes must reach SOURCE and OUT under the same names, in a folder that they share or as URLs, and have"
        " this version of blazon installed.",
    )
    cluster.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="share the work among the nodes of a Ray cluster that runs: auto or HOST:6379, from a node of it, or"
        " ray://HOST:10001; needs pip install 'blazon[cluster]'",
    )
    cluster.add_argument("--cpus-per-job", metavar="N", help="cores that a job is given, and encodes on (default: 1)")
    cluster.add_argument(
        "--gpus-per-job",
        metavar="F",
        help="of one GPU, 0.25 for four jobs on each (default: 0: EGL's first, uncounted)",
    )
    cluster.add_argument(
        "--parts", metavar="N", help="into which each numbered sequence is split (default: so that all nodes have work)"
    )


def check_cluster_flags(arguments: argparse.Namespace) -> None:
    """Raise `ArgumentError` where flags do not go together."""
    from blazon.ingest.errors import ArgumentError

    if arguments.ray is not None:
        if arguments.jobs is not None:
            raise ArgumentError("--jobs is of this machine, and --ray was given; give --cpus-per-job, or leave one out")
        return
    for name in ("cpus_per_job", "gpus_per_job", "parts"):
        if getattr(arguments, name) is not None:
            raise ArgumentError(f"--{name.replace('_', '-')} belongs to --ray; give that as well, or --jobs")


def share_of(arguments: argparse.Namespace) -> Share:
    """Return what each job is given of a node. Raises `ArgumentError`."""
    cpus, gpus = _count_of("--cpus-per-job", arguments.cpus_per_job, 1), _fraction_of(arguments.gpus_per_job)
    from blazon.render.cluster import Share

    return Share(cpus, gpus)


def parts_of(text: str | None) -> int | None:
    """Return what `--parts` says. Raises `ArgumentError`."""
    return None if text is None else _count_of("--parts", text, 1)


def output_of(arguments: argparse.Namespace) -> Output:
    """Return where the flags say that pictures go. Raises `ArgumentError`."""
    from blazon.render.output import Output

    return Output.parse(arguments.output, codec=arguments.codec, quality=_quality_of(arguments.quality))


def jobs_of(text: str | None) -> int:
    """Return what `--jobs` says. Raises `ArgumentError`."""
    return _count_of("--jobs", text, 1)


def _count_of(flag: str, text: str | None, default: int) -> int:
    from blazon.ingest.errors import ArgumentError

    if text is not None and not (re.fullmatch(r"[1-9]\d{0,3}", text) and int(text) <= MOST_JOBS):
        raise ArgumentError(f"{flag} is {text!r}; give a whole number from 1 to {MOST_JOBS}")
    return default if text is None else int(text)


def _fraction_of(text: str | None) -> float:
    from blazon.ingest.errors import ArgumentError

    # Ray counts ten-thousandths of a GPU
    if text is not None and not (re.fullmatch(r"[01]?\.\d{1,4}|[01]\.?", text) and float(text) <= 1):
        raise ArgumentError(
            f"--gpus-per-job is {text!r}; give a number from 0 to 1, such as 0.25 for four jobs on a GPU"
        )
    return 0.0 if text is None else float(text)


def _quality_of(text: str | None) -> int | None:
    from blazon.ingest.errors import ArgumentError

    if text is not None and not re.fullmatch(r"\d{1,3}", text):
        raise ArgumentError(f"--quality is {text!r}; give a whole number from 1 to 100, 100 is best")
    return None if text is None else int(text)
