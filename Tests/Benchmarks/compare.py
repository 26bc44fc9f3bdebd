#!/usr/bin/env python3
"""How fast Batchkeep is: against what a user would take instead, and against what the hardware allows.

    python3 Tests/Benchmarks/compare.py [--only CASE ...] [--lines 200000] [--rounds 3] [--write]

Needs a release build, as `sh pipelines/quickstart.sh` makes one. The peers are installed into the scratch folder, from
PyPI and Debian; --python names a Python that has the packages instead, and what it lacks is left out. All sides read the
same generated batches on this machine, in turns. Times are printed and, with --write, kept in RESULTS.md; they are
never judged: only an answer that is not right is an error.
"""

import argparse
import contextlib
import ctypes
import functools
import pathlib
import subprocess
import sys
import tempfile

from harness import asking, exporting, linking, report, service
from harness.peers import Peers

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# In this order, so that what one case makes is there for the next.
CASES = {
    "start": asking.start,
    "link-100": lambda bench: linking.large(bench, 100),
    "link-500": lambda bench: linking.large(bench, 500),
    "link-small": linking.small,
    "large": exporting.large,
    "sums": asking.sums,
    "join": exporting.join,
    "small": exporting.small,
    "night": exporting.night,
    "summarize": asking.summarize,
    "show": asking.show,
    "index": asking.index,
    "memory": exporting.memory,
}


class Bench:
    """What the cases have in common; what is dear is made when a case first asks for it."""

    here = HERE

    def __init__(self, options, folder, stack):
        self.options = options
        self.program = options.batchkeep
        self.folder = folder
        self.stack = stack
        self.peers = Peers(options.scratch, options.python)

    @functools.cached_property
    def large_batch(self):
        return self.stack.enter_context(service.files(self.program, self.folder / "large-served", self.options.lines))

    @functools.cached_property
    def link_batch(self):
        lines, folder = max(self.options.lines // 4, 1), self.folder / "link-served"
        return self.stack.enter_context(service.files(self.program, folder, lines, link_port=service.free_port()))

    @functools.cached_property
    def large_archive(self):
        archive = self.folder / "large-archive"
        exporting.export(self, self.large_batch, archive)
        return archive

    @functools.cached_property
    def many_batches(self):
        return self.stack.enter_context(service.simulator(self.program, self.options.batch_lines, self.options.batches))

    @functools.cached_property
    def many_archive(self):
        archive = self.folder / "many-archive"
        print(f"    archiving {self.options.batches:,} batches")
        exporting.export(self, self.many_batches, archive)
        return archive

    @functools.cached_property
    def has_libdeflate(self):
        try:
            ctypes.CDLL("libdeflate.so.0")
        except OSError:
            print("    left out, as there is no libdeflate")
            return False
        return True

    def new_folder(self, name):
        folder = self.folder / name
        folder.mkdir()
        return folder


def main():
    options = read_options()
    results = []
    with contextlib.ExitStack() as stack:
        if options.scratch is None:
            options.scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="batchkeep-peers-")))
        options.scratch.mkdir(exist_ok=True)
        # Put up before the services, so that it goes after them.
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="batchkeep-benchmark-")))
        bench = Bench(options, folder, stack)
        for name, case in CASES.items():
            if options.only and name not in options.only:
                continue
            if name.startswith("link") and not service.find_nginx():
                print(f"{name} is left out because nginx is not installed")
                continue
            print(f"{name}", flush=True)
            results.append(case(bench))
        versions = [f"batchkeep {version(options)}"] + [f"{name} {found}" for name, found in bench.peers.versions.items()]
    text = report.text(results, versions, options)
    print("\n" + text)
    if options.write:
        (HERE / "RESULTS.md").write_text(text)


def version(options):
    return subprocess.run([options.batchkeep, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def read_options():
    parser = argparse.ArgumentParser(description="Batchkeep against its peers and against the hardware.")
    parser.add_argument("--only", action="append", choices=CASES, help="only this case; may be repeated")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs")
    parser.add_argument("--lines", type=int, default=200_000, help="results in the large batch (200000: about 410 MB)")
    parser.add_argument("--small-batches", type=int, default=2_000, help="batches of 100 results")
    parser.add_argument("--batches", type=int, default=30_000, help="batches in the archive of many")
    parser.add_argument("--batch-lines", type=int, default=20, help="results in each of those")
    parser.add_argument("--batchkeep", type=pathlib.Path, help="the program (default: the release build)")
    parser.add_argument("--python", help="a Python with the packages of the peers, instead of installing them")
    parser.add_argument("--scratch", type=pathlib.Path, help="a folder that keeps the installed peers for the next time")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    options = parser.parse_args()
    options.batchkeep = options.batchkeep or release_build()
    if not options.batchkeep.is_file():
        sys.exit(f"{options.batchkeep} is not there: sh pipelines/quickstart.sh builds it")
    return options


def release_build():
    command = ["swift", "build", "-c", "release", "--show-bin-path", "--package-path", ROOT]
    folder = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return pathlib.Path(folder) / "batchkeep"


if __name__ == "__main__":
    main()
