"""Kernels are compiled once on a machine: the first render says so, the second has nothing to say."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.blazon.conftest import Answer, class_in, environment

Call = Callable[..., Answer]
SIZE = ("--size", "8x6")


def test_the_second_render_compiles_nothing(run: Call, recordings: Path, out: Path, tmp_path: Path) -> None:
    env = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    source = recordings / "classes.rrd"
    first = run("render", source, "-o", out, "--size", "640x480", env=env)  # in which there is room for labels
    assert first.code == 0
    assert len(first.err.splitlines()) == 1
    assert "compiling" in first.err
    run("render", source, "-o", out, "--size", "1920x1080", env=env).worked()
    assert class_in(out) == 3


def test_two_first_renders_at_once(clip: str, tmp_path: Path) -> None:
    env = environment(NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "blazon", "render", clip, "-o", str(tmp_path / f"{i}.png"), *SIZE],
            env=env,
            stderr=subprocess.PIPE,
            text=True,
        )
        for i in range(2)
    ]
    said = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert [class_in(tmp_path / f"{i}.png") for i in range(2)] == [4, 4]


def test_a_cache_on_a_full_disk_costs_time_and_nothing_else(run: Call, clip: str, out: Path, tmp_path: Path) -> None:
    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    answer = run("render", clip, "-o", out, *SIZE, env={"NUMBA_CACHE_DIR": str(tmp_path / "cache")}, preexec_fn=bound)
    assert answer.code == 0, answer.err
    assert class_in(out) == 4


def test_a_broken_cache_is_made_again(run: Call, clip: str, out: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    env = {"NUMBA_CACHE_DIR": str(cache)}
    assert run("render", clip, "-o", out, *SIZE, env=env).code == 0
    for file in cache.rglob("*.nb?"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    out.unlink()
    answer = run("render", clip, "-o", out, *SIZE, env=env)
    assert answer.code == 0, answer.err
    assert class_in(out) == 4
