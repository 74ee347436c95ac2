#!/usr/bin/env python3
"""Counts a backlog far larger than the memory budget in one batch and looks at the memory it takes.

    backlog_memory_check.py BUILD_DIRECTORY [--gigabytes 4] [--limit-megabytes 500]
"""
import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ROWS_PER_FILE = 262144


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--gigabytes", type=float, default=4)
    parser.add_argument("--limit-megabytes", type=int, default=500)
    args = parser.parse_args()
    root = tempfile.mkdtemp(prefix="firesteel-backlog-")
    try:
        data = os.path.join(root, "data")
        generate = [os.path.join(args.build, "firesteel"), "activity-data", data, "--rows",
                    str(ROWS_PER_FILE), "--files"]
        subprocess.run([*generate, "1"], check=True)
        file_bytes = os.path.getsize(os.path.join(data, "activity-000.json"))
        files = int(args.gigabytes * 1e9 / file_bytes) + 1
        subprocess.run([*generate, str(files)], check=True)
        # The program's memory, not the generator's: of all children so far only the largest is known.
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        started = time.monotonic()
        output = subprocess.run([os.path.join(args.build, "examples", "activity_counts"), data,
                                 os.path.join(root, "checkpoint"), "0"], check=True,
                                capture_output=True, text=True).stdout
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        counted = sum(int(line.split("|")[2]) for line in output.splitlines()
                      if line.startswith("|") and "count" not in line)
        print(f"{files * file_bytes / 1e9:.2f} GB, {counted:,} rows in {output.count('Batch: ')} batch, "
              f"{seconds:.1f} s, peak memory {peak / 1024:.0f} MB (generator {before / 1024:.0f} MB)")
        if counted != files * ROWS_PER_FILE or output.count("Batch: ") != 1:
            sys.exit(f"wanted {files * ROWS_PER_FILE} rows in one batch")
        if peak / 1024 > args.limit_megabytes:
            sys.exit(f"more than {args.limit_megabytes} MB")
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
