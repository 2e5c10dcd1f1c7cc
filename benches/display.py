"""A screen without a screen: an X server of our own, whose pixels lie in a file. Asks no library of X for anything."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from blazon.benches.peers.errors import PeerError

NO_SERVER = "Xvfb is not installed: apt-get install xvfb"
ENDS_WITHIN_S, ANSWERS_WITHIN_S = 5.0, 10.0
_WARP_POINTER, _GET_INPUT_FOCUS = 41, 43
_HEAD = struct.Struct(">25I")  # of an XWD file


class Display:
    """An X server; for a `with`. size : pixels of its screen. Raises `PeerError` where there is none.

    name : as `DISPLAY` has it. pixels : what is on the screen at this moment, uint8 (h, w, 3), RGB; it changes.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._ending = contextlib.ExitStack()
        self.name = ""
        self.pixels: NDArray[np.uint8] = np.zeros((0, 0, 3), np.uint8)

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as ending:
            folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="blazon-display-")))
            process, self.name = _started(self._size, folder)
            ending.callback(_end, process)
            self.pixels = _pixels(folder / "Xvfb_screen0")
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def put_pointer(self, x: int, y: int) -> None:
        """Move the pointer, which is in the middle at first, and there would have windows say what is under it.

        Source: X Window System Protocol, version 11, §8 and appendix B.
        """
        with socket.socket(socket.AF_UNIX) as server:
            server.settimeout(ANSWERS_WITHIN_S)
            server.connect(f"/tmp/.X11-unix/X{self.name.removeprefix(':')}")
            server.sendall(struct.pack("<BxHH6x", ord("l"), 11, 0))
            accepted, words = struct.unpack("<BxxxxxH", _received(server, 8))
            said = _received(server, 4 * words)
            if not accepted:
                raise PeerError(f"Xvfb refuses to move the pointer: {said!r}")
            server.sendall(struct.pack("<BxHIIhhHHhh", _WARP_POINTER, 6, 0, _root(said), 0, 0, 0, 0, x, y))
            server.sendall(struct.pack("<BxH", _GET_INPUT_FOCUS, 1))  # it answers once the pointer is there
            _received(server, 32)


def _started(size: tuple[int, int], folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server, and return it with its name once it listens."""
    if shutil.which("Xvfb") is None:
        raise PeerError(NO_SERVER)
    reads, writes = os.pipe()
    # Mesa's Vulkan sends pictures of 24 bits alone, which windows of the viewer on a visual of 32 refuse: those
    # visuals come with Composite
    screen = ["-screen", "0", f"{size[0]}x{size[1]}x24", "-fbdir", str(folder), "-extension", "Composite"]
    # else it begins anew where no window is left, with the pointer in the middle
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writes), *screen, "-nolisten", "tcp", "-noreset"],
        pass_fds=[writes],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writes)
    with os.fdopen(reads) as said:
        number = said.readline().strip()
    if not number:
        _end(process)
        raise PeerError(f"Xvfb does not start, and ends with code {process.returncode}")
    return process, f":{number}"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(ENDS_WITHIN_S)


def _pixels(path: Path) -> NDArray[np.uint8]:
    """The pixels in a file that the server writes while we read. Source: XWDFile.h."""
    with path.open("rb") as file:
        head = _HEAD.unpack(file.read(_HEAD.size))
    size, width, height, row_bytes, colors = head[0], head[4], head[5], head[12], head[19]
    rows = np.memmap(path, np.uint8, "r", offset=size + 12 * colors, shape=(height, row_bytes))
    return np.asarray(rows)[:, : 4 * width].reshape(height, width, 4)[..., 2::-1]


def _root(said: bytes) -> int:
    """The id of the first screen's root window in what a server says of itself, past the first eight bytes."""
    vendor_bytes, formats = struct.unpack_from("<H", said, 16)[0], said[21]
    (root,) = struct.unpack_from("<I", said, 32 + -(-vendor_bytes // 4) * 4 + 8 * formats)
    return int(root)


def _received(server: socket.socket, count: int) -> bytes:
    """Return so many bytes."""
    found = b""
    while len(found) < count:
        part = server.recv(count - len(found))
        if not part:
            raise PeerError("Xvfb says nothing more")
        found += part
    return found
