"""The flags of whatever listens for live streams, and what they mean."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blazon.ingest.live import Live

PORT = 9876  # where the SDK looks
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}


def add_live_flags(parser: argparse.ArgumentParser, policy: str) -> None:
    """Add the flags that say who may send, and what is kept."""
    who = parser.add_argument_group("who may send")
    who.add_argument("--port", metavar="N", default=str(PORT), help="default: %(default)s, where the SDK looks; 0: any")
    who.add_argument("--bind", metavar="ADDRESS", default="127.0.0.1", help="default: %(default)s, this machine alone")
    who.add_argument(
        "--token", metavar="FILE", help="a file with what senders have to say as `authorization: Bearer …`"
    )
    who.add_argument("--tls-cert", metavar="FILE", help="speak TLS; senders use rerun+https://")
    who.add_argument("--tls-key", metavar="FILE", help="the key of that certificate")
    who.add_argument("--insecure", action="store_true", help="with --bind: let anyone send who reaches the port")
    kept = parser.add_argument_group("what is kept")
    kept.add_argument("--save", metavar="FILE", help="a new .rrd that gets all that arrives, readable at any moment")
    kept.add_argument(
        "--memory-limit",
        metavar="SIZE",
        default="75%",
        help="4GB, or 75%% of the machine's (default); past it the oldest temporal data goes; static data, and the"
        " newest of each entity, stay",
    )
    kept.add_argument("--queue-limit", metavar="SIZE", default="256MiB", help="of what waits (default: %(default)s)")
    kept.add_argument(
        "--policy",
        choices=("block", "latest", "drop-oldest"),
        default=policy,
        help="past that limit senders wait (block), or what later chunks replace is dropped (latest), or the oldest"
        " temporal data (drop-oldest); default: %(default)s",
    )


def live_of(arguments: argparse.Namespace) -> Live:
    """Listen as the flags say. Raises `ArgumentError` and `SourceError`."""
    from blazon.ingest.errors import ArgumentError
    from blazon.ingest.live import serve

    if (arguments.tls_cert is None) != (arguments.tls_key is None):
        raise ArgumentError("--tls-cert and --tls-key belong together; give both")
    return serve(
        port=_port(arguments.port),
        address=arguments.bind,
        policy=arguments.policy,
        queue_bytes=size_of(arguments.queue_limit, "--queue-limit"),
        memory_bytes=size_of(arguments.memory_limit, "--memory-limit"),
        save=arguments.save,
        token=_token(arguments.token),
        tls=(arguments.tls_cert, arguments.tls_key) if arguments.tls_cert is not None else None,
        insecure=arguments.insecure,
    )


def say_where(live: Live) -> None:
    """Say, on standard error, where to send."""
    call = "rr.connect_grpc() and rr.spawn()" if live.port == PORT else f'rr.connect_grpc("{live.url}")'
    print(f"blazon: listening on {live.url}, for {call}", file=sys.stderr, flush=True)


def size_of(text: str, flag: str) -> int:
    """Return how many bytes a size is: a number with kB, MB, GB, KiB, MiB or GiB, or a share of the memory."""
    from blazon.ingest.errors import ArgumentError
    from blazon.ingest.memory import SHARE, default_limit

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%|[kmg]?i?b?)", text.strip().lower())
    unit = match[2].removesuffix("b") if match is not None else "?"
    if match is None or (unit != "%" and unit not in UNITS):
        raise ArgumentError(f"{flag} is {text!r}; give a size such as 512MiB, 4GB or 75%")
    number = float(match[1])
    size = int(default_limit() / SHARE * number / 100) if unit == "%" else int(number * UNITS[unit])
    if size < 1 or (unit == "%" and number > 100):
        raise ArgumentError(f"{flag} is {text!r}; give a size such as 512MiB, 4GB or 75%")
    return size


def _port(text: str) -> int:
    from blazon.ingest.errors import ArgumentError

    if not re.fullmatch(r"\d{1,5}", text) or int(text) > 65535:
        raise ArgumentError(f"--port is {text!r}; give 0 to 65535, 0 for any that is free")
    return int(text)


def _token(path: str | None) -> str | None:
    from blazon.ingest.errors import SourceError

    if path is None:
        return None
    try:
        token = Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise SourceError(f"{path} can't be read as a token: {error}; give a file of one line of ASCII") from None
    if not token or not token.isprintable():
        raise SourceError(f"{path} holds no token; give a file of one line of ASCII")
    return token
