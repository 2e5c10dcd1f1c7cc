"""What an import costs, counted in modules and not in seconds; and the public names."""

from __future__ import annotations

import subprocess
import sys

import pytest

import blazon as bz
from tests.blazon.conftest import environment

HEAVY = ["numpy", "moderngl", "numba", "pyarrow", "glfw", "PIL", "rerun", "av", "grpc", "imgui_bundle", "ray", "cv2"]
NAMES = [
    "AnnotationContext",
    "AnnotationInfo",
    "ClassDescription",
    "SegmentationImage",
    "Image",
    "EncodedImage",
    "Points2D",
    "Boxes2D",
    "DepthImage",
    "LineStrips2D",
    "Clear",
    "Recording",
    "load",
    "Offscreen",
    "colorize",
    "Box2DFormat",
    "BlazonError",
    "ArgumentError",
    "ShapeError",
    "DtypeError",
    "SourceError",
    "NotInRecordingError",
    "NothingToDrawError",
    "GpuError",
    "BlazonWarning",
    "__version__",
]


def loaded_by(program: str) -> list[str]:
    """Which of the heavy modules, and which of blazon's own, a process has loaded after `program`."""
    tell = f"\nimport sys\nprint(*(n for n in sys.modules if n in {HEAVY} or n.startswith('blazon.')), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program + tell], capture_output=True, text=True, check=True, env=environment()
    )
    return done.stderr.split()


def test_import_blazon_loads_nothing_else() -> None:
    assert loaded_by("import blazon") == []


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["render", "--help"], ["info", "--help"], ["nope"]], ids=str
)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    program = (
        f"from blazon.cli import main\ntry: main({words})\nexcept SystemExit: pass\nimport os\nos.sys.stderr.flush()"
    )
    assert not set(loaded_by(program)) & set(HEAVY)


def test_a_bad_word_opens_no_gpu_and_no_recording() -> None:
    loaded = loaded_by("from blazon.cli import main\nmain(['render', 'x.rrd', '-o', 'a.png', '--size', '0x0'])")
    assert not set(loaded) & {"moderngl", "pyarrow", "PIL", "rerun"}


def test_a_recording_of_our_own_needs_no_gpu_and_no_arrow() -> None:
    loaded = loaded_by("import blazon\nrec = blazon.Recording()\nrec.log('a', blazon.Points2D([[1, 1]]))")
    assert not set(loaded) & {"moderngl", "pyarrow", "PIL", "rerun", "numba"}


def test_colorize_needs_no_gpu() -> None:
    program = "import blazon, numpy\nblazon.colorize(numpy.zeros((2, 2), 'u1'), blazon.AnnotationContext([]))"
    assert not set(loaded_by(program)) & {"moderngl", "pyarrow", "rerun", "glfw"}


@pytest.mark.parametrize("name", NAMES)
def test_public_names(name: str) -> None:
    assert name in bz.__all__
    assert name in dir(bz)
    assert getattr(bz, name) is getattr(bz, name)


def test_all_is_complete_and_resolves() -> None:
    assert len(set(bz.__all__)) == len(bz.__all__)
    assert all(hasattr(bz, name) for name in bz.__all__)
    assert not [name for name in dir(bz) if name not in bz.__all__]


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="nope"):
        _ = bz.nope
    assert not hasattr(bz, "__wrapped__")  # what doctest and inspect ask of any module


def test_a_star_import() -> None:
    assert "blazon.render.offscreen" in loaded_by("from blazon import *\nOffscreen")
