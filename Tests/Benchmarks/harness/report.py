"""Results as text: tables of runs, and what they mean for the goals."""

import dataclasses
import datetime
import os
import pathlib
import platform
import statistics


@dataclasses.dataclass
class Goal:
    """What is wanted of a case, and what was found."""

    text: str
    wanted: str
    found: str
    is_met: bool


def at_least(text, found, wanted, unit="×"):
    return Goal(text, f"≥ {number(wanted)} {unit}", f"{number(found)} {unit}", found >= wanted)


def at_most(text, found, wanted, unit):
    return Goal(text, f"≤ {number(wanted)} {unit}", f"{number(found)} {unit}", found <= wanted)


def number(value):
    return f"{value:,.0f}" if value >= 10_000 else f"{value:.4g}"


@dataclasses.dataclass
class Result:
    """What a case hands back."""

    title: str
    # One sentence on what all sides did.
    work: str
    # By side, in the order of the table.
    runs: dict
    goals: list
    # The bytes each run went through, where a speed means something.
    size: int | None = None
    # Sentences under the table.
    notes: list = dataclasses.field(default_factory=list)


def text(results, versions, options):
    lines = [
        "# Measured speed",
        "",
        "Written by `Tests/Benchmarks/compare.py`; sides ran in turns, ratios are medians over the rounds.",
        "",
        f"- {datetime.date.today().isoformat()}, {machine()}",
        f"- {', '.join(versions)}",
        f"- {options.rounds} rounds, {options.lines:,} lines in the large batch, {options.small_batches:,} small batches, "
        f"{options.batches:,} batches in the archive of many",
        "",
        "## Goals",
        "",
        "| what | goal | found | met |",
        "| --- | --- | --- | --- |",
    ]
    for result in results:
        for goal in result.goals:
            lines.append(f"| {goal.text} | {goal.wanted} | {goal.found} | {'yes' if goal.is_met else '**no**'} |")
    for result in results:
        lines += ["", f"## {result.title}", "", result.work, ""] + table(result)
        for note in result.notes:
            lines += ["", note]
    return "\n".join(lines) + "\n"


def table(result):
    has_memory = any(run.peak for runs in result.runs.values() for run in runs)
    head = ["side", "min s", "median s", "max s", "CPU s", "against the first"]
    head += ["MB/s"] if result.size else []
    head += ["peak MB"] if has_memory else []
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    first = None
    for name, runs in result.runs.items():
        seconds = [run.seconds for run in runs]
        median = statistics.median(seconds)
        first = first or median
        cells = [name, f"{min(seconds):.3f}", f"{median:.3f}", f"{max(seconds):.3f}"]
        cells += [f"{statistics.median(run.cpu for run in runs):.2f}", f"{median / first:.2f}"]
        cells += [f"{result.size / median / 1e6:.1f}"] if result.size else []
        cells += [f"{max(run.peak for run in runs) / 1e6:.0f}"] if has_memory else []
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def machine():
    """The machine in a few words, without its name."""
    model = platform.processor() or platform.machine()
    information = pathlib.Path("/proc/cpuinfo")
    if information.is_file():
        named = [line.split(":", 1)[1].strip() for line in information.read_text().splitlines() if "model name" in line]
        model = named[0] if named else model
    load = os.getloadavg()[0]
    release = ".".join(platform.release().split(".")[:2])
    return f"{os.cpu_count()} cores of {model}, {platform.system()} {release}, load {load:.1f} at the end"
