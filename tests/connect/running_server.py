"""A Firesteel server for the tests of this directory, and what they need of PySpark."""

import contextlib
import os
import re
import subprocess
import sys
import time

SKIPPED = 77


def skip_without_pyspark():
    """Ends the test program, visibly, where there is no PySpark to test with."""
    try:
        import pyspark.sql.connect.session  # noqa: F401
    except ImportError as error:
        print("SKIPPED: %s has no PySpark client: %s" % (sys.executable, error))
        sys.exit(SKIPPED)


class RunningServer:
    def __init__(self, firesteel, *arguments, log=None):
        """What the server says goes into the file `log`, if one is given."""
        with open(log, "w") if log else contextlib.nullcontext() as stderr:
            self.process = subprocess.Popen(
                [firesteel, "server", "--port", "0", "--python", sys.executable, *arguments],
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        self.log = log
        line = self.process.stdout.readline()
        self.url = re.search(r"sc://\S+", line).group()
        self.sessions = []

    def session(self):
        from pyspark.sql.connect.session import SparkSession

        session = SparkSession.builder.remote(self.url).create()
        self.sessions.append(session)
        return session

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(timeout=60)
        finally:
            self.process.stdout.close()
            # A client that was not closed tries, as Python ends, for minutes to reach its server.
            for session in self.sessions:
                session.client.close()

    def check_kept(self, secret):
        """Shows the log of a server that has stopped, and errors when the secret is in it."""
        with open(self.log) as log:
            said = log.read()
        if secret in said:
            raise AssertionError("the server's log has the secret: " + said)
        sys.stderr.write(said)


def workers_of(pid):
    """The processes of Python that a server has started."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name) as stat:
                parent = int(stat.read().rsplit(")", 1)[1].split()[1])
            with open("/proc/%s/cmdline" % name) as command:
                if parent == pid and "firesteel.worker" in command.read():
                    found.append(int(name))
        except OSError:
            pass
    return found


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("still not so after %d seconds" % seconds)
        time.sleep(0.02)
