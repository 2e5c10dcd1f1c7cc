"""What is left on disk and on the terminal when things go wrong half-way."""

from __future__ import annotations

import errno
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blazon.render.output import Output
from tests.blazon.conftest import Answer, class_in, environment, heard, read_png, run_blazon

Call = Callable[..., Answer]
SIZE = ("--size", "8x6")
OLD = b"what was there before"


@pytest.fixture
def without_privileges() -> list[str]:
    """Words before a command that make root obey the modes of files; none for anyone else."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root, and no setpriv")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all"]


# --- an OUT that can't be written


@pytest.mark.parametrize("name", ["a.png", "{}.png"])
def test_a_file_used_as_a_folder(call: Call, clip: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(OLD)
    call("render", clip, "-o", tmp_path / "file" / name, *SIZE).refused(1, "file")
    call("render", clip, "-o", tmp_path / "file" / "deeper" / name, *SIZE).refused(1, "file")
    assert (tmp_path / "file").read_bytes() == OLD
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_in_the_place_of_out(call: Call, clip: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    call("render", clip, "-o", tmp_path / "a.png", *SIZE).refused(1, "a.png")
    assert [each.name for each in tmp_path.rglob("*")] == ["a.png"]


def test_a_name_that_is_too_long(call: Call, clip: str, tmp_path: Path) -> None:
    call("render", clip, "-o", tmp_path / ("x" * 256 + ".png"), *SIZE).refused(1, "too long")
    call("render", clip, "-o", tmp_path / "{:0300}.png", *SIZE).refused(1, "too long")
    assert not list(tmp_path.iterdir())


def test_a_folder_without_write_permission(clip: str, tmp_path: Path, without_privileges: list[str]) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    for name in ("locked/a.png", "locked/deeper/a.png", "locked/{}.png"):
        run_blazon("render", clip, "-o", tmp_path / name, *SIZE, before=without_privileges).refused(1, "locked")
    assert not list((tmp_path / "locked").iterdir())


def test_a_read_only_file_is_not_replaced(clip: str, out: Path, without_privileges: list[str]) -> None:
    out.write_bytes(OLD)
    out.chmod(0o444)
    run_blazon("render", clip, "-o", out, *SIZE, before=without_privileges).refused(1, "a.png")
    assert out.read_bytes() == OLD
    assert list(out.parent.iterdir()) == [out]


def test_a_source_without_read_permission(tmp_path: Path, clip: str, without_privileges: list[str]) -> None:
    locked = tmp_path / "locked.rrd"
    shutil.copy(clip, locked)
    locked.chmod(0)
    run_blazon("info", locked, before=without_privileges).refused(1, "locked.rrd", "ermission")


def untouched(path: Path) -> tuple[int, ...]:
    """What changes when a file is written or replaced; when it was read last is none of it."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode


def test_a_refusal_leaves_the_old_file(call: Call, recordings: Path, out: Path) -> None:
    out.write_bytes(OLD)
    before = untouched(out)
    for words in (["--view", "nope"], ["--size", "100000x100000"], ["--timeline", "nope"], ["--size", "0x1"]):
        assert call("render", recordings / "clip.rrd", "-o", out, *words).code != 0
    call("render", recordings / "scalars.rrd", "-o", out).refused(1)
    assert out.read_bytes() == OLD
    assert untouched(out) == before
    assert list(out.parent.iterdir()) == [out]


def test_a_picture_replaces_the_old_file(call: Call, clip: str, out: Path) -> None:
    out.write_bytes(OLD)
    call("render", clip, "-o", out, *SIZE).worked()
    assert class_in(out) == 4


# --- a full disk


def test_a_file_that_may_not_grow(recordings: Path, out: Path) -> None:
    out.write_bytes(OLD)

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    words = ("render", recordings / "noise.rrd", "-o", out, "--size", "160x128")
    run_blazon(*words, preexec_fn=bound).refused(1, "a.png", os.strerror(errno.EFBIG))
    assert out.read_bytes() == OLD
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize("name", ["a.png", "{}.png"])
def test_a_full_disk(recordings: Path, tmp_path: Path, name: str) -> None:
    """In a mount namespace of its own, on a file system of 16 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=16k none {disk}"
    if subprocess.run(["unshare", "--mount", "sh", "-c", mount], capture_output=True, check=False).returncode:
        pytest.skip("may not mount")
    before = ["unshare", "--mount", "sh", "-c", f'{mount} && "$@"; code=$?; ls -A {disk}; exit $code', "sh"]
    words = ("render", recordings / "noise.rrd", "-o", disk / name, "--size", "160x128")
    run_blazon(*words, before=before).refused(1, os.strerror(errno.ENOSPC))  # nothing in stdout: `ls` saw nothing


# --- an interrupt


@pytest.mark.parametrize("after", [1, 40])
def test_an_interrupted_sequence_leaves_whole_pictures(clip: str, tmp_path: Path, after: int) -> None:
    words = ["render", clip, "-o", str(tmp_path / "{:05d}.png"), "--size", "320x240", "--fps", "4000"]
    process = subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-m", "blazon", *words],  # background jobs ignore it
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("*.png"))) < after and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert len(heard(err).splitlines()) <= 1, err
    left = sorted(tmp_path.iterdir())
    assert after <= len(left) < 6001
    assert [each.name for each in left] == [f"{i:05d}.png" for i in range(len(left))]
    for each in (left[0], left[-1]):
        assert read_png(each).shape == (240, 320, 4)
    for each in left:
        with Image.open(each) as image:
            image.verify()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_at_any_moment_of_a_write_leaves_whole_files_alone(out: Path) -> None:
    """400 writes, each interrupted at another moment."""
    output = Output.parse(str(out))
    pictures = [np.full((64, 64, 4), 255 * i, np.uint8) for i in range(2)]
    random = np.random.default_rng(5)
    output.write(pictures[0])
    interrupted = 0

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for i in range(400):
            try:
                signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 1e-3))
                output.write(pictures[i % 2])
                time.sleep(0.01)
            except KeyboardInterrupt:
                interrupted += 1
            assert read_png(out).shape == (64, 64, 4)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert interrupted == 400
    assert [each.name for each in out.parent.iterdir()] == ["a.png"]


# --- a terminal, and what stands in for one


def on_a_terminal(*words: object, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run blazon on a terminal of its own; answers with the exit code and all that it showed."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "blazon", *map(str, words)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment(**{"TERM": "xterm-256color", **(env or {})}),
    ) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                read = os.read(master, 65536)
            except OSError:  # Linux says so where the other end is closed
                break
            if not read:
                break
            shown += read
    os.close(master)
    return process.returncode, shown.decode()


def test_progress_is_shown_on_a_terminal_alone(run: Call, clip: str, tmp_path: Path) -> None:
    words = ("render", clip, "-o", tmp_path / "{}.png", *SIZE)
    code, shown = on_a_terminal(*words)
    assert code == 0
    assert "\r" in shown
    assert "4 pictures in" in shown
    assert shown.endswith("\n")
    run(*words).worked()


def test_an_error_in_a_sequence_begins_a_line_of_its_own(recordings: Path, tmp_path: Path) -> None:
    """The second picture can't be written: what is said of it does not stand behind the progress bar."""
    (tmp_path / "1.png").mkdir()
    code, shown = on_a_terminal("render", recordings / "clip.rrd", "-o", tmp_path / "{}.png", *SIZE)
    assert code == 1
    assert "\nblazon: " in shown.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("env", "colored"),
    [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=str,
)
def test_swatches_on_a_terminal(clip: str, env: dict[str, str], colored: bool) -> None:
    code, shown = on_a_terminal("info", clip, env=env)
    assert code == 0
    assert ("\x1b[48;2;255;0;0m" in shown) == colored
    assert ("\x1b" in shown) == colored
    assert "one" in shown


def test_no_swatches_elsewhere(run: Call, clip: str) -> None:
    answer = run("info", clip, env={"TERM": "xterm-256color", "COLORTERM": "truecolor"})
    answer.worked()
    assert "\x1b" not in answer.out


def in_a_shell(script: str, *words: str) -> Answer:
    """Run `script`, in which "$@" is blazon with `words`."""
    command = ["bash", "-c", f"set -o pipefail; {script}", "bash", sys.executable, "-m", "blazon", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment())
    return Answer(done.returncode, done.stdout, heard(done.stderr))


@pytest.mark.parametrize("reader", ["head -n 1", "true"])
@pytest.mark.parametrize("words", [["info"], ["info", "--json"], ["--help"]], ids=" ".join)
def test_whoever_reads_goes_away(clip: str, reader: str, words: list[str]) -> None:
    in_a_shell(f'"$@" | {reader}', *words, *([clip] if words[0] == "info" else [])).worked()


@pytest.mark.parametrize("words", [["info"], ["info", "--json"], ["--version"]], ids=" ".join)
def test_a_full_disk_under_standard_output(clip: str, words: list[str]) -> None:
    answer = in_a_shell('"$@" > /dev/full', *words, *([clip] if words[0] == "info" else []))
    answer.refused(1, os.strerror(errno.ENOSPC))


def test_no_standard_output_at_all(clip: str) -> None:
    answer = in_a_shell('"$@" >&-', "info", clip)
    assert answer.code in (0, 1)
    assert len(answer.err.splitlines()) <= 1, answer.err


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_picture_needs_no_terminal(clip: str, out: Path, closed: str) -> None:
    in_a_shell(f'"$@" {closed}', "render", clip, "-o", str(out), *SIZE).worked()
    assert class_in(out) == 4


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_can_not_show_every_letter(run: Call, clip: str, encoding: str) -> None:
    """`info` writes … and whatever labels there are."""
    answer = run("info", clip, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    answer.worked()
    assert "mask" in answer.out
