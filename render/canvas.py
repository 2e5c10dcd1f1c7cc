"""The picture in a window: a shot becomes pixels, on the window's own GPU; nothing where nothing changed."""

from __future__ import annotations

import time as clock

import numpy as np
from numpy.typing import NDArray

from blazon.render.frame import FrameRenderer
from blazon.render.gpu.context import Gpu
from blazon.render.gpu.targets import Target
from blazon.render.labels import Memory
from blazon.render.scene import Scene, SceneBuilder
from blazon.render.shot import Shot
from blazon.render.views import View


class Canvas:
    """Draws shots of changing sizes. scene, shot : of the last picture. build_ms, draw_ms : what it took."""

    def __init__(self, gpu: Gpu) -> None:
        self._gpu = gpu
        self._builder = SceneBuilder(splats=gpu.is_software)
        self._frames = FrameRenderer(gpu)
        self._target: Target | None = None
        self._memory = Memory()
        self.scene: Scene | None = None
        self.shot: Shot | None = None
        self.build_ms = self.draw_ms = 0.0

    def views(self, shot: Shot) -> list[View]:
        """Return all views that there are to show. Raises `BlazonError`."""
        return self._builder.views(shot)

    def begin(self, shot: Shot) -> bool:
        """Have the picture of a shot drawn, and say whether it is another than the last. Raises `BlazonError`.

        It is on its way then: there is time for other things until `finish`.
        """
        begun = clock.perf_counter()
        scene = self._builder.build(shot, self._memory)
        self.shot = shot
        if scene is self.scene:
            return False
        built = clock.perf_counter()
        size = shot.look.width, shot.look.height
        if self._target is None or self._target.size != size:
            self._target = None
            self._target = Target(self._gpu, *size)
        self.scene = None  # until it is whole
        self._frames.draw(scene, self._target)
        self.scene = scene
        self.build_ms, self.draw_ms = 1e3 * (built - begun), 1e3 * (clock.perf_counter() - built)
        return True

    def finish(self) -> NDArray[np.uint8]:
        """Return the picture that was begun last, uint8 (h, w, 4), not to be written to; it stays until the next."""
        assert self._target is not None
        begun = clock.perf_counter()
        pixels = self._target.look()
        self.draw_ms += 1e3 * (clock.perf_counter() - begun)
        return pixels

    def clear(self) -> None:
        """Forget the last picture."""
        self.scene = self.shot = None
