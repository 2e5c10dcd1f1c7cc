"""What was compiled before is loaded only while nothing that it was compiled from has changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from blazon.render.kernels import compiled

FOLDER = Path(compiled.__file__).parent

ASK = """
import numpy as np
from blazon.render.kernels.tiles import SIDE, begin_tiles
out, depths = np.zeros((64, 64), np.uint32), np.zeros((64, 64), np.float32)
tiles = np.zeros((64 // SIDE, 64 // SIDE), np.uint8)
tiles[0, 0] = 1
begin_tiles(np.zeros((0, 0), np.uint32), np.zeros((0, 0), np.float32), np.uint32(1), tiles, 0, depths, out)
print(out.sum())
"""


def test_the_stamp_changes_with_any_file(tmp_path: Path) -> None:
    copied = tmp_path / "kernels"
    shutil.copytree(FOLDER, copied, ignore=shutil.ignore_patterns("__pycache__"))
    assert compiled.sources_stamp(copied) == compiled.sources_stamp(FOLDER)
    with (copied / "tiles.py").open("a") as file:
        file.write("\n")
    compiled.sources_stamp.cache_clear()
    assert compiled.sources_stamp(copied) != compiled.sources_stamp(FOLDER)


def test_a_kernel_is_compiled_again_when_a_file_beside_its_own_changes(tmp_path: Path) -> None:
    package = tmp_path / "blazon"
    shutil.copytree(FOLDER.parents[1], package, ignore=shutil.ignore_patterns("__pycache__", "benches"))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def ask() -> int:
        done = subprocess.run(
            [sys.executable, "-c", ASK], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    assert ask() == ask()
    stroke = package / "render" / "kernels" / "strokes.py"
    known = set((tmp_path / "cache").rglob("*.nbc"))
    stamps = {path: path.stat().st_mtime_ns for path in known}
    assert known
    stroke.write_text(stroke.read_text() + "\n")  # which `begin_tiles` knows nothing of
    ask()
    assert any(path.stat().st_mtime_ns != stamps.get(path) for path in (tmp_path / "cache").rglob("*.nbc"))
