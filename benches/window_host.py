"""`blazon view` itself, which also answers each line it reads with what its stream says, as JSON on a line of its log.

`python -m blazon.benches.window_host SOURCE …` takes the words of `blazon view`.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from unittest import mock

from blazon import cli
from blazon.commands import live_options
from blazon.ingest.live import Live

SAYS = "it says: "


def main() -> int:
    """Show the window until it is closed, and return the exit code."""
    known = live_options.live_of

    def live_of(arguments: argparse.Namespace) -> Live:
        live = known(arguments)
        threading.Thread(target=_answer, args=[live], daemon=True).start()
        return live

    with mock.patch.object(live_options, "live_of", live_of):
        return cli.main(["view", *sys.argv[1:]])


def _answer(live: Live) -> None:
    for _ in sys.stdin:
        print(SAYS + json.dumps(live.stats().as_json()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
