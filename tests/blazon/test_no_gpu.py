"""Without OpenGL: one line that says what to install; and what needs no OpenGL works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import moderngl
import numpy as np
import pytest

import blazon as bz
from tests.blazon.conftest import Answer

Call = Callable[..., Answer]
ADVICE = ("apt-get install", "libegl1", "libgl1-mesa-dri", "NVIDIA_DRIVER_CAPABILITIES=graphics")
NO_DRIVER = {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent"}


@pytest.mark.parametrize("name", ["a.png", "{}.png", "a.mp4"])
def test_no_driver(run: Call, clip: str, out: Path, name: str) -> None:
    run("render", clip, "-o", out.with_name(name), env=NO_DRIVER).refused(1, *ADVICE)
    assert not list(out.parent.iterdir())


def test_an_opengl_that_is_too_old(run: Call, clip: str, out: Path) -> None:
    run("render", clip, "-o", out, env={"MESA_GL_VERSION_OVERRIDE": "2.1"}).refused(1, "3.3", *ADVICE)


def test_nvidia_capabilities_are_told(run: Call, clip: str, out: Path) -> None:
    answer = run("render", clip, "-o", out, env={**NO_DRIVER, "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"})
    answer.refused(1, "compute,utility", *ADVICE)


def test_no_libegl_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def create(**_: object) -> None:
        raise Exception("libEGL.so not found")  # as glcontext says it

    monkeypatch.setattr(moderngl, "create_standalone_context", create)
    with pytest.raises(bz.GpuError, match=r"libEGL\.so not found.*apt-get install libegl1"):
        bz.Offscreen(8, 8)


def test_colorize_and_demo_words_need_none(run: Call, out: Path) -> None:
    run("demo", "-o", out, env=NO_DRIVER).refused(1, *ADVICE)
    run("demo", "-o", out.with_suffix(".bmp"), env=NO_DRIVER).refused(2, "OUT")


def test_a_size_past_the_limit_gives_its_context_back() -> None:
    for _ in range(200):
        with pytest.raises(bz.GpuError, match="100000"):
            bz.Offscreen(100_000, 8)
    rec = bz.Recording("after")
    rec.log("a", bz.SegmentationImage(np.zeros((2, 2), np.uint8)))
    with bz.Offscreen(2, 2) as screen:
        assert screen.render(rec).shape == (2, 2, 4)


def test_a_picture_that_the_driver_refuses(call: Call, clip: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As llvmpipe does for 16384x16384 with a translucent background, and any GPU that is out of memory."""

    def framebuffer(*_: object, **__: object) -> None:
        raise moderngl.Error("the framebuffer is not complete (UNSUPPORTED)")

    monkeypatch.setattr(moderngl.Context, "framebuffer", framebuffer)
    call("render", clip, "-o", out, "--size", "8x6", "--background", "00000080").refused(1, "8x6")
    assert not list(out.parent.iterdir())
