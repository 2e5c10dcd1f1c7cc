"""The way to a cluster: bounded, and without Ray's own words on the terminal."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

from blazon.ingest.errors import ClusterError
from blazon.render.cluster.address import check_address, check_answers

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """Give Ray, connected to the cluster at an address, for as long as this lasts.

    address : `auto`, HOST:PORT of the cluster's head, from a node of it, or ray://HOST:PORT from anywhere. Raises
    `ArgumentError`, and `ClusterError` within about a minute where there is none.
    """
    check_address(address)
    ray = _ray()
    check_answers(address)
    try:
        with _own_sigterm():
            ray.init(address=address, log_to_driver=False, logging_level=logging.CRITICAL)
    except Exception as error:  # of many kinds, private ones among them
        reason = " ".join(str(error).split())
        raise ClusterError(f"the Ray cluster at {address} can't be used: {reason}") from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _ray() -> Any:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError:
        raise ClusterError("--ray needs Ray, which is not installed; run: pip install 'blazon[cluster]'") from None
    return ray


@contextlib.contextmanager
def _own_sigterm() -> Iterator[None]:
    """Keep what SIGTERM does: Ray takes it for itself, and would end without a word."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)
