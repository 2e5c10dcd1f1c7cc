"""What a window shows, and what its user chose: recordings, time, framings, what is hidden. No window, no GL."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.live import Live
from blazon.ingest.recording import Recording
from blazon.render.cameras import Bounds
from blazon.render.cameras3d import Eye
from blazon.render.class_choices import ClassChoices, ClassName, Override
from blazon.render.panes import Key
from blazon.render.playback import Playback
from blazon.render.scene import ViewFrame
from blazon.render.settings import Remembered, Settings
from blazon.render.shot import Look, Places, Shot


@dataclass(slots=True)
class Choices:
    """What a user chose for one recording. framings : what views show. moved : those that the user moved.

    shape : of the recording, when the others were fitted.
    """

    playback: Playback
    framings: dict[Key, Bounds | Eye] = field(default_factory=dict)
    moved: set[Key] = field(default_factory=set)
    shape: int = -1
    hidden: set[EntityPath] = field(default_factory=set)


class Viewer:
    """What a window shows. recordings : from files. live : whose recordings are shown as well, the newest first.

    look : what the command line asked for. settings : what is remembered of applications. hidden_classes,
    only_classes : whatever the recording; ids and labels alone are of the command line. mask_share : of their opacity
    that masks have.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        live: Live | None,
        look: Look,
        playback: Playback,
        settings: Settings | None = None,
    ) -> None:
        self._files = list(recordings)
        self._live, self._look, self._playback = live, look, playback
        self._names: weakref.WeakKeyDictionary[Recording, str] = weakref.WeakKeyDictionary()  # of files
        self._chosen: Recording | None = None
        self._passed: weakref.WeakSet[Recording] = weakref.WeakSet()  # what else there was when it was chosen
        self._choices: weakref.WeakKeyDictionary[Recording, Choices] = weakref.WeakKeyDictionary()
        self.settings = settings or Settings()
        self.hidden_classes: set[int | str | ClassName] = {*look.classes.hide}
        self.only_classes: set[int | str | ClassName] = {*look.classes.only}
        self.mask_share = 1.0

    @property
    def recordings(self) -> list[Recording]:
        """All that can be shown: live ones first, the newest before the others."""
        live = list(self._live.recordings) if self._live is not None else []
        return [*live, *self._files]

    @property
    def recording(self) -> Recording | None:
        """The one that is shown: what the user chose, until a program starts after that, or else the newest."""
        found = self.recordings
        if self._chosen in found and (found[0] is self._chosen or found[0] in self._passed):
            return self._chosen
        return found[0] if found else None

    @property
    def choices(self) -> Choices:
        """What was chosen for the recording that is shown."""
        recording = self.recording
        if recording is None:
            return Choices(replace(self._playback))
        known = self._choices.get(recording)
        if known is None:
            playback = replace(self._playback)
            if self._live is not None and recording in self._live.recordings:
                playback.is_following = playback.time is None
            known = self._choices[recording] = Choices(playback)
        return known

    @property
    def playback(self) -> Playback:
        """Which time is shown."""
        return self.choices.playback

    def open(self, recording: Recording, name: str = "") -> None:
        """Show one more recording, of a file. name : of that."""
        self._files.append(recording)
        self.name(recording, name)
        self.choose(recording)

    def name(self, recording: Recording, name: str) -> None:
        """Say of which file a recording is."""
        self._names[recording] = name

    def origin(self, recording: Recording) -> str:
        """Return where a recording comes from: the name of its file, if that is known, or `live`."""
        return self._names.get(recording, "") if any(each is recording for each in self._files) else "live"

    def choose(self, recording: Recording | None) -> None:
        """Show a recording, until a program begins another one; None: the newest, whichever it is."""
        self._chosen, self._passed = recording, weakref.WeakSet(self.recordings)

    def close(self, recording: Recording) -> None:
        """Show a recording no longer, and let go of what it holds."""
        if self._live is not None:
            self._live.forget(recording)
        self._chosen = None if self._chosen is recording else self._chosen
        self._files = [each for each in self._files if each is not recording]

    @property
    def remembered(self) -> Remembered:
        """What is remembered of the application that is shown."""
        recording = self.recording
        return self.settings.of(recording.application_id if recording is not None else "")

    def shot(self, width: int, height: int, px_per_point: float, places: Places | None = None) -> Shot | None:
        """Return the picture to draw; None where nothing is there yet. places : where each view lies; None: a grid."""
        recording = self.recording
        if recording is None or (not recording.timelines() and not recording.entities()):
            return None
        choices = self.choices
        if choices.shape != recording.shape:
            choices.shape = recording.shape
            choices.framings = {key: shown for key, shown in choices.framings.items() if key in choices.moved}
        look = replace(
            self._look,
            width=width,
            height=height,
            px_per_point=px_per_point,
            fitted=dict(choices.framings) or None,
            hidden=frozenset(choices.hidden),
            mask_share=self.mask_share,
            counts=True,
            bounds=None if choices.framings else self._look.bounds,  # that is where views begin
            classes=ClassChoices(
                frozenset(self.hidden_classes),
                frozenset(self.only_classes),
                frozenset(Override(*part, color) for part, color in self.remembered.colors.items()),
            ),
            places=places,
            legend=False,  # there is a panel of it
        )
        return Shot(recording, choices.playback.at(recording), look)

    def keep_framings(self, shot: Shot, frames: Sequence[ViewFrame]) -> None:
        """Go on showing in each view what it showed, until more kinds of things come."""
        choices = self.choices
        if shot.recording is not self.recording:
            return
        for frame in frames:
            shown = frame.eye or frame.bounds
            if shown is not None:
                choices.framings.setdefault(frame.view.key, shown)

    def frame(self, key: Key, shown: Bounds | Eye | None) -> None:
        """Have a view show something; None: all there is."""
        choices = self.choices
        choices.framings.pop(key, None)
        choices.moved.discard(key)
        if shown is not None:
            choices.framings[key] = shown
            choices.moved.add(key)

    def hides(self, name: ClassName) -> bool:
        """Whether a class is hidden, by its id, its label or both."""
        means = {name, *name}
        return bool(means & self.hidden_classes or (self.only_classes and not means & self.only_classes))

    def toggle_class(self, name: ClassName) -> None:
        """Hide a class, or show it."""
        means = {name, *name}
        if not self.hides(name):
            self.hidden_classes.add(name)
            return
        self.hidden_classes -= means
        if self.only_classes and not means & self.only_classes:
            self.only_classes.add(name)

    def solo_class(self, name: ClassName) -> None:
        """Show a class alone, or all of them again."""
        self.only_classes = set() if self.only_classes == {name} else {name}

    def show_all_classes(self) -> None:
        """Hide none, not even those that the command line named."""
        self.hidden_classes, self.only_classes = set(), set()

    def recolor(self, name: ClassName, keypoint: int, color: int | None) -> None:
        """Give a class, or a keypoint of it, a colour, packed; None: its own again. keypoint : −1: the class itself."""
        colors = self.remembered.colors
        if color is None:
            colors.pop((name, keypoint), None)
        else:
            colors[name, keypoint] = color

    def toggle_entity(self, entity: EntityPath) -> None:
        """Hide an entity and what lies below it, or show it."""
        self.choices.hidden ^= {entity}
