"""`blazon render` of many recordings, in many processes, to and from URLs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import fsspec
import numpy as np
import pytest
import rerun as rr
from PIL import Image

from tests.blazon.conftest import Answer, color_of, environment, heard, write

Call = Callable[..., Answer]
SIZE = ("--size", "8x6")


def log_long(stream: rr.RecordingStream) -> None:
    """600 masks that tell their number by their rows."""
    stream.log("w", rr.AnnotationContext([(0, "off", (0, 0, 0)), (1, "on", (255, 255, 255))]), static=True)
    for i in range(600):
        stream.set_time("frame", sequence=i)
        bits = np.array([i >> bit & 1 for bit in range(10)], np.uint8)
        stream.log("w/mask", rr.SegmentationImage(np.tile(bits[:, None], (1, 8))))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("long") / "long.rrd", log_long, "long")


@pytest.fixture
def runs(clip: str, tmp_path: Path) -> Path:
    """Four recordings in two folders, and a file that is none."""
    for name in ("one/a", "one/b", "two/a", "two/c"):
        path = tmp_path / f"runs/{name}.rrd"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(clip, path)
    (tmp_path / "runs/two/broken.rrd").write_bytes(b"RRF2 and then nothing of use")
    return tmp_path / "runs"


def number_in(path: Path) -> int:
    with Image.open(path) as image:
        rows = np.asarray(image)[::1, 4, 0]
    return int(sum(1 << bit for bit in range(10) if rows[bit] > 128))


@pytest.mark.parametrize("jobs", [(), ("--jobs", "3")], ids=str)
def test_one_bad_file_does_not_stop_the_rest(run: Call, runs: Path, tmp_path: Path, jobs: tuple[str, ...]) -> None:
    answer = run("render", runs / "**/*.rrd", "-o", tmp_path / "out/{parent}-{stem}.mp4", *SIZE, *jobs)
    assert answer.code == 1
    lines = heard(answer.err).splitlines()
    assert len([line for line in lines if " → " in line and "4 pictures" in line]) == 4
    assert [line for line in lines if "broken.rrd: " in line]
    assert lines[-1].startswith("blazon: 4 of 5 recordings drawn in ")
    assert lines[-1].endswith("16 pictures; 1 failed")
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == ["one-a.mp4", "one-b.mp4", "two-a.mp4", "two-c.mp4"]
    for name in made:
        with av.open(str(tmp_path / "out" / name)) as container:
            assert len(list(container.decode(video=0))) == 4


def test_previews_of_many(run: Call, runs: Path, tmp_path: Path) -> None:
    (runs / "two/broken.rrd").unlink()
    answer = run("render", runs / "one/a.rrd", runs / "two", runs / "two/c.rrd", "-o", tmp_path / "{stem}.png", *SIZE)
    assert answer.code == 1  # a folder is no recording
    assert heard(answer.err).splitlines()[-1].endswith("2 pictures; 1 failed")
    assert color_of(tmp_path / "a.png") == color_of(tmp_path / "c.png") == (255, 255, 0)
    answer = run("render", runs / "*/[ac].rrd", "-o", tmp_path / "of/{parent}/{stem}/{:02d}.jpg", "--quiet", *SIZE)
    answer.worked()
    assert len(list(tmp_path.rglob("of/*/*/*.jpg"))) == 12


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("*/*.rrd", "-o", "out.mp4"), 2, "for 5 recordings; give each a name"),
        (("*/a.rrd", "-o", "{stem}.mp4"), 2, "would both be written to a.mp4"),
        (("*/x.rrd", "-o", "{stem}.mp4"), 1, "fits no file"),
        (("one/a.rrd", "one/b.rrd", "-o", "memory://{stem}.mp4", "--jobs", "2"), 2, "in the memory of one process"),
        (("one/a.rrd", "-o", "a.mp4", "--jobs", "0"), 2, "--jobs is '0'"),
        (("one/a.rrd", "-o", "a.mp4", "--jobs", "1025"), 2, "--jobs is '1025'"),
        (("one/a.rrd", "-o", "a.mp4", "--at", "3"), 2, "--at"),
        (("one/a.rrd", "-o", "a.mp4", "--quality", "best"), 2, "--quality is 'best'"),
        (("one/a.rrd", "-o", "a.mp4", "--codec", "divx"), 2, "codec is 'divx'"),
        (("one/a.rrd", "-o", "a.mp4", "--fps", "2000"), 2, "fps is 2000"),
        (("one/a.rrd", "-o", "a.jpg", "--background", "00000080"), 2, "translucent"),
        (("one/a.rrd", "-o", "a.png", "--every", "2"), 2, "ask for many pictures"),
        (("--live", "-o", "a.mp4", "--port", "0"), 2, "--live writes pictures"),
        (("--live", "-o", "{stem}.png", "--port", "0"), 2, "--live writes pictures"),
    ],
    ids=str,
)
def test_what_can_not_be_meant(run: Call, runs: Path, words: tuple[str, ...], code: int, told: str) -> None:
    before = Path.cwd()
    os.chdir(runs)
    try:
        run("render", *words, *SIZE).refused(code, told)
    finally:
        os.chdir(before)
    assert not list(runs.rglob("*.mp4"))


def test_resume_leaves_out_what_is_there(run: Call, runs: Path, tmp_path: Path) -> None:
    words = ("render", runs / "*/[ac].rrd", "-o", tmp_path / "{parent}-{stem}.mp4", "--quiet", *SIZE)
    run(*words).worked()
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.mp4")}
    (tmp_path / "two-a.mp4").unlink()
    answer = run(*words[:-3], *SIZE, "--resume")
    assert answer.code == 0
    assert (answer.err.count("4 pictures in"), answer.err.count("it is there already")) == (1, 2)
    after = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.mp4")}
    assert after.keys() == before.keys() == {"one-a.mp4", "two-a.mp4", "two-c.mp4"}
    assert [name for name in after if after[name] != before[name]] == ["two-a.mp4"]


def test_outputs_that_would_meet(run: Call, clip: str, tmp_path: Path) -> None:
    for name in ("a", "a1", "b", "b.partial", "{parent}", "same"):
        shutil.copy(clip, tmp_path / f"{name}.rrd")
    shutil.copy(clip, tmp_path / "same.mp4")
    (tmp_path / "link.png").symlink_to(tmp_path / "a.rrd")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for sources, out in ((("a", "a1"), "{stem}{}.png"), (("b", "b.partial"), "{stem}.mp4")):
        words = [tmp_path / f"{each}.rrd" for each in sources]
        run("render", *words, "-o", tmp_path / out, *SIZE).refused(2, "name them apart")
    run("render", tmp_path / "same.mp4", "-o", tmp_path / "same.mp4", *SIZE).refused(2, "the recording itself")
    run("render", tmp_path / "a.rrd", "-o", tmp_path / "link.png", *SIZE).refused(2, "the recording itself")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    run("render", tmp_path / "{parent}.rrd", "-o", tmp_path / "out/{stem}-{:03d}.png", *SIZE).worked()
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [f"{{parent}}-{n:03d}.png" for n in range(4)]


def log_moving(stream: rr.RecordingStream) -> None:
    """Boxes that wander off, below a path with a name: what is seen is fitted to all times together."""
    rng = np.random.default_rng(3)
    corners = rng.uniform(0, 20, (9, 2))
    for i in range(520):
        stream.set_time("frame", sequence=i)
        stream.log("world/boxes", rr.Boxes2D(mins=corners + i / 5, sizes=[[4, 3]]))


def test_parts_have_the_fit_of_the_whole(run: Call, tmp_path: Path) -> None:
    source = write(tmp_path / "moving.rrd", log_moving, "moving")
    words = ("--size", "80x60", "--quiet")
    run("render", source, "-o", tmp_path / "one/{:03d}.png", *words).worked()
    run("render", source, "-o", tmp_path / "two/{:03d}.png", "--jobs", "2", *words).worked()
    names = sorted(each.name for each in (tmp_path / "one").iterdir())
    assert len(names) == 520
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)


def test_a_file_whose_name_looks_like_a_pattern(run: Call, clip: str, tmp_path: Path) -> None:
    odd = tmp_path / "a[1]{x}.rrd"
    shutil.copy(clip, odd)
    run("render", odd, "-o", tmp_path / "{stem}/{:02d}.png", *SIZE).worked()
    assert len(list((tmp_path / "a[1]{x}").iterdir())) == 4


def test_jobs_share_one_sequence_and_it_is_the_same(run: Call, long: Path, tmp_path: Path) -> None:
    words = ("--size", "8x10")
    run("render", long, "-o", tmp_path / "one/{:03d}.png", *words).worked()
    answer = run("render", long, "-o", tmp_path / "two/{:03d}.png", "--jobs", "2", *words)
    assert answer.code == 0
    assert "600 pictures" in answer.err
    names = [f"{number:03d}.png" for number in range(600)]
    for folder in ("one", "two"):
        assert sorted(each.name for each in (tmp_path / folder).iterdir()) == names
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)
    assert [number_in(tmp_path / "two" / name) for name in names] == list(range(600))


def started(*words: object) -> subprocess.Popen[str]:
    command = ["env", "--default-signal=INT", sys.executable, "-m", "blazon", *map(str, words)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())


def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def children_of(process: subprocess.Popen[str]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [pid for pid in map(int, listed) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_process_that_is_killed_takes_its_job_alone_with_it(long: Path, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        shutil.copy(long, tmp_path / f"{name}.rrd")
    process = started("render", tmp_path / "?.rrd", "-o", tmp_path / "{stem}.mp4", "--jobs", "1", "--size", "640x480")
    partial = tmp_path / "a.partial.mp4"
    until(lambda: partial.exists() and partial.stat().st_size > 1000)
    (worker,) = children_of(process)
    os.kill(worker, signal.SIGKILL)
    _, said = process.communicate(timeout=100)
    assert process.returncode == 1
    assert "a.rrd: the process that drew it was ended by SIGKILL" in said
    assert "2 of 3 recordings drawn" in said
    assert not (tmp_path / "a.mp4").exists()
    for name in ("b", "c"):
        with av.open(str(tmp_path / f"{name}.mp4")) as container:
            assert len(list(container.decode(video=0))) == 600


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_processes_with_whole_files(long: Path, tmp_path: Path, number: int) -> None:
    for name in ("a", "b", "c", "d"):
        shutil.copy(long, tmp_path / f"{name}.rrd")
    process = started("render", tmp_path / "?.rrd", "-o", tmp_path / "{stem}.mp4", "--jobs", "2", "--size", "640x480")
    partials = [tmp_path / f"{name}.partial.mp4" for name in ("a", "b")]
    until(lambda: all(each.exists() and each.stat().st_size > 1000 for each in partials))
    workers = children_of(process)
    assert len(workers) == 2
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert len([line for line in said.splitlines() if "interrupted: " in line and "partial.mp4" in line]) == 2
    assert "Traceback" not in said
    for each in partials:
        with av.open(str(each)) as container:
            assert 0 < len(list(container.decode(video=0))) <= 600
    assert sorted(each.name for each in tmp_path.glob("*.mp4")) == ["a.partial.mp4", "b.partial.mp4"]


# --- URLs


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    system = fsspec.filesystem("memory")
    yield system
    system.rm("/", recursive=True)


def test_from_and_to_urls(call: Call, clip: str, memory: fsspec.AbstractFileSystem) -> None:
    memory.pipe_file("/runs/a.rrd", Path(clip).read_bytes())
    call("render", "memory://runs/a.rrd", "-o", "memory://out/{stem}.mp4", *SIZE).worked()
    call("render", "memory://runs/*.rrd", "-o", "memory://out/{stem}/{:02d}.png", *SIZE).worked()
    call("render", "memory://runs/a.rrd", "-o", "memory://out/a.webp", *SIZE).worked()
    names = [f"/out/a/{number:02d}.png" for number in range(4)]
    assert set(memory.find("/out")) == {*names, "/out/a.mp4", "/out/a.webp"}
    with memory.open("/out/a.mp4") as file, av.open(file) as container:
        assert len(list(container.decode(video=0))) == 4
    memory.rm_file("/out/a/02.png")
    memory.pipe_file("/out/a/03.png", b"kept?")
    call("render", "memory://runs/a.rrd", "-o", "memory://out/{stem}/{:02d}.png", "--resume", *SIZE).worked()
    with memory.open("/out/a/03.png") as file, Image.open(file) as image:
        assert image.size == (8, 6)


def test_urls_that_lead_nowhere(call: Call, clip: str, tmp_path: Path, memory: fsspec.AbstractFileSystem) -> None:
    assert not memory.find("/")
    call("render", "memory://runs/a.rrd", "-o", tmp_path / "a.png", *SIZE).refused(1, "memory://runs/a.rrd", "exist")
    call("render", "memory://runs/*.rrd", "-o", tmp_path / "a.png", *SIZE).refused(1, "fits no file")
    call("render", "nowhere://runs/a.rrd", "-o", tmp_path / "a.png", *SIZE).refused(1, "nowhere://runs/a.rrd")
    call("render", clip, "-o", "nowhere://a.png", *SIZE).refused(1, "nowhere://a.png")
    call("info", "memory://runs/a.rrd").refused(1, "memory://runs/a.rrd")
    assert not list(tmp_path.iterdir())


def test_a_file_url_is_a_path(call: Call, clip: str, tmp_path: Path) -> None:
    call("render", f"file://{clip}", "-o", f"file://{tmp_path}/a.png", *SIZE).worked()
    assert (tmp_path / "a.png").exists()
