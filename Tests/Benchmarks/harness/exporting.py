"""Cases about fetching: one large batch, many small ones, memory, a join, a night with nothing new."""

import gzip
import json
import shutil
import statistics
import sys

from harness import measuring, peers, report, service
from harness.measuring import ratio


def export(bench, served, archive, *arguments, memory=False):
    """One export into a new archive, its counts compared with what the batches promise."""
    shutil.rmtree(archive, ignore_errors=True)
    command = [bench.program, "export", "--since", "30d", "--archive", archive, "--quiet", "--json", *served.arguments]
    measure = measuring.run_for_memory if memory else measuring.run
    taken = measure(command + list(arguments), bench.peers.environment(served))
    taken.coding = served.codings(len(served.batches))
    document = json.loads(taken.output)
    check_counts("batchkeep", document["lines"], served.counts)
    return taken


def check_counts(who, found, promised):
    found = {name: count for name, count in found.items() if count}
    if found != promised:
        sys.exit(f"{who} counted {found}, the batches promise {promised}")


def sdk(bench, served, folder, batches=None):
    """The SDK's script over all batches, or over the first of them."""
    chosen = served.batches[:batches]
    ids = folder / "ids.txt"
    ids.write_text("\n".join(batch["id"] for batch in chosen))
    taken = measuring.run([bench.peers.python, "-c", peers.SDK, ids, folder], bench.peers.environment(served))
    taken.coding = served.codings(len(chosen))
    taken.part = len(chosen) / len(served.batches)
    check_counts("the SDK", json.loads(taken.output), service.counts(chosen))
    return taken


def pipe(bench, served, script, folder):
    """A pipe of curl over the only batch; what it wrote must be the whole body."""
    url, out, counts = served.batches[0]["results_url"], folder / "pipe.gz", folder / "counts"
    taken = measuring.run(["bash", "-c", script, "bash", url, out, counts], bench.peers.environment(served))
    taken.coding = served.codings(1)
    check_size("curl", [out], served)
    if script == peers.CURL_JQ_PIGZ:
        counted = (line.split() for line in counts.read_text().splitlines())
        check_counts("jq", {name: int(count) for count, name in counted}, served.counts)
    return taken


def check_size(who, files, served):
    """Compares the size of gzip files of one member each with what the results have; their last four bytes hold it."""
    size = sum(int.from_bytes(file.read_bytes()[-4:], "little") for file in files)
    if served.size and size != served.size:
        sys.exit(f"{who} wrote {size} bytes, the results have {served.size}")


def codec_limit(bench, archive, work, *arguments):
    """The codec alone, in a process that measures itself: reading the members does not count."""
    program = bench.here / "harness/codec_limit.py"
    taken = json.loads(measuring.run([bench.peers.python, program, work, archive, *arguments]).output)
    return measuring.Run(taken["seconds"], taken["cpu"], 0)


def large(bench):
    served, archive, folder = bench.large_batch, bench.large_archive, bench.new_folder("large")
    fast = folder / "archive-1"
    sides = {
        "batchkeep": lambda _: export(bench, served, archive),
        "batchkeep, identity": lambda _: export(bench, served, archive, "--accept-encoding", "identity"),
        "batchkeep, level 1": lambda _: export(bench, served, fast, "--level", "1"),
    }
    if bench.peers.has("anthropic"):
        sides[peers.SDK_SIDE] = lambda _: sdk(bench, served, folder)
    if bench.peers.has("curl", "jq", "pigz"):
        sides["curl, tee to jq, pigz 6"] = lambda _: pipe(bench, served, peers.CURL_JQ_PIGZ, folder)
    if bench.peers.has("curl", "pigz"):
        sides["curl, pigz 6"] = lambda _: pipe(bench, served, peers.CURL_PIGZ, folder)
    if bench.has_libdeflate:
        sides["libdeflate 4 alone, 2 threads"] = lambda _: codec_limit(bench, archive, "deflate", "4")
        sides["libdeflate 1 alone, 2 threads"] = lambda _: codec_limit(bench, archive, "deflate", "1")
    runs = measuring.in_turns(sides, bench.options.rounds, once=[peers.SDK_SIDE])
    result = report.Result(
        "Export of one large batch",
        "Streams one batch, checks every line, adds up, writes raw and flat files, checksums and a manifest. The peers only "
        "do what their names say; libdeflate alone compresses the same blocks from memory.",
        runs,
        large_goals(runs),
        size=served.size,
    )
    if (folder / "pipe.gz").exists():
        result.goals.insert(0, size_goal(archive, folder / "pipe.gz"))
    shutil.rmtree(folder)
    return result


def large_goals(runs):
    goals = []
    if peers.SDK_SIDE in runs:
        speed = ratio(runs, peers.SDK_SIDE, "batchkeep")
        goals.append(report.at_least("large batch, no link: speed against the SDK script", speed, 9))
    if "libdeflate 4 alone, 2 threads" in runs:
        cpu = 1 / ratio(runs, "libdeflate 4 alone, 2 threads", "batchkeep", lambda run: run.cpu)
        goals.append(report.at_most("large batch, no link: processor time against the codec alone", cpu, 2, "×"))
    return goals


def size_goal(archive, peer):
    raw = sum(path.stat().st_size for path in (archive / "raw").glob("*/*.gz"))
    return report.at_most("raw file against the size of gzip 6", raw / peer.stat().st_size, 1.05, "×")


def small(bench):
    folder = bench.new_folder("small")
    (folder / "sdk").mkdir()
    count = bench.options.small_batches
    with service.files(bench.program, folder / "served", 100, count) as served:
        sides = {"batchkeep": lambda _: export(bench, served, folder / "archive")}
        if bench.peers.has("anthropic"):
            sides[peers.SDK_SIDE] = lambda _: sdk(bench, served, folder / "sdk")
        runs = measuring.in_turns(sides, bench.options.rounds, once=[peers.SDK_SIDE])
    shutil.rmtree(folder)
    return report.Result(
        "Export of many small batches",
        f"{count:,} batches of 100 results each. Every batch is proven and synced to the disk; the script syncs nothing.",
        runs,
        [],
        count=count,
    )


def memory(bench):
    folder, lines = bench.new_folder("memory"), bench.options.lines
    runs = {}
    for name, factor in [("1 times the large batch", 1), ("10 times the large batch", 10)]:
        with service.simulator(bench.program, lines * factor) as served:
            runs[name] = [export(bench, served, folder / "archive", memory=True)]
    large_peak = runs["10 times the large batch"][0].peak
    shutil.rmtree(folder)
    return report.Result(
        "Memory",
        "One batch, and one of ten times its size, made by the simulator while it is read. One round.",
        runs,
        [report.at_most("peak memory with ten times the large batch", large_peak / 1e6, 128, "MB")],
    )


def join(bench):
    served, folder = bench.large_batch, bench.new_folder("join")
    requests = folder / "requests.jsonl"
    write_requests(bench.large_archive, requests)

    def joined(_):
        taken = export(bench, served, folder / "joined", "--join", requests)
        matched = json.loads(taken.output)["join"]["sources"][0]["matched"]
        if matched != bench.options.lines:
            sys.exit(f"{matched} of {bench.options.lines} results were joined")
        return taken

    sides = {"export": lambda _: export(bench, served, folder / "plain"), "export with join": joined}
    runs = measuring.in_turns(sides, bench.options.rounds)
    shutil.rmtree(folder)
    return report.Result(
        "Export with a join",
        "The join puts a request of about 300 bytes beside every result and writes a third file.",
        runs,
        [],
        size=served.size,
    )


def write_requests(archive, path):
    """A request for every result, in the order of the results."""
    text = "x" * 180
    with path.open("w") as file:
        for raw in archive.glob("raw/*/*.gz"):
            with gzip.open(raw, "rt") as lines:
                for line in lines:
                    params = {"model": "claude-haiku-4-5", "max_tokens": 1, "messages": [{"role": "user", "content": text}]}
                    file.write(json.dumps({"custom_id": json.loads(line)["custom_id"], "params": params}) + "\n")


def night(bench):
    served, archive = bench.many_batches, bench.many_archive
    environment = bench.peers.environment(served)
    window = ["--since", "30d"]

    def nightly(_):
        command = [bench.program, "export", *window, "--full-list", "--archive", archive, "--quiet", "--json"]
        taken = measuring.run_for_memory(command, environment)
        document = json.loads(taken.output)
        if document["batches"]["archived_now"] != 0:
            sys.exit("The nightly run archived batches that were archived already.")
        return taken

    def listing(_):
        taken = measuring.run_for_memory([bench.program, "list", *window, "--format", "ndjson"], environment)
        if taken.output.count("\n") != len(served.batches):
            sys.exit("The listing is not whole.")
        return taken

    runs = measuring.in_turns({"export, nothing new": nightly, "list alone": listing}, bench.options.rounds)
    beyond = [a.seconds - b.seconds for a, b in zip(runs["export, nothing new"], runs["list alone"])]
    peak = max(run.peak for run in runs["export, nothing new"]) / 1e6
    count = len(served.batches)
    return report.Result(
        "A night with nothing new",
        f"{count:,} batches are archived already; the whole window is listed all the same, 1,000 a request.",
        runs,
        [
            report.at_most("nightly run: seconds beyond its list requests", statistics.median(beyond), 2, "s"),
            report.at_most("nightly run: peak memory", peak, 150, "MB"),
        ],
    )
