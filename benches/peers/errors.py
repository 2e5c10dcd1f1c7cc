"""What goes wrong with peers."""

from __future__ import annotations


class PeerError(Exception):
    """The peer is missing, or fails; the message is a line that says why."""
