"""Two runs side by side: the medians of an older one, kept as JSON, against those of this one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from blazon.benches.report import STAGES, Report
from blazon.ingest.errors import SourceError

Medians = dict[tuple[str, str], float]


def read_report(path: Path) -> Mapping[str, Any]:
    """Return what `blazon bench --json` printed into a file. Raises `SourceError` for what is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}; give a file of `blazon bench --json`") from None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("sections"), list):
        raise SourceError(f"{path} is no report; give a file of `blazon bench --json`")
    return found


def compared(old: Mapping[str, Any], new: Report) -> str:
    """Return old and new medians with their ratio, above 1 where it takes longer now, and what else is different."""
    lines = list(_differing_machines(old.get("machine", {}), new.machine))
    before, now = medians(old), medians(new.as_json())
    lines += [f"{'':54} {'old':>10} {'new':>10}   new / old"]
    for key, median in now.items():
        if key in before:
            ratio = f"{median / before[key]:9.2f} x" if before[key] > 0 else f"{'-':>9}"
            lines.append(f"{': '.join(key)[:54]:54} {before[key]:10.3f} {median:10.3f} {ratio}")
    only = [": ".join(key) for key in now if key not in before]
    return "\n".join([*lines, *(f"new here: {each}" for each in only)])


def medians(report: Mapping[str, Any]) -> Medians:
    """Return the medians of a report, milliseconds, by section and by what was timed."""
    found: Medians = {}
    for section in report["sections"]:
        name = section.get("name") or section.get("title", "")
        for each in section.get("timings", ()):
            found[name, each["name"]] = float(each["median_ms"])
        stages = section.get("stages") or {}
        for stage in STAGES:
            if f"{stage}_ms" in stages:
                found[name, f"stage {stage}"] = float(stages[f"{stage}_ms"])
    return found


def _differing_machines(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    differing = [name for name in new if old.get(name) != new[name]]
    if not differing:
        yield "the same machine, as far as it says"
        return
    yield "NOT the same machine: no ratio below is a change of blazon's alone"
    for name in differing:
        yield f"  {name}: {old.get(name, 'not said')} -> {new[name]}"
