"""The wheel: all that is needed and no tests; and blazon works where it is installed, even if nothing is writable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import blazon as bz

ROOT = Path(__file__).parents[1]
IGNORED = shutil.ignore_patterns(
    ".git", ".venv", "*.egg-info", "build", "out", "__pycache__", ".*_cache", ".hypothesis"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the tree, so that the build leaves nothing here."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "tree", symlinks=True, ignore=IGNORED)
    words = ["pip", "wheel", "--quiet", "--no-deps", "--disable-pip-version-check", "--wheel-dir", folder]
    done = subprocess.run(
        [sys.executable, "-m", *words, folder / "tree"], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_room_is_in_the_wheel(names: set[str]) -> None:
    here = {
        f"blazon/{path.relative_to(ROOT / 'blazon') if room == 'blazon' else path.relative_to(ROOT)}"
        for room in ("blazon", "ingest", "render", "shaders", "benches")
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".glsl", ".typed") and "__pycache__" not in path.parts
    }
    assert here - names == set()
    assert "blazon/py.typed" in names
    assert any(name.startswith("blazon/shaders/") and name.endswith(".glsl") for name in names)
    assert "blazon/ingest/rerun/rrd.py" in names


def test_nothing_else_is_in_the_wheel(names: set[str]) -> None:
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"blazon"}
    assert not [name for name in names if "test" in name or name.endswith((".pyc", ".rrd", ".png"))]


def test_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    assert f"Version: {bz.__version__}\n" in texts["METADATA"]
    assert "blazon = blazon.cli:main" in texts["entry_points.txt"]
    assert "LICENSE" in texts


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with blazon alone in it, in which nothing may be written."""
    folder = tmp_path_factory.mktemp("installed")
    words = ["pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--target", folder, wheel]
    subprocess.run([sys.executable, "-m", *words], check=True, capture_output=True, timeout=300)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A recording by the SDK of today, with a mask of one class and points of another."""
    import rerun as rr

    stream = rr.RecordingStream("app", recording_id="one")
    stream.save(tmp_path / "a.rrd")
    stream.log("a", rr.AnnotationContext([(1, "red", (255, 0, 0))]), static=True)
    stream.log("a/mask", rr.SegmentationImage(np.ones((8, 8), np.uint8)))
    stream.log("a/points", rr.Points2D([[4, 4]], keypoint_ids=[1], class_ids=[1]))
    stream.disconnect()
    return tmp_path / "a.rrd"


def render(installed: Path, source: Path, home: str) -> str:
    """Render with the installed blazon as someone who may write nowhere but in `home`; answers with what it said."""
    before = []
    if os.geteuid() == 0:  # to whom modes mean nothing
        if shutil.which("setpriv") is None:
            pytest.skip("root, and no setpriv")
        before = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all"]
    out = source.with_name("a.png")
    program = "import blazon, sys; from blazon.cli import main; print(blazon.__file__); sys.exit(main(sys.argv[1:]))"
    words = ["render", source, "-o", out, "--size", "8x8"]
    env = {"PYTHONPATH": str(installed), "HOME": home, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [*before, sys.executable, "-c", program, *words],
        cwd=source.parent,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))
    with Image.open(out) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 0, 0)
    return done.stderr


def test_kernels_are_cached_where_the_package_is_read_only(installed: Path, source: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert "compiling" in render(installed, source, str(home))
    assert render(installed, source, str(home)) == ""


def test_no_folder_is_writable(installed: Path, source: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    said = render(installed, source, str(home))
    assert "compiling" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("home", ["/dev/null", "/dev/null/home", "/proc/nobody"])
def test_no_home(installed: Path, source: Path, home: str) -> None:
    assert len(render(installed, source, home).splitlines()) == 1
