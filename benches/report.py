"""All benches of one run, as data and as text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from blazon.benches.harness import Claim, Section, Stages, Timing

STAGES = ("decode", "build", "upload", "draw", "read")


@dataclass(frozen=True, slots=True)
class Report:
    """All benches of one run, and the machine they ran on."""

    machine: dict[str, str]
    sections: list[Section]

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def as_text(self) -> str:
        """Return tables to read."""
        lines = [f"{name}: {value}" for name, value in self.machine.items()]
        for section in self.sections:
            lines += ["", *section_lines(section)]
        return "\n".join(lines)

    def as_markdown(self) -> str:
        """Return tables for a README: of the claims, of the cost against the size, of the stages."""
        made_on = f"{self.machine['machine']}; {self.machine['OpenGL']}; {self.machine['versions']}."
        tables = (_markdown_of_claims, _markdown_of_sizes, _markdown_of_stages)
        texts = [made_on, *("\n".join(table(self.sections)) for table in tables)]
        return "\n\n".join(text for text in texts if text)


def section_lines(section: Section) -> list[str]:
    """Return a section, line by line."""
    lines = [f"{section.name}: {section.title}", *map(_timing_line, section.timings)]
    lines += map(_claim_line, section.claims)
    if section.stages:
        lines += [f"  stages: {text}" for text in stage_texts(section.stages)]
    return [*lines, *(f"  {note}" for note in section.notes)]


def stage_texts(stages: Stages) -> list[str]:
    """Return stages as three lines."""
    each = [f"{name} {getattr(stages, f'{name}_ms'):.2f}" for name in STAGES]
    megabytes = stages.uploaded_bytes / 1e6
    memory = f"; {stages.peak_mib:,.0f} MiB at the peak" if stages.peak_mib else ""
    return [
        f"{', '.join(each)} ms; the first frame's data {stages.open_ms:.2f} ms; a frame again {stages.again_ms:.2f} ms",
        f"{megabytes:.2f} MB in {stages.uploads} uploads, {stages.draws} draw calls",
        f"{stages.python_calls:,} calls of Python functions{memory}",
    ]


def _timing_line(timing: Timing) -> str:
    spread = f"{timing.low_ms:.3f} to {timing.high_ms:.3f}"
    return f"  {timing.name:48} {timing.median_ms:10.3f} ms   ({spread})"


def _claim_line(claim: Claim) -> str:
    return f"  {claim.what:48} {claim.ratio:10.2f} {claim.unit}{_wanted(claim)}"


def _wanted(claim: Claim) -> str:
    if claim.wanted is None:
        return ""
    bound = "at most" if claim.at_most else "at least"
    return f"    wanted: {bound} {claim.wanted:g}, {'holds' if claim.holds else 'MISSED'}"


def _markdown_of_claims(sections: Iterable[Section]) -> list[str]:
    lines = []
    for section in sections:
        for claim in section.claims:
            bound = "" if claim.wanted is None else f"{'≤' if claim.at_most else '≥'} {claim.wanted:g} {claim.unit}"
            missed = "" if claim.holds else ", missed"
            lines.append(f"| {section.name} | {claim.what} | {claim.ratio:.2f} {claim.unit} | {bound}{missed} |")
    return ["| bench | what | measured | wanted |", "| --- | --- | ---: | --- |", *lines] if lines else []


def _markdown_of_sizes(sections: Iterable[Section]) -> list[str]:
    lines = [f"| {size:,.0f} points | {ms:.2f} ms |" for each in sections for size, ms in each.series]
    return ["| a frame of | takes |", "| ---: | ---: |", *lines] if lines else []


def _markdown_of_stages(sections: Iterable[Section]) -> list[str]:
    lines = []
    for section in sections:
        if stages := section.stages:
            times = " | ".join(f"{getattr(stages, f'{name}_ms'):.2f}" for name in STAGES)
            counts = f"{stages.uploaded_bytes / 1e6:.2f} | {stages.draws} | {stages.python_calls:,}"
            lines.append(f"| {section.name} | {times} | {counts} | {stages.peak_mib:,.0f} |")
    head = "| ms a new frame | decode | build | upload | draw | read back | MB uploaded | draws | Python calls | MiB |"
    return [head, "| --- |" + " ---: |" * 9, *lines] if lines else []
