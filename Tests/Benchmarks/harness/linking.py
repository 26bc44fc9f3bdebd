"""Cases over a link: one large batch, and many small ones, with a rate and a round trip as users have them."""

import shutil
import statistics

from harness import exporting, measuring, peers, report, service
from harness.measuring import ratio

# Mbit/s and seconds. With small batches the round trip is what counts, not the rate.
LARGE_ROUND_TRIP = 0.04
SMALL_RATE, SMALL_ROUND_TRIP = 500, 0.08
# Batches on a page of the listing.
PAGE = 1_000
GOAL_RATE = 100

IDENTITY = ["--accept-encoding", "identity"]


def over(served, megabits, round_trip, side):
    """A side whose every run has a link of its own."""

    def run(_):
        with service.link(served, megabits, round_trip) as counted:
            taken = side()
        taken.connections = counted["peak"]
        return taken

    return run


def large(bench, megabits):
    served, folder = bench.link_batch, bench.new_folder(f"link-{megabits}")
    archive = folder / "archive"
    title = f"{megabits} Mbit/s, {LARGE_ROUND_TRIP * 1000:.0f} ms"
    work = {
        "batchkeep": lambda: exporting.export(bench, served, archive),
        "batchkeep, identity": lambda: exporting.export(bench, served, archive, *IDENTITY),
    }
    if bench.peers.has("anthropic"):
        work[peers.SDK_SIDE] = lambda: exporting.sdk(bench, served, folder)
    if bench.peers.has("curl", "pigz"):
        work["curl --compressed, pigz 6"] = lambda: exporting.pipe(bench, served, peers.CURL_COMPRESSED_PIGZ, folder)
        work["curl alone, gzip thrown away"] = lambda: alone(bench, served)
    sides = {name: over(served, megabits, LARGE_ROUND_TRIP, side) for name, side in work.items()}
    runs = measuring.in_turns(sides, bench.options.rounds, once=["batchkeep, identity", peers.SDK_SIDE])
    limit = served.compressed_size / (megabits * 125_000)
    shares = {name: limit / statistics.median(run.seconds for run in found) for name, found in runs.items()}
    goals = []
    if megabits == GOAL_RATE:
        if peers.SDK_SIDE in runs:
            speed = ratio(runs, peers.SDK_SIDE, "batchkeep")
            goals.append(report.at_least(f"large batch, {title}: speed against the SDK script", speed, 2.5))
        goals.append(report.at_least(f"large batch, {title}: share of the link's limit", shares["batchkeep"], 0.85, ""))
    shutil.rmtree(folder)
    reached = ", ".join(f"{name} {share:.2f}" for name, share in shares.items())
    return report.Result(
        f"Export of one large batch over a link of {title}",
        f"{bench.options.lines // 4:,} lines from a server with TLS that compresses if asked. The server compressed them before, "
        "and the link is a proxy that shares the rate and delays every byte.",
        runs,
        goals,
        size=served.size,
        notes=[
            f"The link's limit: {served.compressed_size / 1e6:.1f} MB, compressed, need {limit:.2f} s. Share of it that "
            f"was reached: {reached}."
        ],
    )


def curl_many(bench, served, folder):
    """curl over all batches with several connections, then pigz over all files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    configuration = folder / "urls"
    lines = (f'url = "{batch["results_url"]}"\noutput = "{batch["id"]}.jsonl"\n' for batch in served.batches)
    configuration.write_text("".join(lines))
    command = ["bash", "-c", peers.CURL_MANY_PIGZ, "bash", configuration, folder]
    taken = measuring.run(command, bench.peers.environment(served))
    taken.coding = served.codings(len(served.batches))
    exporting.check_size("curl", folder.glob("*.gz"), served)
    return taken


def alone(bench, served):
    command = ["bash", "-c", peers.CURL_ALONE, "bash", served.batches[0]["results_url"]]
    taken = measuring.run(command, bench.peers.environment(served))
    taken.coding = served.codings(1)
    return taken


def small(bench):
    folder, count = bench.new_folder("link-small"), bench.options.small_batches
    (folder / "sdk").mkdir()
    with service.files(bench.program, folder / "served", 100, count, link_port=service.free_port()) as served:
        archive = folder / "archive"
        work = {
            "batchkeep": lambda: exporting.export(bench, served, archive),
            "batchkeep, identity": lambda: exporting.export(bench, served, archive, *IDENTITY),
        }
        if bench.peers.has("anthropic"):
            work[f"{peers.SDK_SIDE}, a tenth"] = lambda: exporting.sdk(bench, served, folder / "sdk", max(count // 10, 1))
        if bench.peers.has("curl", "pigz"):
            work["curl --compressed, 16 at once, pigz 6"] = lambda: curl_many(bench, served, folder / "curl")
        sides = {name: over(served, SMALL_RATE, SMALL_ROUND_TRIP, side) for name, side in work.items()}
        once = ["batchkeep, identity", f"{peers.SDK_SIDE}, a tenth"]
        runs = measuring.in_turns(sides, bench.options.rounds, once)
        rate_limit = served.compressed_size / (SMALL_RATE * 125_000)
    # TCP and TLS of the first connection, the pages of the listing, TCP and TLS of the other connections.
    before = (2 + -(-count // PAGE) + 2) * SMALL_ROUND_TRIP
    limits = [before + max(count * SMALL_ROUND_TRIP / run.connections, rate_limit) for run in runs["batchkeep"]]
    beyond = statistics.median(run.seconds / limit for run, limit in zip(runs["batchkeep"], limits))
    a_minute = count / statistics.median(run.seconds for run in runs["batchkeep"]) * 60
    title = f"{SMALL_RATE} Mbit/s, {SMALL_ROUND_TRIP * 1000:.0f} ms"
    shutil.rmtree(folder)
    return report.Result(
        f"Export of many small batches over a link of {title}",
        f"{count:,} batches of 100 results each. The SDK script reads a tenth of them, and its speed is compared.",
        runs,
        [
            report.at_least(
                f"small batches, {title}: as many a minute as the service allows requests", a_minute, 4000, ""
            )
        ],
        count=count,
        notes=[
            "The limit is one round trip for each batch, divided by the connections batchkeep had open, or the rate, and the "
            "round trips before the first result (TCP, TLS and the listing): "
            f"{statistics.median(limits):.2f} s. batchkeep takes {beyond:.2f} times as long."
        ],
    )
