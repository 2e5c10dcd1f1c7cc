"""`blazon serve` and `blazon render --live`, as a user runs them, with the real SDK sending."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests.blazon.conftest import COLORS, color_of, context

WITHIN_S = 60.0
Run = Callable[..., Any]


class Running:
    """A blazon that listens, and what it said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.said = process, list[str]()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = ""
        until = time.monotonic() + WITHIN_S
        while not self.url:
            assert time.monotonic() < until, self.said
            assert process.poll() is None, self.said
            found = re.search(r"rerun\+https?://[^\s,]+", "".join(self.said))
            self.url = found[0] if found else ""
            time.sleep(0.02)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)

    def end(self) -> tuple[int, str, str]:
        """Press Ctrl+C; return the exit code, standard output and standard error."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(WITHIN_S)
        self._reader.join(WITHIN_S)
        assert self.process.stdout is not None
        return code, self.process.stdout.read(), "".join(self.said)


@contextlib.contextmanager
def running(*words: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "blazon", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def sending(url: str) -> rr.RecordingStream:
    stream = rr.RecordingStream("sender", recording_id="one")
    stream.connect_grpc(url)
    stream.log("w", context(), static=True)
    return stream


def send_mask(stream: rr.RecordingStream, frame: int, class_id: int) -> None:
    stream.set_time("frame", sequence=frame)
    stream.log("w/mask", rr.SegmentationImage(np.full((6, 8), class_id, np.uint8)))
    stream.flush()


def wait_for(what: Callable[[], Any]) -> None:
    until = time.monotonic() + WITHIN_S
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def test_serve_says_where_keeps_what_comes_and_sums_up(tmp_path: Path) -> None:
    saved = tmp_path / "saved.rrd"
    with running("serve", "--port", "0", "--save", str(saved), "--json") as server:
        stream = sending(server.url)
        for frame in range(3):
            send_mask(stream, frame, 1)
        stream.disconnect()
        time.sleep(1.2)
        code, out, err = server.end()
    assert (code, "warning" in err) == (0, False), err
    lines = [json.loads(line) for line in out.splitlines()]
    assert len(lines) >= 2
    assert lines[-1]["rows"] >= 4
    assert lines[-1]["recordings"] == 1
    assert lines[-1]["saved_bytes"] == saved.stat().st_size
    assert bz.load(saved).times(bz.load(saved).default_timeline()).tolist() == [0, 1, 2]
    assert not bz.load(saved).notices.list()


def test_serve_tells_of_a_sender_that_is_none() -> None:
    import socket

    with running("serve", "--port", "0") as server:
        port = int(re.findall(r":(\d+)/", server.url)[0])
        with socket.create_connection(("127.0.0.1", port)) as browser:
            browser.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert b"rr.connect_grpc()" in browser.recv(1000)
        wait_for(lambda: any("does not speak HTTP/2" in line for line in server.said))
        stream = sending(server.url)
        stream.flush()
        stream.disconnect()
        code, _, err = server.end()
    assert code == 0
    assert err.rstrip().endswith(", 1 recording")


def test_live_pictures_follow_the_stream(tmp_path: Path) -> None:
    words = ("--live", "--port", "0", "--every", "0.1s", "--size", "8x6", "--at", "last")
    with running("render", *words, "-o", str(tmp_path / "live" / "{:03d}.png")) as renderer:
        stream = sending(renderer.url)
        for frame, class_id in enumerate((1, 2, 3)):
            send_mask(stream, frame, class_id)
            path = tmp_path / "live" / f"{frame:03d}.png"
            wait_for(lambda path=path: path.exists())
        stream.disconnect()
        code, out, err = renderer.end()
    assert (code, out) == (0, ""), err
    pictures = sorted((tmp_path / "live").iterdir())
    assert [each.name for each in pictures] == [f"{i:03d}.png" for i in range(len(pictures))]
    assert len(pictures) >= 3
    assert color_of(pictures[-1]) == COLORS[3]
    assert f"{len(pictures)} pictures" in err


def test_one_live_picture_is_written_anew(tmp_path: Path) -> None:
    out = tmp_path / "now.png"
    with running("render", "--live", "--port", "0", "--every", "0.1s", "--size", "8x6", "-o", str(out)) as renderer:
        stream = sending(renderer.url)
        for frame, class_id in enumerate((1, 2)):
            send_mask(stream, frame, class_id)
            wait_for(lambda class_id=class_id: color_of(out) == COLORS[class_id])
        stream.disconnect()
        assert renderer.end()[0] == 0


def test_count_ends_it(tmp_path: Path) -> None:
    words = ("--live", "--port", "0", "--every", "0.05s", "--size", "8x6", "--count", "2")
    with running("render", *words, "-o", str(tmp_path / "{}.png")) as renderer:
        stream = sending(renderer.url)
        for frame in range(200):
            if renderer.process.poll() is not None or (tmp_path / "1.png").exists():
                break
            send_mask(stream, frame, 1 + frame % 4)
            time.sleep(0.05)
        assert renderer.process.wait(WITHIN_S) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["0.png", "1.png"]
    with contextlib.suppress(Exception):  # the sink has gone
        stream.disconnect()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve", "--port", "70000"), ("--port", "70000")),
        (("serve", "--port", "x"), ("--port", "'x'")),
        (("serve", "--bind", "0.0.0.0", "--port", "0"), ("--bind", "--token", "--insecure")),
        (("serve", "--tls-cert", "a"), ("--tls-key",)),
        (("serve", "--memory-limit", "much"), ("--memory-limit", "'much'")),
        (("serve", "--memory-limit", "101%"), ("--memory-limit", "101%")),
        (("serve", "--queue-limit", "0"), ("--queue-limit",)),
        (("serve", "--policy", "lose"), ("--policy",)),
        (("render", "--live", "a.rrd", "-o", "a.png"), ("SOURCE", "--live")),
        (("render", "-o", "a.png"), ("SOURCE",)),
        (("render", "--live", "--at", "3", "-o", "a.png"), ("--at",)),
        (("render", "--live", "--range", "0..3", "-o", "{}.png"), ("--range",)),
        (("render", "--live", "--every", "2", "-o", "{}.png"), ("--every",)),
        (("render", "--live", "--count", "0", "-o", "{}.png"), ("--count",)),
        (("render", "a.rrd", "--count", "3", "-o", "a.png"), ("--count", "--live")),
        (("view", "--at", "3"), ("--at", "SOURCE")),
        (("view", "--range", "0..3"), ("--range", "SOURCE")),
        (("view", "a.rrd", "--every", "2"), ("--every",)),
    ],
)
def test_words_that_are_wrong(call: Run, words: tuple[str, ...], said: tuple[str, ...]) -> None:
    call(*words).refused(2, *said)


def test_files_that_are_wrong(call: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "there.rrd").write_text("")
    for flag, name in (
        ("--token", "nowhere"),
        ("--token", "empty"),
        ("--save", "there.rrd"),
        ("--save", "empty/a.rrd"),
    ):
        call("serve", "--port", "0", flag, str(tmp_path / name)).refused(1, name.partition("/")[0])
    files = str(tmp_path / "empty"), str(tmp_path / "empty")
    call("serve", "--port", "0", "--tls-cert", files[0], "--tls-key", files[1]).refused(1, "certificate")
