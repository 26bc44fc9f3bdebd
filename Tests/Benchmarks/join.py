#!/usr/bin/env python3
"""How fast an export with a join is against one without.

    python3 Tests/Benchmarks/join.py [--lines 1000000] [--rounds 3] [--batchkeep PROGRAM]

Needs a release build (`swift build -c release --product batchkeep`). Both export the same generated batch from `batchkeep
simulate` on this machine, in turns, each round into a new folder; the join puts a request of about 300 bytes beside every
result. Times are printed, never judged: only rows that are missing are an error.
"""

import argparse
import contextlib
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    options = read_options()
    rounds = {"export": [], "export with join": []}
    with tempfile.TemporaryDirectory(prefix="batchkeep-benchmark-") as name, simulator(options) as base_url:
        folder = pathlib.Path(name)
        environment = os.environ | {"ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": "any-key-will-do"}
        environment.pop("ANTHROPIC_AUTH_TOKEN", None)
        requests = folder / "requests.jsonl"
        for number in range(options.rounds):
            plain = export(options, folder / f"plain-{number}", environment)
            rounds["export"].append(plain)
            if not requests.exists():
                write_requests(folder / "plain-0", requests)
            joined = export(options, folder / f"joined-{number}", environment, "--join", requests)
            rounds["export with join"].append(joined)
    for name, seconds in rounds.items():
        print(f"{name:18} {statistics.median(seconds):8.2f} s  {options.lines / statistics.median(seconds):12,.0f} results/s")
    print(f"speed with join    {statistics.median(rounds['export']) / statistics.median(rounds['export with join']):8.2f}")


def read_options():
    parser = argparse.ArgumentParser(description="Export with a join against export without.")
    parser.add_argument("--lines", type=int, default=1_000_000, help="results in the batch (1000000: about 2.2 GB)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs")
    parser.add_argument("--batchkeep", type=pathlib.Path, help="the program (default: the release build)")
    options = parser.parse_args()
    options.batchkeep = options.batchkeep or ROOT / ".build/release/batchkeep"
    if not options.batchkeep.is_file():
        sys.exit(f"{options.batchkeep} is not there: swift build -c release --product batchkeep")
    return options


@contextlib.contextmanager
def simulator(options):
    command = [options.batchkeep, "simulate", "--generate", str(options.lines)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def export(options, archive, environment, *arguments):
    """Seconds of one export; fails if the join lacks a request."""
    command = [options.batchkeep, "export", "--quiet", "--output", "json", "--archive", archive, *arguments]
    started = time.monotonic()
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    seconds = time.monotonic() - started
    if arguments:
        matched = json.loads(run.stdout)["join"]["sources"][0]["matched"]
        if matched != options.lines:
            sys.exit(f"{matched} of {options.lines} results were joined")
    return seconds


def write_requests(archive, path):
    """A request for every result, in the order of the results."""
    text = "x" * 180
    with path.open("w") as file:
        for raw in archive.glob("raw/*/*.gz"):
            with gzip.open(raw, "rt") as lines:
                for line in lines:
                    params = {"model": "claude-haiku-4-5", "max_tokens": 1, "messages": [{"role": "user", "content": text}]}
                    file.write(json.dumps({"custom_id": json.loads(line)["custom_id"], "params": params}) + "\n")


if __name__ == "__main__":
    main()
