"""What can be measured, by name, and one run of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from blazon.benches import colorize, film, jobs, live, live_latency, many, rounds, sizes, start, window, words
from blazon.benches.harness import Section
from blazon.benches.machine import machine
from blazon.benches.report import Report
from blazon.benches.scenes import SCENES
from blazon.ingest.errors import ArgumentError

Bench = Callable[[int, bool], Iterable[Section]]
"""Takes the number of timed runs, and whether peers take part."""


def benches() -> dict[str, Bench]:
    """Return every bench by name, in the order in which they run."""
    found: dict[str, Bench] = {"colours": lambda repeat, peers: colorize.run(repeat, peers=peers)}
    for scene in SCENES:
        found[scene.name] = partial(_contest, scene.name)
    found["many"] = lambda repeat, _peers: many.run(repeat)
    found["words"] = lambda repeat, _peers: words.run(repeat)
    found["sizes"] = lambda repeat, _peers: sizes.run(repeat)
    found["start"] = lambda repeat, _peers: start.run(repeat)
    found["live"] = lambda repeat, peers: [*live.run(repeat, peers=peers), *live_latency.run(repeat)]
    found["film"] = lambda repeat, peers: film.run(repeat, peers=peers)
    found["jobs"] = lambda repeat, _peers: jobs.run(repeat)
    found["window"] = lambda repeat, peers: window.run(repeat, peers=peers)
    return found


def chosen(given: str | None) -> list[str]:
    """Return the names in `given`, separated by commas; None: all. Raises `ArgumentError` for one that there is not."""
    known = list(benches())
    names = known if given is None else [each.strip() for each in given.split(",")]
    for name in names:
        if name not in known:
            raise ArgumentError(f"--scenes names {name!r}; give some of {','.join(known)}")
    return names


def run(
    names: Sequence[str], repeat: int, *, peers: bool = True, tell: Callable[[str], None] = lambda _name: None
) -> Report:
    """Run benches, `repeat` timed runs of each thing or fewer where they are slow; `tell` hears what begins."""
    return Report(machine(), list(_sections(names, repeat, peers, tell)))


def _sections(names: Sequence[str], repeat: int, peers: bool, tell: Callable[[str], None]) -> Iterator[Section]:
    known = benches()
    for name in names:
        tell(name)
        yield from known[name](repeat, peers)


def _contest(name: str, repeat: int, peers: bool) -> Iterator[Section]:
    scene = next(each for each in SCENES if each.name == name)
    return rounds.run(scene, repeat, peers=peers)
