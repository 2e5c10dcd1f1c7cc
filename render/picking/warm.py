"""Has the kernels that find things compiled before somebody points at something: that takes seconds, once a machine."""

from __future__ import annotations

import threading

import numpy as np

from blazon.ingest.archetypes import LineStrips2D, Points2D
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.render.picking.picker import Picker
from blazon.render.scene import SceneBuilder
from blazon.render.shot import Shot, make_look


def warm_up() -> threading.Thread:
    """Do so on a thread of its own, which is returned."""
    thread = threading.Thread(target=_pick, name="blazon-warm-up", daemon=True)
    thread.start()
    return thread


def _pick() -> None:
    """Point at something."""
    recording = Recording("warm-up")
    recording.log("points", Points2D(np.zeros((2, 2))), static=True)
    recording.log("lines", LineStrips2D([[[0, 0], [1, 1]]]), static=True)
    shot = Shot(recording, At(None), make_look(8, 8))
    Picker().pick(shot, SceneBuilder().build(shot), 4, 4)
