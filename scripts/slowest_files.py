#!/usr/bin/env python3
"""Prints the ten slowest source files of a build, from ninja's log.

usage: slowest_files.py BUILD_DIRECTORY [--since EPOCH_SECONDS]

--since limits it to what was compiled since then; nothing compiled prints nothing. The times are
wall-clock seconds while other files compile beside, so they are upper bounds of CPU time.
"""

import argparse
import os
import pathlib
import re


def compiled_files(build: pathlib.Path, since: float) -> dict[str, float]:
    """Returns the compile time in seconds of each object file made since `since`."""
    seconds = {}
    for line in (build / ".ninja_log").read_text().splitlines():
        # start_ms, end_ms, modification time, output, hash of the command
        fields = line.split("\t")
        if len(fields) != 5 or not fields[3].endswith(".o"):
            continue
        output = build / fields[3]
        if output.exists() and os.stat(output).st_mtime >= since:
            seconds[fields[3]] = (int(fields[1]) - int(fields[0])) / 1000
    return seconds


def source_name(output: str) -> str:
    """Turns src/types/CMakeFiles/firesteel_types.dir/cast.cc.o into src/types/cast.cc."""
    return re.sub(r"(^|/)CMakeFiles/[^/]+\.dir/", r"\1", output).removesuffix(".o")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--since", type=float, default=0)
    arguments = parser.parse_args()
    if not (arguments.build / ".ninja_log").exists():
        return
    seconds = compiled_files(arguments.build, arguments.since)
    if not seconds:
        return
    mean = sum(seconds.values()) / len(seconds)
    print(f"Compiled {len(seconds)} files, {mean:.1f} s each on average; the slowest:")
    for output in sorted(seconds, key=seconds.get, reverse=True)[:10]:
        print(f"  {seconds[output]:6.1f} s  {source_name(output)}")


if __name__ == "__main__":
    main()
