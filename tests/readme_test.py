#!/usr/bin/env python3
"""Compares the table of what is supported in the README with what the program says of itself.

    readme_test.py README.md FIRESTEEL [--write]
"""
import subprocess
import sys

BEGIN, END = "<!-- supported: begin -->\n", "<!-- supported: end -->\n"


def main():
    readme, firesteel = sys.argv[1:3]
    with open(readme, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    current, after = rest.split(END)
    wanted = subprocess.run([firesteel, "supported"], check=True, capture_output=True,
                            text=True).stdout
    if current == wanted:
        return
    if "--write" in sys.argv:
        with open(readme, "w", encoding="utf-8") as file:
            file.write(before + BEGIN + wanted + END + after)
        return
    sys.exit("README.md does not say what `firesteel supported` says; "
             "run tests/readme_test.py README.md build/test/firesteel --write")


if __name__ == "__main__":
    main()
