"""What opens what, and what it says where nothing does."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from blazon.ingest import sources
from blazon.ingest.errors import SourceError

ASSET = Path(__file__).parents[1] / "assets" / "sdk-0.36.3.rrd"


@pytest.mark.parametrize("path", [ASSET, str(ASSET)])
def test_a_recording_opens_from_a_path_or_its_name(path: str | Path) -> None:
    assert sources.load(path).recording_id == "made-by-0.36.3"
    assert sources.open_source(path).recordings() == [("made-by-0.36.3", "old_sdk")]


def test_the_contents_decide_and_not_the_name(tmp_path: Path) -> None:
    other = tmp_path / "recording.bin"
    other.write_bytes(ASSET.read_bytes())
    assert sources.load(other).recording_id == "made-by-0.36.3"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "is empty; expected a recording"),
        (b"\x89PNG\r\n\x1a\n", r"starts with b'\x89PNG'; expected an .rrd file"),
        (b"\0", r"starts with b'\x00'; expected an .rrd file"),
        (b"RR", "ends inside its header, after 2 bytes"),
        (b"version https://git-lfs.github.com/spec/v1\noid ", "is a Git LFS pointer, not the file itself; run `git"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_a_source_error(tmp_path: Path, data: bytes, complaint: str) -> None:
    path = tmp_path / "a.rrd"
    path.write_bytes(data)
    for read in (sources.load, sources.open_source):
        with pytest.raises(SourceError, match=re.escape(complaint)) as caught:
            read(path)
        assert str(caught.value).startswith(str(path))
        assert "\n" not in str(caught.value)


def test_what_is_no_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"missing\.rrd does not exist; check the path"):
        sources.load(tmp_path / "missing.rrd")
    with pytest.raises(SourceError, match="is a directory; give a file"):
        sources.load(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="is not a regular file"):
        sources.load(tmp_path / "pipe")


def test_a_file_that_may_not_be_read_is_a_source_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:  # the tests may run as root, who may read everything
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        with pytest.raises(SourceError, match="can't be read: Permission denied"):
            sources.load(ASSET)


def test_importing_it_imports_no_reader() -> None:
    code = "import sys, blazon.ingest.sources; print('pyarrow' in sys.modules, 'xxhash' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]
