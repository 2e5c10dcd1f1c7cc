"""The SDK's own receivers: processes of ours on the loopback, started and ended here.

`--test-receive` puts it into a store of entities, as blazon does; `--serve-grpc` keeps the messages as they came.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import IO, Self

from blazon.benches.peers.errors import PeerError

FLAGS = ("--test-receive", "--serve-grpc")
LISTENS_WITHIN_S, ENDS_WITHIN_S = 20.0, 5.0
_PAUSE_S = 0.05


class RerunReceiver:
    """A receiver of the SDK; for a `with`. flag : one of `FLAGS`. Raises `PeerError` where there is none, or it fails.

    url : where it listens, once entered.
    """

    def __init__(self, flag: str) -> None:
        self.flag, self.url = flag, ""
        self._running: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        if importlib.util.find_spec("rerun_cli") is None:
            raise PeerError("rerun-sdk is not installed: pip install 'blazon[bench]'")
        port = _free_port()
        self._log = tempfile.TemporaryFile(prefix="blazon-peer-")
        self._running = subprocess.Popen(
            [sys.executable, "-m", "rerun_cli", self.flag, "--bind", "127.0.0.1", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
        try:
            self._wait(port)
        except BaseException:
            self.__exit__()
            raise
        self.url = f"rerun+http://127.0.0.1:{port}/proxy"
        return self

    def __exit__(self, *_: object) -> None:
        if self._running is not None:
            for word in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._running.pid, word)  # the launcher, and the receiver that it started
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._running.wait(ENDS_WITHIN_S)
        if self._log is not None:
            self._log.close()

    def check(self) -> None:
        """Raise `PeerError` where it has died."""
        assert self._running is not None
        if self._running.poll() is not None:
            raise PeerError(f"rerun {self.flag} ended with code {self._running.returncode}: {self._last_words()}")

    def _wait(self, port: int) -> None:
        until = time.monotonic() + LISTENS_WITHIN_S
        while time.monotonic() < until:
            self.check()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(_PAUSE_S)
        raise PeerError(f"rerun {self.flag} does not listen within {LISTENS_WITHIN_S:g} s")

    def _last_words(self) -> str:
        assert self._log is not None
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return said[-1] if said else "it said nothing"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
