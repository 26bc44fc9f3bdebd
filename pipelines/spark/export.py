"""Exports a window of batches on a Spark cluster: lists on the driver, fetches on the executors, checks that none is missing.

    spark-submit --conf spark.task.cpus=2 pipelines/spark/export.py \\
        --archive /mnt/batches --key-file /etc/batchkeep/key --since 30d

The driver and all executors need access to the archive, on a file system that supports flock between machines.
batchkeep and the key file have to be on every machine. The key is never in the job's environment or configuration.

If a batch fails, it is retried, on another executor if Spark has one. The last line on
standard output is JSON. Exit status: 0 done, 1 error, 3 some batches failed, 4 some are quarantined.
"""

import argparse
import collections
import heapq
import json
import os
import shlex
import subprocess
import sys

FINAL = {"archived", "pending", "removed", "quarantined"}
# fetch exits with 3 or 4 if batches failed or are quarantined, as their receipts show. Other statuses fail the task.
FETCH = 'batchkeep=$1; shift; "$batchkeep" fetch "$@" && exit; status=$?; case $status in 3|4) exit 0;; esac; exit $status'
# The only environment variables that fetch receives.
PASSED_ON = ("https_proxy", "HTTPS_PROXY", "http_proxy", "no_proxy", "NO_PROXY", "SSL_CERT_FILE")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--archive", required=True, help="a folder that all machines can access")
    parser.add_argument("--key-file", required=True, help="a file on every machine whose first line is the key")
    parser.add_argument("--batchkeep", default="batchkeep", help="the path of the program on every machine")
    parser.add_argument("--since", help="as for batchkeep list")
    parser.add_argument("--until", help="as for batchkeep list")
    parser.add_argument("--base-url", help="as for batchkeep list")
    parser.add_argument("--codec", help="as for batchkeep fetch; required if the machines differ")
    parser.add_argument("--level", help="as for batchkeep fetch")
    parser.add_argument("--concurrency", default="auto", help="batches to fetch at once in each task, or auto")
    parser.add_argument("--requests-per-task", type=int, default=200_000, help="expected number of results per task")
    parser.add_argument("--rounds", type=int, default=4, help="maximum number of attempts per batch")
    return parser.parse_args()


def service(options):
    """Returns the options that list and fetch have in common."""
    chosen = ["--key-file", options.key_file]
    return chosen + (["--base-url", options.base_url] if options.base_url else [])


def listed(options):
    """Returns the ended batches of the window by ID, each as a line of list."""
    command = [options.batchkeep, "list", "--status", "ended", "--format", "ndjson", *service(options)]
    for name in ("since", "until"):
        if getattr(options, name):
            command += [f"--{name}", getattr(options, name)]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.splitlines()
    return {json.loads(line)["id"]: line for line in lines}


def weight(line):
    """Returns the expected number of results plus one, because an empty batch also needs a request."""
    return 1 + sum(json.loads(line)["request_counts"].values())


def partitions(lines, size, least):
    """Returns groups of lines of about equal weight. The heaviest lines are placed first, each in the lightest group."""
    count = max(least, -(-sum(map(weight, lines)) // size))
    groups = [(0, number, []) for number in range(min(count, len(lines)))]
    for line in sorted(lines, key=lambda line: (-weight(line), line)):
        load, number, group = heapq.heappop(groups)
        group.append(line)
        heapq.heappush(groups, (load + weight(line), number, group))
    return [group for _, _, group in groups]


def executor():
    """Returns the machine and the parent process of Spark's Python daemon."""
    pid, parents = os.getpid(), []
    while pid > 1 and len(parents) < 4:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            pid = int(file.read().rpartition(")")[2].split()[1])
        parents.append(pid)
    return f"{os.uname().nodename}:{parents[1] if len(parents) > 1 else 0}"


def placed(receipts):
    """Adds the executor to each receipt."""
    here = executor()
    for receipt in receipts:
        yield {**json.loads(receipt), "executor": here}


def piped(lines, options):
    """Runs fetch on the executors and returns its receipts."""
    command = ["sh", "-c", FETCH, "fetch", options.batchkeep, "--archive", options.archive, "--quiet"]
    command += ["--concurrency", options.concurrency, *service(options)]
    for name in ("codec", "level"):
        if getattr(options, name):
            command += [f"--{name}", getattr(options, name)]
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment["PATH"] = os.environ.get("PATH", os.defpath)
    # Without checkCode, PySpark ignores the exit status of a pipe.
    return lines.pipe(shlex.join(command), env=environment, checkCode=True).mapPartitions(placed).collect()


def fetched(spark, options, lines):
    """Fetches all batches once and returns their receipts by ID. Fails if a batch has no receipt."""
    context = spark.sparkContext
    groups = partitions(list(lines.values()), options.requests_per_task, context.defaultParallelism)
    receipts = piped(context.parallelize(groups, len(groups)).flatMap(lambda group: group), options)
    by_id = {receipt["id"]: receipt for receipt in receipts}
    if len(receipts) != len(by_id) or by_id.keys() != lines.keys():
        odd = sorted(lines.keys() ^ by_id.keys())[:10]
        raise RuntimeError(f"{len(lines)} batches in, {len(receipts)} receipts out. The first that do not match: {odd}")
    return by_id


def fetched_elsewhere(spark, options, lines, tried):
    """Fetches batches on executors that have not tried them yet, and returns the best receipts by ID.

    A batch that all executors have tried has no receipt. Spark chooses the executor of a task, so there is a task with
    all batches for each slot. A task skips batches that its executor has tried. If two tasks fetch the same batch, one
    of them gets the lock, and the receipt of the other is busy.
    """
    context = spark.sparkContext
    everything = [(line, sorted(tried[name])) for name, line in lines.items()]

    def untried(rows):
        here = executor()
        return (line for line, before in rows if here not in before)

    places = context.defaultParallelism
    receipts = piped(
        context.parallelize(range(places), places).flatMap(lambda _: everything).mapPartitions(untried), options
    )
    best = {}
    for receipt in sorted(receipts, key=lambda receipt: (receipt["state"] in FINAL, receipt["state"] != "busy")):
        tried[receipt["id"]].add(receipt["executor"])
        best[receipt["id"]] = receipt
    return best


def exported(spark, options, lines):
    """Fetches batches until all are done or the attempts are used up. Returns the last receipt of every batch."""
    receipts, tried = {}, collections.defaultdict(set)
    open_batches = dict(lines)
    for number in range(1, options.rounds + 1):
        if not open_batches:
            break
        found = fetched_elsewhere(spark, options, open_batches, tried) if number > 1 else {}
        left = {name: line for name, line in open_batches.items() if name not in found}
        if left:
            found |= fetched(spark, options, left)
        receipts.update(found)
        for name, receipt in found.items():
            tried[name].add(receipt["executor"])
        open_batches = {name: line for name, line in open_batches.items() if receipts[name]["state"] not in FINAL}
        if open_batches:
            print(f"round {number}: {len(open_batches)} of {len(found)} batches failed", file=sys.stderr)
    for name in open_batches:
        receipts[name]["executors"] = sorted(tried[name])
    return receipts


def main():
    options = arguments()
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        if os.environ.get(name):
            sys.exit(f"error: {name} is set: Spark shows and logs the job's environment\nhint: unset it and use --key-file")
    from pyspark.sql import SparkSession

    lines = listed(options)
    spark = SparkSession.builder.appName("batchkeep export").getOrCreate()
    try:
        receipts = exported(spark, options, lines)
    finally:
        spark.stop()
    # Adds the archived batches to the catalog, and writes SHA256SUMS and views.
    subprocess.run([options.batchkeep, "catalog", "rebuild", "--archive", options.archive], check=True)

    states = collections.Counter(receipt["state"] for receipt in receipts.values())
    problems = [
        receipt for _, receipt in sorted(receipts.items())
        if receipt["state"] not in FINAL or receipt["state"] == "quarantined"
    ]
    for receipt in problems:
        where = ", ".join(receipt.get("executors", [receipt["executor"]]))
        print(f"{receipt['id']}: {receipt['state']} on {where}: {receipt['error']}", file=sys.stderr)
    volume = {kind: sum(receipt["bytes"][kind] for receipt in receipts.values()) for kind in ("received", "stored")}
    print(json.dumps({"batches": len(receipts), "states": states, "bytes": volume}, sort_keys=True))
    if problems:
        sys.exit(4 if states["quarantined"] else 3)


if __name__ == "__main__":
    main()
