"""`blazon render --ray`: on a cluster of nodes of this machine, that share its disk."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from blazon.ingest.errors import ClusterError
from blazon.render.cluster import Share, address
from blazon.render.cluster.orders import opened
from blazon.render.cluster.shares import device_of, parts_for, slots
from blazon.render.gpu.devices import Device
from tests.blazon.conftest import Answer, environment, write
from tests.blazon.test_many import log_long, number_in, until

ROOT = Path(__file__).parents[2]
Call = Callable[..., Answer]
SIZE = ("--size", "8x10")
LARGE = ("--size", "640x480")
HUGE = ("--size", "2560x1920")  # 600 frames of which take many seconds
NODE = {"num_cpus": 1, "object_store_memory": 80_000_000}
NAMES = [f"{number:03d}.png" for number in range(600)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of two nodes, of a CPU each, that talk over loopback alone."""
    folder = tempfile.mkdtemp(prefix="ray-")  # short: sockets lie in it
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        patch.setenv("RAY_TMPDIR", folder)
        patch.setenv("PYTHONPATH", str(ROOT))
        from ray.cluster_utils import Cluster

        made = Cluster(initialize_head=True, head_node_args={"include_dashboard": False, **NODE})
        try:
            made.add_node(**NODE)
            made.wait_for_nodes(timeout=30)
            yield made
        finally:
            made.shutdown()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("long") / "long.rrd", log_long, "long")


def started(*words: object) -> subprocess.Popen[str]:
    command = ["env", "--default-signal=INT", sys.executable, "-m", "blazon", *map(str, words)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())


def drawing(cluster: Any) -> list[int]:
    """The processes of a cluster's nodes that are at a job."""
    nodes = [node.all_processes["raylet"][0].process.pid for node in cluster.list_all_nodes()]
    listed = [Path(f"/proc/{pid}/task/{pid}/children").read_text().split() for pid in nodes]
    return [int(pid) for found in listed for pid in found if _title(pid).startswith(b"ray::draw")]


def _title(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def assert_whole(folder: Path) -> None:
    """Assert that all pictures of `long` are in a folder, each the right one, and nothing else."""
    assert sorted(each.name for each in folder.iterdir()) == NAMES
    assert [number_in(folder / name) for name in NAMES] == list(range(600))


def leftover(folder: Path) -> Path:
    """A picture of an older run, of the right size and in the wrong colour."""
    folder.mkdir()
    Image.new("RGB", (8, 10), (9, 9, 9)).save(folder / "010.png")
    return folder / "010.png"


def frames_in(path: Path) -> int:
    with av.open(str(path)) as container:
        return len(list(container.decode(video=0)))


# --- What is drawn


def test_pictures_are_those_of_a_local_run(cluster: Any, run: Call, long: Path, clip: str, tmp_path: Path) -> None:
    words = (long, clip, "-o", "{}/{{stem}}/{{:03d}}.png", *SIZE)

    def to(folder: str) -> list[object]:
        return [str(word).format(tmp_path / folder) for word in words]

    run("render", *to("here"), "--quiet").worked()
    answer = run("render", *to("there"), "--ray", cluster.address, "--parts", "3")
    assert answer.code == 0, answer.err
    assert "long/{:03d}.png: 600 pictures in" in answer.err
    assert answer.err.splitlines()[-1].startswith("blazon: 2 of 2 recordings drawn in ")
    assert answer.err.splitlines()[-1].endswith(", 604 pictures")
    assert len(answer.err.splitlines()) == 3, "Ray has said something"
    assert_whole(tmp_path / "there/long")
    here, there = (
        {path.relative_to(tmp_path / each): path.read_bytes() for path in (tmp_path / each).rglob("*.png")}
        for each in ("here", "there")
    )
    assert len(here) == 604
    assert here == there


def test_relative_names_mean_the_same_there(cluster: Any, run: Call, long: Path, tmp_path: Path) -> None:
    here = tmp_path / "odd {0}"
    here.mkdir()
    shutil.copy(long, here / "a.rrd")
    leftover(here / "out")
    words = ("render", "a.rrd", "-o", "out/{:03d}.png", *SIZE, "--ray", cluster.address)
    answer = run(*words, env={"PYTHONPATH": str(ROOT)}, cwd=here)
    assert answer.code == 0, answer.err
    assert "blazon: a.rrd → out/{:03d}.png: 600 pictures" in answer.err
    assert_whole(here / "out")


def test_a_bad_file_stops_nothing_else(cluster: Any, run: Call, clip: str, tmp_path: Path) -> None:
    for name in ("a", "c"):
        shutil.copy(clip, tmp_path / f"{name}.rrd")
    (tmp_path / "b.rrd").write_bytes(b"RRF2 and then nothing of use")
    answer = run("render", tmp_path / "?.rrd", "-o", tmp_path / "out/{stem}.mp4", *SIZE, "--ray", "auto")
    assert cluster
    assert answer.code == 1
    assert f"blazon: {tmp_path}/b.rrd: " in answer.err
    assert answer.err.splitlines()[-1].endswith("8 pictures; 1 failed")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.mp4", "c.mp4"]
    assert [frames_in(tmp_path / f"out/{name}.mp4") for name in "ac"] == [4, 4]


def test_to_and_from_urls(cluster: Any, run: Call, long: Path, tmp_path: Path) -> None:
    to = ("--ray", cluster.address, "--quiet", *SIZE)  # local:// is a service of fsspec's, which all processes see
    run("render", f"local://{long}", "-o", f"local://{tmp_path}/out/{{:03d}}.png", *to).worked()
    assert_whole(tmp_path / "out")
    run("render", f"local://{long}", "-o", f"local://{tmp_path}/films/{{stem}}.mp4", *to).worked()
    assert [path.name for path in (tmp_path / "films").iterdir()] == ["long.mp4"]
    assert frames_in(tmp_path / "films/long.mp4") == 600


def test_resume_leaves_what_is_there(cluster: Any, run: Call, long: Path, tmp_path: Path) -> None:
    old = leftover(tmp_path / "out")
    words = ("render", long, "-o", tmp_path / "out/{:03d}.png", "--range", "290..310", *SIZE)
    run(*words, "--resume", "--ray", cluster.address, "--quiet").worked()
    assert number_in(tmp_path / "out/000.png") == 290
    assert number_in(old) == 0, "--resume has drawn what was there"
    assert len(list((tmp_path / "out").iterdir())) == 21


# --- What is lost


def test_a_node_that_is_lost_in_the_middle(cluster: Any, long: Path, tmp_path: Path) -> None:
    node = cluster.add_node(**NODE)
    cluster.wait_for_nodes(timeout=30)
    out = tmp_path / "out"
    words = ("render", long, "-o", out / "{:03d}.png", "--size", "320x400", "--parts", "3")
    process = started(*words, "--ray", cluster.address)
    until(lambda: all((out / name).exists() for name in ("000.png", "256.png", "512.png")))
    cluster.remove_node(node, allow_graceful=False)
    before = len(list(out.glob("*.png")))
    (out / ".blazon-of-somebody-else").touch()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert before < 600, "it was over before the node was lost"
    (out / ".blazon-of-somebody-else").unlink()
    assert sorted(each.name for each in out.iterdir()) == NAMES
    for number, name in enumerate(NAMES):
        with Image.open(out / name) as image:
            shown = image.convert("L").resize((8, 10), Image.Resampling.NEAREST)
            assert sum(1 << bit for bit in range(10) if shown.getpixel((4, bit)) > 128) == number


def test_a_process_that_is_lost_at_a_video(cluster: Any, long: Path, tmp_path: Path) -> None:
    for name in "ab":
        shutil.copy(long, tmp_path / f"{name}.rrd")
    out = tmp_path / "out"
    process = started("render", tmp_path / "?.rrd", "-o", out / "{stem}.mp4", *LARGE, "--ray", cluster.address)
    until(lambda: drawing(cluster))
    time.sleep(0.5)
    killed = drawing(cluster)[0]
    os.kill(killed, signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert sorted(each.name for each in out.iterdir()) == ["a.mp4", "b.mp4"]
    assert [frames_in(out / f"{name}.mp4") for name in "ab"] == [600, 600]


def test_what_is_lost_every_time_is_given_up(cluster: Any, long: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started("render", long, "-o", out / "a.mp4", *LARGE, "--ray", cluster.address)
    killed: set[int] = set()

    def ended() -> bool:
        for pid in set(drawing(cluster)) - killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        return process.poll() is not None

    until(ended)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "was lost, the last of 3 times" in said
    assert said.splitlines()[-1].endswith("1 failed")
    assert len(killed) == 3
    assert not out.exists() or not list(out.iterdir())


def test_ctrl_c_ends_all_of_a_sequence(cluster: Any, long: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("render", long, "-o", out / "{:03d}.png", *LARGE, "--parts", "3", "--ray", cluster.address)
    process = started(*words)
    until((out / "000.png").exists)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=50)
    assert process.returncode == 130, said
    assert "blazon: 0 of 1 recordings drawn in " in said
    assert said.splitlines()[-1] == "blazon: interrupted"
    assert not drawing(cluster)
    there = sorted(each.name for each in out.iterdir())
    assert 0 < len(there) < 600
    assert set(there) <= set(NAMES), "something half-written is left"
    for name in there:
        with Image.open(out / name) as image:
            image.load()


def test_sigterm_ends_videos_and_keeps_what_there_is(cluster: Any, long: Path, tmp_path: Path) -> None:
    for name in "abc":
        shutil.copy(long, tmp_path / f"{name}.rrd")
    out = tmp_path / "out"
    process = started("render", tmp_path / "?.rrd", "-o", out / "{stem}.mp4", *HUGE, "--ray", cluster.address)
    until(lambda: drawing(cluster))
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=50)
    assert process.returncode == 130, said
    assert len([line for line in said.splitlines() if "rrd: interrupted: " in line]) in (1, 2), said
    assert not drawing(cluster)
    for path in out.iterdir() if out.exists() else ():
        assert path.name in ("a.partial.mp4", "b.partial.mp4", "c.partial.mp4")
        assert 0 < frames_in(path) < 600


# --- What is not there


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--ray", "nowhere"), 2, "--ray is 'nowhere'"),
        (("--ray", "http://a:1"), 2, "--ray is 'http://a:1'"),
        (("--ray", "auto", "--jobs", "2"), 2, "--jobs is of this machine"),
        (("--ray", "auto", "--gpus-per-job", "1.5"), 2, "--gpus-per-job is '1.5'"),
        (("--ray", "auto", "--gpus-per-job", "."), 2, "--gpus-per-job is '.'"),
        (("--ray", "auto", "--cpus-per-job", "0"), 2, "--cpus-per-job is '0'"),
        (("--ray", "auto", "--parts", "x"), 2, "--parts is 'x'"),
        (("--parts", "2"), 2, "--parts belongs to --ray"),
        (("--gpus-per-job", "1"), 2, "--gpus-per-job belongs to --ray"),
    ],
    ids=str,
)
def test_what_can_not_be_meant(call: Call, clip: str, out: Path, words: tuple[str, ...], code: int, told: str) -> None:
    call("render", clip, "-o", out, *SIZE, *words).refused(code, told)


def test_more_than_any_node_has(cluster: Any, run: Call, clip: str, out: Path) -> None:
    to = ("render", clip, "-o", out, *SIZE, "--ray", cluster.address)
    run(*to, "--gpus-per-job", "0.5").refused(1, "no node", "1 CPU and 0.5 GPU")
    run(*to, "--cpus-per-job", "2").refused(1, "no node", "2 CPUs")


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def refuse_one(server: socket.socket) -> None:
    with server.accept()[0] as line:
        line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_no_cluster_at_the_address(
    call: Call, clip: str, out: Path, listening: socket.socket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(address, "PATIENCE_S", 0.5)
    where = f"127.0.0.1:{listening.getsockname()[1]}"
    to = ("render", clip, "-o", out, *SIZE, "--ray")
    call(*to, where).refused(1, f"no Ray cluster at {where}", "timed out")
    listening.accept()[0].close()  # the one before
    answerer = threading.Thread(target=refuse_one, args=(listening,))
    answerer.start()
    call(*to, f"ray://{where}").refused(1, "what answers there is no Ray")
    answerer.join()
    listening.close()
    call(*to, where).refused(1, f"no Ray cluster at {where}", "connection refused")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    call(*to, "auto").refused(1, "no Ray cluster at auto: none was started on this machine")
    monkeypatch.setenv("RAY_ADDRESS", where)
    call(*to, "auto").refused(1, f"no Ray cluster at auto ({where}): connection refused")
    assert not out.exists()


def test_without_ray(call: Call, clip: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    call("render", clip, "-o", out, *SIZE, "--ray", "auto").refused(1, "pip install 'blazon[cluster]'")


def test_nobody_else_imports_ray(clip: str, out: Path) -> None:
    code = "import sys, blazon.cli; blazon.cli.main(sys.argv[1:]); assert 'ray' not in sys.modules"
    words = [sys.executable, "-c", code, "render", clip, "-o", str(out), *SIZE]
    subprocess.run(words, check=True, timeout=60, env=environment())
    assert out.exists()


def test_another_version_on_a_node(cluster: Any, clip: str, out: Path) -> None:
    with pytest.raises(ClusterError, match=r"and 9\.9 where this was started; install the same"):
        opened("9.9", b"not even opened")
    code = "import sys, blazon; blazon.__version__ = '9.9'; from blazon.cli import main; sys.exit(main())"
    words = [sys.executable, "-c", code, "render", clip, "-o", str(out), *SIZE, "--ray", cluster.address]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=environment())
    assert done.returncode == 1
    assert "and 9.9 where this was started" in done.stderr
    assert not out.exists()


# --- How work is shared


def test_slots_and_parts() -> None:
    nodes = [
        {"Alive": True, "Resources": {"CPU": 16.0, "GPU": 2.0}},
        {"Alive": True, "Resources": {"CPU": 3.0}},
        {"Alive": False, "Resources": {"CPU": 64.0, "GPU": 8.0}},
        {"Alive": True, "Resources": {}},
    ]
    assert slots(nodes, Share()) == 19
    assert slots(nodes, Share(2)) == 9
    assert slots(nodes, Share(1, 0.25)) == 8
    assert slots(nodes, Share(4, 0.25)) == 4
    assert slots(nodes, Share(1, 0.3)) == 6  # a job does not draw with what is left of two GPUs
    assert slots(nodes, Share(32)) == 0
    assert [parts_for(recordings, 10) for recordings in (1, 7, 29, 30, 1000)] == [30, 5, 2, 1, 1]


def test_the_gpu_that_was_assigned_is_drawn_with() -> None:
    found = [Device(0, False, 3), Device(1, False, 1), Device(2, False, None), Device(3, True)]
    assert device_of(found, [1]) == 1
    assert device_of(found, ["3"]) == 0
    assert device_of(found, [7]) is None
    assert device_of(found, ["GPU-8f1c"]) is None
    assert device_of([], [0]) is None
