#!/usr/bin/env python3
"""Runs tests/connect/broken_connections_test.py with cuts at random bytes, one seed after another.

usage: broken_connections_check.py FIRESTEEL [SEEDS [FIRST_SEED]]

To be run with a Python that has a PySpark client. Ends at the first seed that fails; the test's
SEED=n repeats it.
"""

import os
import pathlib
import subprocess
import sys
import time

TEST = pathlib.Path(__file__).parent.parent / "connect" / "broken_connections_test.py"


def main():
    firesteel = sys.argv[1]
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    began = time.monotonic()
    for seed in range(first, first + seeds):
        environment = dict(os.environ, SEED=str(seed))
        run = subprocess.run(
            [sys.executable, str(TEST), firesteel, "AtAnyByte"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if run.returncode != 0:
            print(run.stdout)
            print("SEED=%d fails" % seed)
            return 1
    print("%d seeds in %.0f s" % (seeds, time.monotonic() - began))
    return 0


if __name__ == "__main__":
    sys.exit(main())
