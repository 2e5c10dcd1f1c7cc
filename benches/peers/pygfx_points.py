"""Points and boxes by pygfx, off-screen: wgpu on Vulkan, which is Mesa's lavapipe where there is no GPU.

What it does besides: it draws into a texture of its own before the canvas's, and wants colours as floats, which are
made here, in its time. Its points are discs, two triangles each. It has no smooth edges here unless asked: its own
default is twice the pixels along each side, and two filters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.benches.peers.errors import PeerError
from blazon.benches.peers.pyvista_points import DEPTHS, LINE_PX, POINT_PX, Boxes, Colors, Floats, box_segments

PLAIN = {"pixel_scale": 1, "ppaa": "none", "pixel_filter": "nearest"}


class PointsPainter:
    """Draws points and boxes, seen from one eye.

    size : pixels, (w, h). eye, target, up : scene units. smooth : with pygfx's own defaults. Raises `PeerError`
    without pygfx, or where it finds no Vulkan.
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
        self._canvas, self._renderer = _opened(size, {} if smooth else PLAIN)
        self._failure: Exception | None = None
        self._canvas.request_draw(self._render)
        self._gfx = _gfx()
        self._scene = self._gfx.Scene()
        self._scene.add(self._gfx.Background.from_color("#000"))
        self._shown: dict[str, Any] = {}
        self._camera = self._gfx.PerspectiveCamera(
            _fov_degrees(fov_degrees_vertical, size[0] / size[1]), size[0] / size[1], depth_range=DEPTHS
        )
        self._camera.world.reference_up, self._camera.world.position = tuple(up), tuple(eye)
        self._camera.look_at(tuple(target))

    def draw(self, positions: NDArray[np.float32], colors: Colors, boxes: Boxes) -> NDArray[np.uint8]:
        """Return a new picture, RGB (h, w, 3), on black. positions : scene units, (n, 3). colors : RGB, (n, 3)."""
        self._show("points", positions, colors)
        self._show("boxes", *box_segments(boxes))
        picture = self._canvas.draw()
        if self._failure is not None:
            raise PeerError(f"pygfx does not draw: {_first_line(self._failure)}") from self._failure
        rgb: NDArray[np.uint8] = np.asarray(picture)[..., :3]
        return rgb

    def says(self) -> str:
        """Return its version, and the adapter it draws with."""
        import wgpu

        adapter = self._renderer.device.adapter.info
        kind, name = adapter["backend_type"], adapter["device"]
        return f"pygfx {self._gfx.__version__}, wgpu {wgpu.__version__}, {kind} on {name}"

    def close(self) -> None:
        """Give its canvas back; it cannot draw afterwards."""
        self._canvas.close()

    def _render(self) -> None:
        """Draw into the canvas, which would log what goes wrong and answer with a black picture."""
        try:
            self._renderer.render(self._scene, self._camera)
        except Exception as error:
            self._failure = error

    def _show(self, name: str, positions: Floats, colors: Colors) -> None:
        """Swap a geometry's data; one of another size is made anew."""
        shown = self._shown.get(name)
        if shown is not None and shown.geometry.positions.nitems == len(positions):
            shown.geometry.positions.set_data(positions)
            _as_floats(colors, shown.geometry.colors.data)
            shown.geometry.colors.update_full()
            return
        if shown is not None:
            self._scene.remove(self._shown.pop(name))
        if len(positions):
            self._shown[name] = self._made(name, positions, colors)
            self._scene.add(self._shown[name])

    def _made(self, name: str, positions: Floats, colors: Colors) -> Any:
        floats = _as_floats(colors, np.empty(colors.shape, np.float32))
        geometry = self._gfx.Geometry(positions=self._gfx.Buffer(positions), colors=self._gfx.Buffer(floats))
        if name == "boxes":
            lines = self._gfx.LineSegmentMaterial(thickness=LINE_PX, color_mode="vertex", aa=False)
            return self._gfx.Line(geometry, lines)
        return self._gfx.Points(geometry, self._gfx.PointsMaterial(size=POINT_PX, color_mode="vertex", aa=False))


def _opened(size: tuple[int, int], options: dict[str, Any]) -> tuple[Any, Any]:
    """Return a canvas and its renderer."""
    gfx = _gfx()
    from rendercanvas.offscreen import OffscreenRenderCanvas

    canvas = OffscreenRenderCanvas(size=size, pixel_ratio=1)
    try:
        return canvas, gfx.WgpuRenderer(canvas, **options)
    except RuntimeError as error:
        canvas.close()
        advice = "Mesa's Vulkan is apt-get install mesa-vulkan-drivers"
        raise PeerError(f"wgpu opens no device: {_first_line(error)}; {advice}") from None


def _gfx() -> Any:
    try:
        import pygfx
    except ImportError as error:
        raise PeerError(f"{error.name or 'pygfx'} is not installed: pip install 'blazon[bench]'") from None
    return pygfx


def _fov_degrees(vertical: float, aspect: float) -> float:
    """What pygfx calls so: of the mean of width and height."""
    return math.degrees(2 * math.atan(math.tan(math.radians(vertical) / 2) * (1 + aspect) / 2))


def _as_floats(colors: Colors, out: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.multiply(colors, np.float32(1 / 255), out=out)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
