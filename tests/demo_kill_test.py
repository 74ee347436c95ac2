#!/usr/bin/env python3
"""Kills the demo with -9 again and again and goes on from its checkpoint.

    demo_kill_test.py FIRESTEEL [--kills 25] [--seed N]

Each trial starts the demo afresh, kills it at a random moment after its first entry in the offset
log and before its last in the commit log, resumes it, and compares the final table with that of an
uninterrupted run. A trial whose kill came too late is repeated; the kills that count must be spread
over at least five batches.
"""
import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

FILES = 40
ROWS = 500


def demo(firesteel, directory, *flags):
    return [firesteel, "demo", "--directory", directory, "--files", str(FILES), "--rows", str(ROWS),
            *flags]


def final_table(output):
    """The last table that the demo printed, and the total of its summary."""
    lines = [line for line in output.splitlines() if line.startswith("|")]
    total = re.search(r"([\d,]+) readings of", output).group(1)
    return sorted(lines), total


def entries(checkpoint, log):
    try:
        return sorted(int(name) for name in os.listdir(os.path.join(checkpoint, log))
                      if name.isdigit())
    except FileNotFoundError:
        return []


def kill_once(firesteel, directory, delay):
    """Starts the demo and kills it `delay` seconds after its first offsets; None if it had ended."""
    checkpoint = os.path.join(directory, "checkpoint")
    process = subprocess.Popen(demo(firesteel, directory), stdout=subprocess.DEVNULL)
    while process.poll() is None and not entries(checkpoint, "offsets"):
        time.sleep(0.0005)
    deadline = time.monotonic() + delay
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    offsets, commits = entries(checkpoint, "offsets"), entries(checkpoint, "commits")
    if not offsets or (commits and commits[-1] == FILES - 1):
        return None
    return offsets[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("firesteel")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.randrange(10**6)
    rng = random.Random(seed)
    print(f"seed {seed}")
    root = tempfile.mkdtemp(prefix="firesteel-kill-")
    directory = os.path.join(root, "demo")
    try:
        started = time.monotonic()
        expected = final_table(subprocess.run(demo(args.firesteel, directory), check=True,
                                              capture_output=True, text=True).stdout)
        run_seconds = time.monotonic() - started
        counted, attempts = [], 0
        while len(counted) < args.kills:
            attempts += 1
            if attempts > 10 * args.kills:
                sys.exit(f"only {len(counted)} of {attempts} kills fell between the first offsets "
                         "and the last commit")
            batch = kill_once(args.firesteel, directory, rng.uniform(0, run_seconds))
            if batch is None:
                continue
            resumed = subprocess.run(demo(args.firesteel, directory, "--resume"), check=True,
                                     capture_output=True, text=True).stdout
            if final_table(resumed) != expected:
                print(resumed)
                sys.exit(f"killed in batch {batch}: the counts differ from {expected}")
            counted.append(batch)
        if len(set(counted)) < 5:
            sys.exit(f"the kills fell in too few batches: {sorted(set(counted))}")
        print(f"{len(counted)} kills in {len(set(counted))} batches, {attempts} attempts: all "
              "resumed to the same counts")
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
