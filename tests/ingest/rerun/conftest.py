"""What the tests of recording files share: two writers, and a way to say all that a recording holds.

One writer is the real SDK; the other is our own, for what the SDK never writes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rerun as rr

from blazon.ingest.recording import Recording
from tests.ingest.rerun.rrd_bytes import log_a_bit


@pytest.fixture(scope="session")
def save(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`save(log)` has the SDK write what `log(recording_stream)` logs; answers with the file."""

    def save(log: Callable[[rr.RecordingStream], None], *, id: str = "run", app: str = "app", **options: Any) -> Path:
        path = tmp_path_factory.mktemp("rrd") / f"{id}.rrd"
        stream = rr.RecordingStream(app, recording_id=id)
        stream.save(path, **options)
        log(stream)
        stream.disconnect()
        return path

    return save


@pytest.fixture(scope="session")
def a_bit(save: Callable[..., Path]) -> bytes:
    """The bytes of a small file with a footer."""
    return save(log_a_bit).read_bytes()


@pytest.fixture(scope="session")
def a_bit_without_footer(save: Callable[..., Path]) -> bytes:
    """The bytes of a small file without one."""
    return save(log_a_bit, write_footer=False).read_bytes()


@pytest.fixture
def load_bytes(tmp_path: Path) -> Callable[..., Recording]:
    """`load_bytes(data)` writes a file and loads it."""
    from blazon.ingest import sources

    def load_bytes(data: bytes, recording: str | None = None) -> Recording:
        path = tmp_path / "file.rrd"
        path.unlink(missing_ok=True)  # the file before may still be mapped
        path.write_bytes(data)
        return sources.load(path, recording)

    return load_bytes
