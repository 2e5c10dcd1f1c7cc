"""Videos that belong elsewhere: written on this machine's own disk, and sent once they are whole."""

from __future__ import annotations

import shutil
import tempfile
from fractions import Fraction
from pathlib import Path

from blazon.ingest import remote
from blazon.ingest.errors import BlazonError, SourceError
from blazon.render import files
from blazon.render.encoding.formats import Encoding
from blazon.render.encoding.videos import VideoWriter


class SentVideo(VideoWriter):
    """Writes a video on this machine's own disk, and sends it to where it belongs once it is whole.

    name : a path, or a URL. mark : see `files.sweep`. The rest is as for `VideoWriter`.
    """

    def __init__(
        self, name: str, size: tuple[int, int], encoding: Encoding, rate: Fraction | None, *, mark: str
    ) -> None:
        if remote.is_url(name):
            remote.check_writable(name)
        self._folder = Path(tempfile.mkdtemp(prefix="blazon-"))
        folder, _, last = name.rpartition("/")
        super().__init__(self._folder / last, size, encoding, rate)
        self.partial_name = f"{folder}/{self.partial.name}" if folder else self.partial.name
        self._name, self._mark = name, mark

    def close(self) -> None:
        """Make it whole, and send it. Raises `SourceError`, which tells where it lies if it can't be sent."""
        super().close()
        try:
            files.send_whole(self.path, self._name, self._mark)
            files.remove(self.partial_name)
        except BlazonError as error:
            raise SourceError(f"{error}; the video is whole, and kept as {self.path}") from error
        shutil.rmtree(self._folder, ignore_errors=True)

    def _leave(self) -> None:
        if self.path.exists():  # it could not be sent
            self.partial_name = str(self.path)
            return
        super()._leave()
        if self.count:
            try:
                files.send_whole(self.partial, self.partial_name, self._mark)
            except BlazonError:  # then it is told where it lies
                self.partial_name = str(self.partial)
                return
        shutil.rmtree(self._folder, ignore_errors=True)


def video_writer(
    name: str, size: tuple[int, int], encoding: Encoding, rate: Fraction | None, mark: str = ""
) -> VideoWriter:
    """Return what writes a video to a path or a URL; the rest is as for `VideoWriter`. Raises `SourceError`.

    mark : see `files.sweep`. What has one is written on this machine's own disk, as for a URL, and then sent: another
    machine may be at the same video.
    """
    if remote.is_url(name) or mark:
        return SentVideo(name, size, encoding, rate, mark=mark)
    with files.refusals(name):
        path = files.writable(name)
    return VideoWriter(path, size, encoding, rate)
