"""Points and boxes by PyVista, off-screen: VTK on the OpenGL of EGL, or of a screen where there is one.

What it does besides: it turns its pixels upright. Its points are squares. It has no smooth edges here unless asked: its
own default is multisampling, which doubles its time on Mesa's llvmpipe.

It lives in a process of its own: VTK leaves its context current on the thread it drew on, and wherever it gives an EGL
window back, which it does while it opens one, contexts of others in its process draw wrong pictures from then on, on
other threads too. Arrays cross over in shared memory: a copy in, one out, in its figure.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from blazon.benches.peers.errors import PeerError

if TYPE_CHECKING:
    import pyvista

Floats: TypeAlias = NDArray[np.floating]
Colors: TypeAlias = NDArray[np.uint8]
Boxes: TypeAlias = tuple[Floats, Floats, Floats, Colors]
"""Centers and half sizes, scene units, (m, 3); quaternions, x, y, z, w, (m, 4); RGB, (m, 3)."""
_Look: TypeAlias = tuple[tuple[int, ...], tuple[float, ...], tuple[float, ...], float, tuple[float, ...], bool]
_Answer = TypeVar("_Answer")

POINT_PX, LINE_PX = 3, 2
DEPTHS = (0.1, 1000.0)  # scene units from the eye
CORNERS = np.array(list(itertools.product((-1, 1), repeat=3)), np.float32)
EDGES = [(a, b) for a, b in itertools.combinations(range(8), 2) if (a ^ b).bit_count() == 1]


class PointsPainter:
    """Draws points and boxes, seen from one eye.

    size : pixels, (w, h). eye, target, up : scene units. smooth : with PyVista's own default, multisampling. Raises
    `PeerError` without PyVista, or where it finds no OpenGL.
    """

    def __init__(
        self,
        size: tuple[int, int],
        eye: Sequence[float],
        target: Sequence[float],
        fov_degrees_vertical: float,
        up: Sequence[float] = (0, 0, 1),
        *,
        smooth: bool = False,
    ) -> None:
        _required()
        self._look: _Look = (tuple(size), tuple(eye), tuple(target), fov_degrees_vertical, tuple(up), smooth)
        self._process = ProcessPoolExecutor(1, get_context("spawn"))
        self._memory: SharedMemory | None = None
        try:
            self._said: str = self._ask(_says, self._look)
        except PeerError:
            self.close()
            raise

    def draw(self, positions: NDArray[np.float32], colors: Colors, boxes: Boxes) -> NDArray[np.uint8]:
        """Return a new picture, RGB (h, w, 3), on black. positions : scene units, (n, 3). colors : RGB, (n, 3)."""
        width, height = self._look[0]
        memory = self._room(max(positions.nbytes + colors.nbytes, width * height * 3))
        ends, tints = _views(memory, len(positions))
        ends[:], tints[:] = positions, colors
        self._ask(_draw_shared, self._look, memory.name, len(positions), boxes)
        return np.ndarray((height, width, 3), np.uint8, memory.buf).copy()

    def says(self) -> str:
        """Return its version, and what it draws with."""
        return self._said

    def close(self) -> None:
        """End its process; it cannot draw afterwards."""
        self._process.shutdown()
        self._free()

    def _ask(self, what: Callable[..., _Answer], *words: Any) -> _Answer:
        try:
            return self._process.submit(what, *words).result()
        except BrokenProcessPool:
            raise PeerError("VTK has crashed, or its process was ended") from None

    def _room(self, size: int) -> SharedMemory:
        if self._memory is None or self._memory.size < size:
            self._free()
            self._memory = SharedMemory(create=True, size=size)
        return self._memory

    def _free(self) -> None:
        if self._memory is not None:
            self._memory.close()
            self._memory.unlink()
            self._memory = None


class _Window:
    """The plotter, in the other process."""

    def __init__(self, look: _Look) -> None:
        size, eye, target, fov_degrees_vertical, up, smooth = look
        self.plotter: Any = _opened(size, smooth=smooth)
        self._meshes: dict[str, pyvista.PolyData] = {}
        camera = self.plotter.camera
        camera.position, camera.focal_point, camera.up = eye, target, up
        camera.view_angle = fov_degrees_vertical
        camera.clipping_range = DEPTHS

    def draw(self, positions: Floats, colors: Colors, boxes: Boxes) -> Colors:
        self._show("points", positions, colors)
        self._show("boxes", *box_segments(boxes))
        self.plotter.render()
        picture: Colors = np.asarray(self.plotter.screenshot(return_img=True))
        return picture

    def _show(self, name: str, positions: Floats, colors: Colors) -> None:
        """Swap a mesh's arrays, which spares VTK its cells; a mesh of another size is made anew."""
        mesh = self._meshes.get(name)
        if mesh is not None and mesh.n_points == len(positions):
            mesh.points, mesh.point_data["rgb"] = positions, colors
            return
        self._meshes.pop(name, None)
        self.plotter.remove_actor(name, render=False)
        if len(positions):
            self._meshes[name] = self._added(name, positions, colors)

    def _added(self, name: str, positions: Floats, colors: Colors) -> pyvista.PolyData:
        import pyvista

        mesh = pyvista.PolyData(positions, lines=_pairs(len(positions)) if name == "boxes" else None)
        mesh.point_data["rgb"] = colors
        self.plotter.add_mesh(
            mesh,
            name=name,
            scalars="rgb",
            rgb=True,
            style="wireframe" if name == "boxes" else "points",
            point_size=POINT_PX,
            line_width=LINE_PX,
            lighting=False,
            reset_camera=False,
            render=False,
        )
        return mesh


def box_segments(boxes: Boxes) -> tuple[NDArray[np.float32], Colors]:
    """Return both ends of twelve edges a box, (24 m, 3), and their colours."""
    centers, half_sizes, quaternions, colors = boxes
    x, y, z, w = quaternions.T
    columns = [
        *(1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        *(2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        *(2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    ]
    turns = np.stack(columns, axis=1).reshape(-1, 3, 3)
    corners = (CORNERS * half_sizes[:, None]) @ turns.transpose(0, 2, 1) + centers[:, None]
    ends = corners[:, EDGES].reshape(-1, 3).astype(np.float32, copy=False)
    return ends, np.repeat(colors, 2 * len(EDGES), axis=0)


@functools.cache
def _window(look: _Look) -> _Window:
    """The one window of the other process, opened with its first call."""
    return _Window(look)


@functools.cache
def _memory(name: str) -> SharedMemory:
    """Shared memory of the asking process, which frees it."""
    return SharedMemory(name)


def _says(look: _Look) -> str:
    import pyvista

    version = ".".join(map(str, pyvista.vtk_version_info))
    return f"PyVista {pyvista.__version__}, VTK {version}, {_window(look).plotter.render_window.GetClassName()}"


def _draw_shared(look: _Look, name: str, count: int, boxes: Boxes) -> None:
    """Draw what lies in shared memory, and leave the picture in its place."""
    memory = _memory(name)
    picture = _window(look).draw(*_views(memory, count), boxes)
    np.ndarray(picture.shape, np.uint8, memory.buf)[:] = picture


def _views(memory: SharedMemory, count: int) -> tuple[NDArray[np.float32], Colors]:
    """Positions, and colours behind them, (count, 3)."""
    positions: NDArray[np.float32] = np.ndarray((count, 3), np.float32, memory.buf)
    return positions, np.ndarray((count, 3), np.uint8, memory.buf, positions.nbytes)


def _required() -> None:
    try:
        import pyvista  # noqa: F401 (asked for, used in the other process)
    except ImportError:
        raise PeerError("PyVista is not installed: pip install 'blazon[bench]'") from None


def _pairs(count: int) -> NDArray[np.int64]:
    """Each two points a line, as VTK has cells: how many, then which."""
    return np.insert(np.arange(count).reshape(-1, 2), 0, 2, axis=1).ravel()


def _opened(size: tuple[int, ...], *, smooth: bool) -> Any:
    import pyvista

    with _vtk_quiet():
        plotter: Any = pyvista.Plotter(off_screen=True, window_size=list(size), lighting="none")
        if "OSOpenGL" in plotter.render_window.GetClassName() and ctypes.util.find_library("OSMesa") is None:
            raise PeerError("VTK finds no OpenGL; Mesa's is apt-get install libegl1 libgl1-mesa-dri")  # or it crashes
        plotter.set_background("black")
        if not smooth:
            plotter.disable_anti_aliasing()
        plotter.show(auto_close=False)
    return plotter


@contextlib.contextmanager
def _vtk_quiet() -> Iterator[None]:
    """Without VTK's complaint that there is no screen, before it goes on to EGL."""
    from vtkmodules.vtkCommonCore import vtkLogger

    before = vtkLogger.GetCurrentVerbosityCutoff()
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    try:
        yield
    finally:
        vtkLogger.SetStderrVerbosity(before)
