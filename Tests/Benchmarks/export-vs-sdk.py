#!/usr/bin/env python3
"""How fast one large batch is exported, against ten lines of Python with the official SDK.

    python Tests/Benchmarks/export-vs-sdk.py [--lines 200000] [--rounds 3] [--batchkeep PROGRAM]

Needs a release build (`swift build -c release --product batchkeep`) and a Python with the package `anthropic`. Both
sides read the same generated batch from `batchkeep simulate` on this machine, in turns, each round into a new folder.
The SDK script streams, counts result types and writes gzip at level 6; the export does that and all the rest. Times are
printed, never judged: only a difference in the counts is an error.
"""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

SDK_SCRIPT = """\
import collections, gzip, json, sys
import anthropic

batch_id, path = sys.argv[1:]
client = anthropic.Anthropic()
counts = collections.Counter()
with gzip.open(path, "wt", compresslevel=6) as file:
    for result in client.messages.batches.results(batch_id):
        file.write(result.to_json(indent=None) + "\\n")
        counts[result.result.type] += 1
print(json.dumps(counts))
"""


def main():
    options = read_options()
    print_machine(options)
    rounds = {"sdk": [], "batchkeep": []}
    with tempfile.TemporaryDirectory(prefix="batchkeep-benchmark-") as folder, simulator(options) as base_url:
        environment = os.environ | {"ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": "any-key-will-do"}
        environment.pop("ANTHROPIC_AUTH_TOKEN", None)
        batch = generated_batch(options, environment)
        for number in range(options.rounds):
            rounds["sdk"].append(run_sdk(batch, pathlib.Path(folder), number, environment))
            rounds["batchkeep"].append(run_export(batch, pathlib.Path(folder), number, environment, options))
    print_table(rounds)


def read_options():
    parser = argparse.ArgumentParser(description="Export of one generated batch against the official SDK.")
    parser.add_argument("--lines", type=int, default=200_000, help="results in the batch (200000: about 440 MB)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs")
    parser.add_argument("--batchkeep", type=pathlib.Path, help="the program (default: the release build)")
    options = parser.parse_args()
    options.batchkeep = options.batchkeep or release_build()
    if not options.batchkeep.is_file():
        sys.exit(f"{options.batchkeep} is not there: swift build -c release --product batchkeep")
    return options


def release_build():
    command = ["swift", "build", "-c", "release", "--show-bin-path", "--package-path", ROOT]
    folder = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return pathlib.Path(folder) / "batchkeep"


def print_machine(options):
    sdk = subprocess.run(
        [sys.executable, "-c", "import anthropic; print(anthropic.__version__)"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()
    ours = subprocess.run([options.batchkeep, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    print(f"batchkeep {ours}, anthropic {sdk}, Python {platform.python_version()}, {os.cpu_count()} cores")


@contextlib.contextmanager
def simulator(options):
    command = [options.batchkeep, "simulate", "--generate", str(options.lines), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            base_url = process.stdout.readline().strip()
            if not base_url:
                sys.exit("The simulator did not start.")
            yield base_url
        finally:
            process.terminate()


def generated_batch(options, environment):
    command = [options.batchkeep, "list", "--format", "ndjson"]
    listing = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return json.loads(listing.splitlines()[0])


def run_sdk(batch, folder, number, environment):
    command = [sys.executable, "-c", SDK_SCRIPT, batch["id"], folder / f"sdk-{number}.jsonl.gz"]
    output, seconds, peak = measured(command, environment)
    check_counts(batch, json.loads(output), "the SDK")
    return {"seconds": seconds, "peak": peak}


def run_export(batch, folder, number, environment, options):
    command = [
        options.batchkeep, "export", "--since", "30d", "--status", "ended",
        "--archive", folder / f"archive-{number}", "--output", "json", "--quiet",
    ]
    output, seconds, peak = measured(command, environment)
    summary = json.loads(output)
    check_counts(batch, summary["lines"], "batchkeep")
    return {"seconds": seconds, "peak": peak, "bytes": summary["received_bytes"]}


def measured(command, environment):
    """Runs a program; gives what it wrote, its wall seconds and its peak memory in bytes."""
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with status {process.returncode}")
    # Linux counts in KiB, macOS in bytes.
    return output, seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def check_counts(batch, found, who):
    promised = {name: count for name, count in batch["request_counts"].items() if count > 0}
    counted = {name: count for name, count in found.items() if count > 0}
    if promised != counted:
        sys.exit(f"{who} counted {counted}, the batch promises {promised}")


def print_table(rounds):
    size = rounds["batchkeep"][0]["bytes"] / 1e6
    print(f"one batch of {size:.0f} MB, {len(rounds['sdk'])} rounds each, in turns\n")
    print(f"{'':12}{'seconds: min':>14}{'median':>10}{'max':>10}{'MB/s':>10}{'peak MB':>10}")
    medians = {}
    for who, runs in rounds.items():
        seconds = [run["seconds"] for run in runs]
        medians[who] = statistics.median(seconds)
        peak = max(run["peak"] for run in runs) / 1e6
        print(
            f"{who:12}{min(seconds):14.2f}{medians[who]:10.2f}{max(seconds):10.2f}"
            f"{size / medians[who]:10.1f}{peak:10.0f}"
        )
    print(f"\nbatchkeep is {medians['sdk'] / medians['batchkeep']:.1f} times as fast (medians)")


if __name__ == "__main__":
    main()
