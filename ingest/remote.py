"""Names that are URLs: what fsspec reaches. Everything else is a path of this machine.

fsspec is imported when a URL is used. What a service needs besides (s3fs, gcsfs, …) is the user's to install; fsspec
says which.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blazon.ingest.errors import SourceError

_URL = re.compile(r"[A-Za-z][\w+.-]+(::[\w+.-]+)*://")
_FILE = "file://"
TEMPORARY = ".blazon-"  # what the names of files begin with that are being written
# Services that show an object once all of it is there; elsewhere it is written beside, and moved
_WHOLE_OBJECTS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss", "r2", "memory"})


def is_url(name: str) -> bool:
    """Whether a name is a URL of anything but this machine's own files."""
    return _URL.match(name) is not None and not name.startswith(_FILE)


def local_path(name: str) -> str:
    """Return the path of a name that is no URL, or one of a file."""
    return name[len(_FILE) :] if name.startswith(_FILE) else name


@contextlib.contextmanager
def fetched(url: str) -> Iterator[Path]:
    """Give a file of this machine with what is at `url`, for as long as this lasts. Raises `SourceError`."""
    with tempfile.TemporaryDirectory(prefix="blazon-") as folder:
        path = Path(folder) / "source"
        with _refusals(url, "read"):
            system, place = _place(url)
            system.get_file(place, str(path))
        yield path


def matches(pattern: str) -> list[str]:
    """Return the URLs that a URL with `*` stands for, sorted. Raises `SourceError`."""
    with _refusals(pattern, "read"):
        system, place = _place(pattern)
        return sorted(system.unstrip_protocol(found) for found in system.glob(place))


def check_writable(url: str) -> None:
    """Raise `SourceError` where nothing can be written for a reason that is known, such as a missing package."""
    with _refusals(url, "written"):
        _place(url)


def write_whole(url: str, data: bytes, mark: str = "") -> None:
    """Write a file; nobody sees a part of it. mark : see `sweep`. Raises `SourceError`."""
    with _refusals(url, "written"), _arriving(url, mark) as (system, place):
        system.pipe_file(place, data)


def send_whole(path: Path, url: str, mark: str = "") -> None:
    """Copy a file of this machine to a URL; nobody sees a part of it. mark : see `sweep`. Raises `SourceError`."""
    with _refusals(url, "written"), _arriving(url, mark) as (system, place):
        system.put_file(str(path), place)


def is_there(url: str) -> bool:
    """Whether there is a file at a URL, and anything in it. Raises `SourceError`."""
    with _refusals(url, "read"):
        system, place = _place(url)
        return bool(system.isfile(place)) and bool(system.size(place))


def remove(url: str) -> None:
    """Remove what is at a URL, if anything is. Raises `SourceError`."""
    with _refusals(url, "removed"), contextlib.suppress(FileNotFoundError):
        system, place = _place(url)
        system.rm_file(place)


def sweep(url: str, mark: str) -> None:
    """Remove what was being written with a mark into the folder at `url`. Raises `SourceError`."""
    with _refusals(url, "read"), contextlib.suppress(FileNotFoundError):
        system, place = _place(url)
        for found in system.ls(place, detail=False):
            if str(found).rpartition("/")[2].startswith(TEMPORARY + mark):
                system.rm_file(found)


@contextlib.contextmanager
def opened(url: str) -> Iterator[Any]:
    """Give what is at a URL as a file to read, of which no more is read than is asked for. Raises `SourceError`."""
    with _refusals(url, "read"):
        system, place = _place(url)
        with system.open(place, "rb") as file:
            yield file


@contextlib.contextmanager
def _arriving(url: str, mark: str) -> Iterator[tuple[Any, str]]:
    """Where to write what is to be at `url` once all of it is there; nobody else writes there."""
    system, place = _place(url)
    folder = place.rpartition("/")[0]
    if folder:
        system.makedirs(folder, exist_ok=True)
    protocols = {system.protocol} if isinstance(system.protocol, str) else set(system.protocol)
    if protocols & _WHOLE_OBJECTS:
        yield system, place
        return
    beside = f"{folder}{'/' if folder else ''}{TEMPORARY}{mark}{uuid.uuid4().hex}"
    try:
        yield system, beside
        system.mv(beside, place)
    except BaseException:
        with contextlib.suppress(Exception):
            system.rm_file(beside)
        raise


def _place(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the place in it."""
    from fsspec.core import url_to_fs

    system, place = url_to_fs(url)
    return system, str(place)


@contextlib.contextmanager
def _refusals(url: str, what: str) -> Iterator[None]:
    """Turn whatever a service answers into one `SourceError`."""
    try:
        yield
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(f"{url} does not exist; check the URL") from None
    except Exception as error:  # each service has its own
        reason = " ".join(str(error).split()) or type(error).__name__
        raise SourceError(f"{url} can't be {what}: {reason}; check the URL and what it needs") from error
