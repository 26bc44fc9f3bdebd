#!/usr/bin/env python3
"""How fast a question about an archive is answered from its raw lines, against DuckDB and against zcat and jq.

    python Tests/Benchmarks/select-vs-duckdb.py [--lines 100000] [--batches 4] [--rounds 3] [--archive DIR] [--batchkeep PROGRAM]

The question: requests, input tokens and output tokens by model and result type. All sides read the same raw files, in
turns: `batchkeep select --by model,result_type`, DuckDB's read_json with the columns it needs declared, and
`zcat | jq` with the sums in awk. Without --archive a generated archive is exported first. Needs a release build
(`swift build -c release --product batchkeep`), jq, and a Python with the package `duckdb`. Times are printed, never judged: only
a difference in the answers is an error.
"""

import argparse
import contextlib
import csv
import glob
import io
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

# The struct names only what is asked for, which is as little as DuckDB can be told to parse.
DUCKDB_SCRIPT = """\
import duckdb, sys
rows = duckdb.sql(f'''
    SELECT coalesce(result.message.model, '') AS model, result.type AS result_type, count(*),
        coalesce(sum(result.message.usage.input_tokens), 0), coalesce(sum(result.message.usage.output_tokens), 0)
    FROM read_json('{sys.argv[1]}/raw/*/*.jsonl.gz', format = 'newline_delimited', maximum_object_size = 67108864,
        columns = {{result: 'STRUCT(type VARCHAR, message STRUCT(model VARCHAR, usage STRUCT(input_tokens BIGINT,
            output_tokens BIGINT)))'}})
    GROUP BY ALL''').fetchall()
for row in rows:
    print(*row, sep=",")
"""

JQ_COMMAND = """\
zcat "$1"/raw/*/*.jsonl.gz |
jq -r '[.result.message.model // "", .result.type, .result.message.usage.input_tokens // 0,
    .result.message.usage.output_tokens // 0] | @csv' |
tr -d '"' |
awk -F, '{ key = $1 "," $2; n[key]++; i[key] += $3; o[key] += $4 } END { for (k in n) print k "," n[k] "," i[k] "," o[k] }'
"""


def main():
    options = read_options()
    with contextlib.ExitStack() as stack:
        archive = options.archive or exported(options, stack)
        print_archive(options, archive)
        sides = {
            "batchkeep": [
                options.batchkeep, "select", "--archive", archive, "--by", "model,result_type",
                "--columns", "input_tokens,output_tokens", "--format", "csv",
            ],
            "DuckDB": [sys.executable, "-c", DUCKDB_SCRIPT, archive],
            "zcat | jq": ["bash", "-c", JQ_COMMAND, "bash", archive],
        }
        times = {name: [] for name in sides}
        answers = {}
        for _ in range(options.rounds):
            for name, command in sides.items():
                seconds, output = timed(command)
                times[name].append(seconds)
                answers[name] = answer(output)
        for name, found in answers.items():
            if found != answers["batchkeep"]:
                sys.exit(f"{name} answers {found}\nbatchkeep answers {answers['batchkeep']}")
        print_table(times)


def read_options():
    parser = argparse.ArgumentParser(description="A question to an archive: select, DuckDB, zcat and jq.")
    parser.add_argument("--lines", type=int, default=100_000, help="results in each generated batch (100000: about 220 MB)")
    parser.add_argument("--batches", type=int, default=4, help="how many generated batches")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs")
    parser.add_argument("--archive", help="an archive to ask instead of a generated one")
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


def exported(options, stack):
    """A generated archive, gone when the benchmark is."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="batchkeep-benchmark-"))
    command = [options.batchkeep, "simulate", "--generate", str(options.lines), "--batches", str(options.batches)]
    simulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        base_url = simulator.stdout.readline().strip()
        environment = os.environ | {"ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": "any-key-will-do"}
        subprocess.run(
            [options.batchkeep, "export", "--archive", folder, "--quiet"], check=True, env=environment,
        )
    finally:
        simulator.terminate()
        simulator.wait()
    return folder


def print_archive(options, archive):
    version = subprocess.run(
        [sys.executable, "-c", "import duckdb; print(duckdb.__version__)"], check=True, capture_output=True, text=True,
    ).stdout.strip()
    files = glob.glob(f"{archive}/raw/*/*.jsonl.gz")
    size = sum(os.path.getsize(path) for path in files)
    print(f"DuckDB {version}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"{len(files)} raw files, {size / 1e6:.1f} MB compressed\n")


def timed(command):
    start = time.perf_counter()
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if run.returncode != 0:
        sys.exit(f"{command[0]} failed: {run.stderr}")
    return seconds, run.stdout


def answer(output):
    """The rows as a set of model, type and three numbers; a header is left out."""
    rows = [row for row in csv.reader(io.StringIO(output)) if row and row[0] != "model"]
    return {(row[0], row[1], *(int(value) for value in row[2:])) for row in rows}


def print_table(times):
    ours = statistics.median(times["batchkeep"])
    print(f"{'':<12}{'median':>10}{'best':>10}{'against batchkeep':>20}")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:<12}{median:>9.2f}s{min(seconds):>9.2f}s{median / ours:>19.1f}x")


if __name__ == "__main__":
    main()
