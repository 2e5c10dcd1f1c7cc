"""What is drawn into, and read back from.

An opaque background needs one 8 bit sRGB target: GL blends in linear light there, and opaque colours come out exactly.
A translucent background leaves premultiplied colours behind, which 8 bits would spoil: then half floats are drawn into
and resolved to straight alpha in one more step.
"""

from __future__ import annotations

import contextlib
import functools
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import moderngl

from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.ingest.errors import GpuError
from blazon.render.cameras import Viewport
from blazon.render.gpu.context import SRGB8_ALPHA8, Gpu
from blazon.render.gpu.program import Program
from blazon.render.layouts import DEFINES
from blazon.render.pictures import ARRAYS, Form, Picture, new_picture

READS_AHEAD = 2  # pictures on their way back from a GPU, while more are drawn


class Target:
    """A picture in GPU memory; row 0 is the top one. is_there : whether it can be read: it was not given away."""

    def __init__(self, gpu: Gpu, width: int, height: int) -> None:
        if max(width, height) > gpu.max_size:
            raise GpuError(
                f"size {width}x{height} is past what {gpu.renderer} can draw; pass at most {gpu.max_size} each way"
            )
        self._gpu = gpu
        self.size = width, height
        with self._refusals():
            self._encoded = gpu.context.texture(self.size, 4, internal_format=SRGB8_ALPHA8)
            self._final = gpu.context.framebuffer([self._encoded], gpu.context.depth_renderbuffer(self.size))
        self._linear: moderngl.Texture | None = None
        self._premultiplied: moderngl.Framebuffer | None = None
        self._resolve: Program | None = None
        self._drawn = self._final
        self._shown: Picture | None = None  # a picture that GL knows nothing of
        self._given: Any = None  # the same, for who reads it first
        self.is_there = True
        self._buffers: deque[moderngl.Buffer] = deque()  # through which pictures come back; none of them is on its way

    def show(self, picture: Picture, given: Any = None) -> None:
        """Be `picture`, uint8 (h, w, 4), sRGB, opaque, of this size; nothing of it is uploaded.

        given : the same in the form in which it will be read first, if there is that already. Where that is `picture`
        itself, nothing is left once it is read.
        """
        self._shown, self._given = None if given is picture else picture, given
        self.is_there = True

    def begin(self, background: int) -> None:
        """Bind and clear; background is packed `0xRRGGBBAA`."""
        self._shown = self._given = None
        self.is_there = True
        red, green, blue, alpha = (background >> shift & 255 for shift in (24, 16, 8, 0))
        target = self._drawn = self._deep() if alpha < 255 else self._final
        target.use()
        target.depth_mask = True
        target.viewport = (0, 0, *self.size)
        linear = [float(LINEAR_OF_SRGB[channel]) * alpha / 255 for channel in (red, green, blue)]
        target.clear(linear[0], linear[1], linear[2], alpha / 255)

    @property
    def holds_bytes(self) -> bool:
        """Whether what is drawn is kept as bytes of sRGB, not as light."""
        return self._drawn is self._final

    def write(self, viewport: Viewport, pixels: Picture) -> None:
        """Replace a part of a picture that holds bytes. pixels : uint8 (h, w, 4), sRGB."""
        self._encoded.write(pixels, viewport=(viewport.x, viewport.y, viewport.width, viewport.height))

    def set_viewport(self, viewport: Viewport) -> None:
        """Draw into a part of the picture alone."""
        self._drawn.viewport = (viewport.x, viewport.y, viewport.width, viewport.height)
        self.clip_to(viewport)

    def clip_to(self, clip: Viewport) -> None:
        """Leave the rest of the picture as it is."""
        self._drawn.scissor = (clip.x, clip.y, clip.width, clip.height)

    @contextlib.contextmanager
    def widened(self, margin_px: float) -> Iterator[None]:
        """Draw with a viewport that is so much wider on each side; nothing more of it is drawn."""
        x, y, width, height = viewport = self._drawn.viewport
        wide = int(margin_px)
        self._drawn.viewport = (x - wide, y - wide, width + 2 * wide, height + 2 * wide)
        try:
            yield
        finally:
            self._drawn.viewport = viewport

    def leave_depth(self, leave: bool) -> None:
        """Say whether what is drawn next hides what lies behind it."""
        self._drawn.depth_mask = leave

    def finish(self) -> None:
        """Make what was drawn readable."""
        self._drawn.scissor = None  # type: ignore[assignment] # moderngl takes None for none
        if self._drawn is self._premultiplied and self._linear is not None and self._resolve is not None:
            context = self._gpu.context
            context.disable(moderngl.BLEND)
            self._final.use()
            self._final.viewport = (0, 0, *self.size)
            self._linear.use(DEFINES["UNIT_IMAGE"])
            self._resolve.set(image=DEFINES["UNIT_IMAGE"])
            self._resolve.draw_bare(moderngl.TRIANGLES, vertices=3)
            context.enable(moderngl.BLEND)

    @property
    def reads_ahead(self) -> int:
        """How many pictures may be on their way back before one is waited for."""
        return 0 if self._gpu.is_software else READS_AHEAD

    def start_reading(self, form: Form = ARRAYS) -> Callable[[], Any]:
        """Begin to bring the picture back, and return what waits for it, to be called once, in order.

        That answers with what `read` does.
        """
        if self._shown is not None or self._given is not None or not self.reads_ahead:
            picture = self.read(form)
            return lambda: picture
        buffer = (
            self._buffers.popleft()
            if self._buffers
            else self._gpu.context.buffer(reserve=4 * self.size[0] * self.size[1])
        )
        self._final.read_into(buffer, components=4)
        return functools.partial(self._fetch, buffer, form)

    def _fetch(self, buffer: moderngl.Buffer, form: Form) -> Any:
        width, height = self.size
        pixels = new_picture(height, width)
        buffer.read_into(pixels)
        self._buffers.append(buffer)
        return form.of(pixels, is_own=True)

    def look(self) -> Picture:
        """Return the picture as `read` does, not to be written to, and only until the next one is drawn."""
        shown: Picture = self._shown if self._shown is not None else self.read()
        return shown

    def read(self, form: Form = ARRAYS) -> Any:
        """Return the picture, sRGB, straight alpha, in a form: uint8 (h, w, 4), a new array, where that is `ARRAYS`."""
        if self._given is not None:
            given, self._given = self._given, None
            self.is_there = self._shown is not None
            return given
        if self._shown is not None:
            return form.of(self._shown, is_own=False)
        width, height = self.size
        pixels = new_picture(height, width)
        self._final.read_into(pixels, components=4)
        return form.of(pixels, is_own=True)

    def _deep(self) -> moderngl.Framebuffer:
        if self._premultiplied is None:
            with self._refusals():
                self._linear = self._gpu.context.texture(self.size, 4, dtype="f2")
                self._linear.filter = (moderngl.NEAREST, moderngl.NEAREST)
                depth = self._gpu.context.depth_renderbuffer(self.size)
                self._premultiplied = self._gpu.context.framebuffer([self._linear], depth)
            self._resolve = self._gpu.program("resolve")
        return self._premultiplied

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except moderngl.Error as error:
            width, height = self.size
            raise GpuError(f"{self._gpu.renderer} can't draw {width}x{height}: {error}; pass a smaller size") from None
