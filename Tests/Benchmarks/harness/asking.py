"""Cases about an archive that is there: sums over raw lines, summaries, one request, the start of the program."""

import csv
import io
import json
import statistics
import sys
import time
import zlib

from harness import exporting, measuring, peers, report, service
from harness.measuring import ratio

# It scans no compressed NDJSON.
POLARS_SIDE = "Polars, plain file"


def sums(bench):
    archive, folder = bench.large_archive, bench.new_folder("sums")
    plain = folder / "plain.jsonl"
    plain.write_bytes(b"")
    with plain.open("ab") as file:
        for path in sorted(archive.glob("raw/*/*.gz")):
            inflate(path, file)
    commands = {
        "batchkeep select": [
            bench.program, "select", "--archive", archive, "--by", "model,result_type",
            "--columns", "input_tokens,output_tokens", "--format", "csv",
        ]
    }
    for name, package, script, argument in [
        ("DuckDB", "duckdb", peers.DUCKDB, archive),
        ("chDB", "chdb", peers.CHDB, archive),
        (POLARS_SIDE, "polars", peers.POLARS, plain),
    ]:
        if bench.peers.has(package):
            commands[name] = [bench.peers.python, "-c", script, argument]
    if bench.peers.has("jq"):
        commands["zcat, jq, awk"] = ["bash", "-c", peers.JQ, "bash", archive]
    answers = {}
    sides = {name: asked(bench, command, name, answers) for name, command in commands.items()}
    if bench.has_libdeflate:
        sides["libdeflate alone, 2 threads"] = lambda _: exporting.codec_limit(bench, archive, "inflate")
    runs = measuring.in_turns(sides, bench.options.rounds)
    goals = []
    tools = [name for name in commands if name not in ["batchkeep select", POLARS_SIDE]]
    if tools:
        fastest = min(ratio(runs, name, "batchkeep select") for name in tools)
        goals.append(
            report.at_least("sums over raw lines: speed against the fastest other tool on the same file", fastest, 2)
        )
    return report.Result(
        "Count and token sums over raw lines",
        "By model and result type, from the compressed raw file. Polars reads a plain copy, as it scans no compressed NDJSON.",
        runs,
        goals,
        size=bench.large_batch.size,
    )


def inflate(path, file):
    decoder = zlib.decompressobj(31)
    rest = path.read_bytes()
    while rest:
        file.write(decoder.decompress(rest))
        rest = decoder.unused_data
        decoder = zlib.decompressobj(31)


def asked(bench, command, name, answers):
    """A side that must answer as the sides before it."""

    def side(_):
        taken = measuring.run(command, bench.peers.environment())
        rows = [row for row in csv.reader(io.StringIO(taken.output)) if row and row[0] != "model"]
        answers[name] = {(row[0], row[1], *(int(value) for value in row[2:])) for row in rows}
        first = next(iter(answers.values()))
        if answers[name] != first:
            sys.exit(f"{name} answers {answers[name]}\n{next(iter(answers))} answers {first}")
        return taken

    return side


def summarize(bench):
    """Over the newest days of the archive of many that hold a third of its batches at least: 10,000 of 30,000."""
    batches = sorted(bench.many_batches.batches, key=lambda batch: batch["created_at"], reverse=True)
    since = batches[len(batches) // 3]["created_at"]
    chosen = sum(batch["created_at"] >= since for batch in batches)

    def side(by):
        command = [
            bench.program, "summarize", "--archive", bench.many_archive, "--since", since, "--by", by, "--format", "json",
        ]
        return lambda _: measuring.run_for_memory(command)

    runs = measuring.in_turns({f"--by {by}": side(by) for by in ["day,model", "error", "workspace"]}, bench.options.rounds)
    worst = max(statistics.median(run.seconds for run in found) for found in runs.values())
    return report.Result(
        "Summaries of many batches",
        f"`summarize` of {chosen:,} batches from their manifests.",
        runs,
        [report.at_most(f"summarize of {chosen:,} batches", worst, 1, "s")],
    )


def show(bench):
    """One request by its id, with the index that `query` makes."""
    archive = bench.many_archive
    query = [bench.program, "query", "SELECT count(*) AS n FROM results", "--archive", archive, "--format", "json"]
    started = time.monotonic()
    made = json.loads(measuring.run(query).output)
    seconds = time.monotonic() - started
    rows = made[0]["n"]
    # Generated batches share ids, and every request of one id would be shown.
    once = "SELECT custom_id FROM results GROUP BY custom_id HAVING count(*) = 1 LIMIT 1"
    line = measuring.run([bench.program, "query", once, "--archive", archive, "--format", "ndjson"])
    custom_id = json.loads(line.output)["custom_id"]
    command = [bench.program, "show", custom_id, "--archive", archive]
    runs = measuring.in_turns({"show": lambda _: measuring.run(command)}, max(bench.options.rounds, 5))
    median = statistics.median(run.seconds for run in runs["show"])
    return report.Result(
        "One request by its id",
        f"`show` in {rows:,} indexed rows. The goal is for 10 million rows.",
        runs,
        [report.at_most(f"show in {rows:,} rows", median * 1000, 100, "ms")],
        notes=[f"Making the index took {seconds:.1f} s."],
    )


def index(bench):
    """Filling the index of five large batches, as the first query does."""
    archive = bench.folder / "index-archive"
    with service.simulator(bench.program, bench.options.lines, 5) as served:
        exporting.export(bench, served, archive)
    rows = 5 * bench.options.lines

    def query(sql):
        return measuring.run([bench.program, "query", sql, "--archive", archive, "--format", "csv"])

    def fill(_):
        (archive / "results.sqlite").unlink(missing_ok=True)
        return query("SELECT 1")

    runs = measuring.in_turns({"query, without an index": fill}, bench.options.rounds)
    if query("SELECT count(*) AS n FROM results").output.split() != ["n", str(rows)]:
        sys.exit(f"the index has not {rows} rows")
    rate = rows / statistics.median(run.seconds for run in runs["query, without an index"])
    return report.Result(
        "Filling the result index",
        f"The first query of an archive of {rows:,} results in five batches.",
        runs,
        [report.at_least("rows a second into the result index", rate, 125_000, "rows")],
    )


def start(bench):
    runs = {"batchkeep --version": [measuring.run([bench.program, "--version"]) for _ in range(20)]}
    median = statistics.median(run.seconds for run in runs["batchkeep --version"]) * 1000
    return report.Result(
        "Start", "Twenty times.", runs, [report.at_most("batchkeep --version", median, 20, "ms")]
    )
