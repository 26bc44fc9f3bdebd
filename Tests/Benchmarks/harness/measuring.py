"""Runs programs and says what they took."""

import dataclasses
import os
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


def run_for_memory(command, environment=None):
    """Like `run`, with the peak of this one process."""
    started = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], env=environment, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with status {process.returncode}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, output)


def in_turns(sides, rounds):
    """Runs every side once a round, so that a disturbance of the machine hits all of them alike.

    `sides` gives by name what makes one run; the answer gives by name all its runs.
    """
    runs = {name: [] for name in sides}
    for number in range(rounds):
        for name, side in sides.items():
            taken = side(number)
            runs[name].append(taken)
            print(f"    {name:34} {taken.seconds:8.2f} s  {taken.cpu:8.2f} CPU s", flush=True)
    return runs


def ratio(runs, other, ours, value=lambda run: run.seconds):
    """How many times as much `other` takes as `ours`: the median over the rounds."""
    return statistics.median(value(a) / value(b) for a, b in zip(runs[other], runs[ours]))
