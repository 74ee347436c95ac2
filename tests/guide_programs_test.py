#!/usr/bin/env python3
"""Runs the programs of examples/guide, in C++ and in PySpark, and compares docs/guide-programs.md
with what they say of themselves: comments in them name the programs by number.

    guide_programs_test.py DIRECTORY_WITH_THE_EXAMPLES FIRESTEEL
    guide_programs_test.py --write
"""
import importlib.util
import pathlib
import re
import subprocess
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = PROJECT / "docs" / "guide-programs.md"
# Run by tests/kafka/sink_test.py.
WITH_A_BROKER = ["guide_kafka"]
HEAD = """# The guide's programs

The programs of the Structured Streaming guide, by number, and where each runs here. The tests run all of them, and
write this table: `python tests/guide_programs_test.py --write`.

| # | what it does | C++ | PySpark | status |
|---|---|---|---|---|
"""


def sources():
    examples = PROJECT / "examples"
    return sorted(path for folder in (examples, examples / "guide") for path in folder.iterdir()
                  if path.suffix in (".cc", ".py"))


def places():
    """The files that hold each program: {(number, suffix): [path]}."""
    found = {}
    for path in sources():
        for numbers in re.findall(r"[Pp]rograms? ((?:\d+(?:, and |, | and )?)+)", path.read_text()):
            for number in re.findall(r"\d+", numbers):
                files = found.setdefault((int(number), path.suffix), [])
                if path not in files:
                    files.append(path)
    return found


def table():
    found = places()
    lines, running = [], 0
    for line in (PROJECT / "examples/guide/programs.txt").read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        number, purpose, *reason = [part.strip() for part in line.split(" | ")]
        cells = [", ".join(f"[{path.stem}](../{path.relative_to(PROJECT)})"
                           for path in found.get((int(number), suffix), []))
                 for suffix in (".cc", ".py")]
        if reason and reason[0].startswith("`"):
            status = f"runs: {reason[0]}"
        elif any(cells):
            status = "runs"
        elif reason:
            status = f"waits for: {reason[0]}"
        else:
            sys.exit(f"program {number} is neither in a file nor left out with a reason")
        running += status.startswith("runs")
        lines.append(f"| {number} | {purpose} | {cells[0] or '–'} | {cells[1] or '–'} | {status} |\n")
    return HEAD + "".join(lines) + f"\n{running} of {len(lines)} run.\n"


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=240)
    if done.returncode != 0 or not done.stdout.rstrip().endswith("done"):
        sys.exit(f"{command} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def main():
    wanted = table()
    if "--write" in sys.argv:
        DOCUMENT.write_text(wanted)
        return
    if not DOCUMENT.exists() or DOCUMENT.read_text() != wanted:
        sys.exit("docs/guide-programs.md is not up to date; "
                 "run python tests/guide_programs_test.py --write")
    programs, firesteel = sys.argv[1:3]
    guide = PROJECT / "examples" / "guide"
    for path in sorted(guide.glob("*.cc")):
        if path.stem not in WITH_A_BROKER:
            run(pathlib.Path(programs) / path.stem)
    if importlib.util.find_spec("pyspark") is None:
        print("There is no PySpark: the scripts were not run.")
        return
    for path in sorted(guide.glob("*.py")):
        run(firesteel, "run", "--python", sys.executable, path)


if __name__ == "__main__":
    main()
