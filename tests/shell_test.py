#!/usr/bin/env python3
"""Uses the `firesteel` command as people do: with arguments, with a script, and at a terminal.

    shell_test.py FIRESTEEL
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 60
PROMPT = "firesteel> "


def check(condition, what, output):
    if not condition:
        sys.exit(f"{what}\n--- output ---\n{output}")


def run(*command, stdin=None, env=None):
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, input=stdin,
                          env=env)


def statements(firesteel):
    done = run(firesteel, "sql", "-e", "SELECT 1 AS a, 'x;y' AS b; SELECT 2")
    check(done.returncode == 0 and "|1  |x;y|" in done.stdout and "|2  |" in done.stdout,
          "two statements", done.stdout + done.stderr)
    done = run(firesteel, "sql", stdin="CREATE TEMP VIEW v AS SELECT 7 AS n;\n-- done\nSELECT n FROM v")
    check(done.returncode == 0 and "|7  |" in done.stdout, "a script", done.stdout + done.stderr)
    done = run(firesteel, "sql", "--conf", "spark.sql.session.timeZone=Asia/Tokyo", "-e",
               "SELECT timestamp_seconds(0) AS t")
    check("1970-01-01 09:00:00" in done.stdout, "a setting", done.stdout + done.stderr)
    done = run(firesteel, "sql", "--rows", "1", "-e", "VALUES (1), (2)")
    check("only showing top 1 row" in done.stdout, "a limit", done.stdout)
    done = run(firesteel, "sql", "--timing", "-e", "SELECT 1")
    check(re.search(r"^1 row in \d+\.\d{3} s$", done.stdout, re.M), "a timing", done.stdout)


def errors(firesteel):
    done = run(firesteel, "sql", "-e", "SELECT 1;\nSELECT 2 + ; SELECT 3")
    check(done.returncode == 1 and "|1  |" in done.stdout and "|3  |" not in done.stdout
          and "PARSE_SYNTAX_ERROR" in done.stderr and "^" in done.stderr,
          "the first error ends a script and is pointed at", done.stdout + done.stderr)
    check(run(firesteel, "sql", "/no/such/file.sql").returncode == 1, "a missing script", "")
    check(run(firesteel, "sql", "--conf", "nonsense", "-e", "SELECT 1").returncode == 2,
          "a setting without =", "")
    for arguments, meant in ((["slq"], "sql"), (["sql", "--exceute", "SELECT 1"], "--execute"),
                             (["checkpoint", "shwo", "/x"], "show"),
                             (["demo", "--resme"], "--resume")):
        done = run(firesteel, *arguments)
        check(done.returncode == 2 and f"Did you mean {meant}?" in done.stderr,
              f"{arguments} should suggest {meant}", done.stderr)
    for arguments in ([], ["sql"], ["checkpoint", "show"]):
        done = run(firesteel, *arguments, "--help")
        check(done.returncode == 0 and "Examples:" in done.stdout, f"help of {arguments}",
              done.stdout)


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, firesteel, home):
        environment = dict(os.environ, HOME=home, TERM="xterm")
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execve(firesteel, [firesteel, "sql"], environment)
        self.output = ""

    def type(self, text):
        os.write(self.terminal, text.encode())

    def expect(self, pattern):
        """Reads until the pattern is there, and returns what came up to it."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = re.search(pattern, self.output)
            if found:
                before, self.output = self.output[:found.end()], self.output[found.end():]
                return before
            check(time.monotonic() < deadline, f"no {pattern!r} at the terminal", self.output)
            if not select.select([self.terminal], [], [], 1)[0]:
                continue
            try:
                self.output += os.read(self.terminal, 65536).decode(errors="replace")
            except OSError:
                check(False, f"the shell ended before {pattern!r}", self.output)

    def end(self):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            select.select([self.terminal], [], [], 0.05)
        os.kill(self.pid, signal.SIGKILL)
        check(False, "the shell did not end", self.output)


def prompt(firesteel, home):
    shell = Terminal(firesteel, home)
    shell.expect(PROMPT)
    shell.type("select 40 +\r")
    shell.expect("         > ")
    shell.type("2 as answr\x1b[De\x1b[F;\r")
    shell.expect(r"\|answer\|")
    shell.expect(r"1 row in ")
    shell.expect(PROMPT)
    shell.type("select nothing from nowhere;\r")
    shell.expect("TABLE_OR_VIEW_NOT_FOUND")
    shell.expect(PROMPT)
    shell.type("select 'forgotten\x03")
    shell.expect(PROMPT)
    shell.type("create temp view ticks using rate options (streaming 'true', rowsPerSecond '50');\r")
    shell.expect(PROMPT)
    shell.type("select value from ticks;\r")
    shell.expect("Batch: 1")
    shell.type("\x03")
    shell.expect(PROMPT)
    shell.type("\x1b[A\x1b[A\x1b[B\x15select 'after' as it;\r")
    shell.expect(r"\|after\|")
    shell.expect(PROMPT)
    shell.type("quit\r")
    check(shell.end() == 0, "the shell's exit status", shell.output)

    shell = Terminal(firesteel, home)
    shell.expect(PROMPT)
    shell.type("\x1b[A\r")
    shell.expect(r"\|after\|")
    shell.expect(PROMPT)
    shell.type("\x04")
    check(shell.end() == 0, "the exit status after Ctrl-D", shell.output)


def checkpoint(firesteel, directory):
    run(firesteel, "demo", "--directory", f"{directory}/demo", "--files", "2", "--rows", "50")
    done = run(firesteel, "checkpoint", "show", f"{directory}/demo/checkpoint")
    check(done.returncode == 0 and "stateStoreSave" in done.stdout and "batches 0 to 1" in done.stdout,
          "a checkpoint", done.stdout + done.stderr)
    with open(f"{directory}/demo/checkpoint/commits/1", "w", encoding="utf-8") as file:
        file.write("nonsense")
    done = run(firesteel, "checkpoint", "show", "--json", f"{directory}/demo/checkpoint")
    check(done.returncode == 1 and "damaged: commits/1" in done.stderr and '"problems"' in done.stdout,
          "a damaged checkpoint", done.stdout + done.stderr)
    check(run(firesteel, "checkpoint", "show", directory).returncode == 1, "no checkpoint", "")


def main():
    firesteel = os.path.abspath(sys.argv[1])
    statements(firesteel)
    errors(firesteel)
    with tempfile.TemporaryDirectory() as directory:
        checkpoint(firesteel, directory)
        prompt(firesteel, directory)
    print("the command works")


if __name__ == "__main__":
    main()
