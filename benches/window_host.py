"""The window of `blazon view`, which also answers each line it reads with what its stream says, as JSON in its log.

`python -m blazon.benches.window_host SIZE STATE`. STATE : a file that says what is shown, written anew for each frame.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
from collections.abc import Sequence

from blazon.ingest.live import Live, serve
from blazon.render.playback import Playback
from blazon.render.shot import make_look
from blazon.render.show import open_window
from blazon.render.viewer import Viewer

SAYS = "it says: "


def main(words: Sequence[str]) -> None:
    """Show the window until it is closed."""
    gc.set_threshold(100_000)  # as the command does
    size, state = words
    width, height = map(int, size.split("x"))
    with serve(port=0, policy="latest") as live:
        print(f"blazon: listening on {live.url}, for a bench", flush=True)
        threading.Thread(target=_answer, args=[live], daemon=True).start()
        viewer = Viewer([], live, make_look(width, height), Playback())
        open_window(viewer, live, (width, height), state).run()


def _answer(live: Live) -> None:
    for _ in sys.stdin:
        print(SAYS + json.dumps(live.stats().as_json()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
