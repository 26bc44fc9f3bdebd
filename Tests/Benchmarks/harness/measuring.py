"""Runs programs and says what they took."""

import dataclasses
import itertools
import json
import resource
import statistics
import subprocess
import sys
import time


@dataclasses.dataclass
class Run:
    """One run of one side."""

    seconds: float
    # Processor seconds, user and system, of the program and all it started.
    cpu: float
    # The largest resident set of one process, in bytes.
    peak: int
    output: str = ""
    # The coding of the results it received, where the server wrote it down.
    coding: str = ""
    # The most connections it had open at once, where a link counted them.
    connections: int = 0
    # Which part of the work it did, if not all.
    part: float = 1

    @property
    def seconds_for_all(self):
        return self.seconds / self.part


def run(command, environment=None, folder=None):
    """Runs a program to its end; one that fails ends the benchmark, as no time of it means anything."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in command],
        env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    output, notes = process.communicate()
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with status {process.returncode}: {notes[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu, 0, output)


# Linux counts into a program's peak what its starter held when it was forked, and this one may hold whole archives.
LAUNCHER = """
import json, os, subprocess, sys, time
started = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
output = process.stdout.read()
_, status, usage = os.wait4(process.pid, 0)
figures = [time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]
print(json.dumps([os.waitstatus_to_exitcode(status), figures, output.decode()]))
"""


def run_for_memory(command, environment=None):
    """Like `run`, with the peak of this one process."""
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER, *(str(part) for part in command)]
    answer = subprocess.run(launcher, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    status, (seconds, cpu, peak), output = json.loads(answer)
    if status != 0:
        sys.exit(f"{command[0]} ended with status {status}")
    # Linux counts in KiB, macOS in bytes.
    return Run(seconds, cpu, peak * (1 if sys.platform == "darwin" else 1024), output)


def in_turns(sides, rounds, once=()):
    """Runs every side once a round, so that a disturbance of the machine hits all of them alike.

    `sides` gives by name what makes one run; the answer gives by name all its runs. Those of `once` run in the first
    round only: they take minutes, and differ little.
    """
    runs = {name: [] for name in sides}
    for number in range(rounds):
        for name, side in sides.items():
            if number > 0 and name in once:
                continue
            taken = side(number)
            runs[name].append(taken)
            print(f"    {name:40} {taken.seconds:8.2f} s  {taken.cpu:8.2f} CPU s", flush=True)
    return runs


def ratio(runs, other, ours, value=lambda run: run.seconds_for_all):
    """How many times as much `other` takes as `ours`: the median over the rounds.

    If `other` ran once, that run is compared with every one of ours.
    """
    return statistics.median(value(a) / value(b) for a, b in zip(itertools.cycle(runs[other]), runs[ours]))
