#!/usr/bin/env python3
"""Runs one script with every PySpark that is meant to work, each in an environment of its own.

    clients_check.py FIRESTEEL [DIRECTORY]

Makes DIRECTORY/<client> (a temporary directory by default) with pip from the package index that pip
is configured for, starts a server for each and runs client_job.py against it. Prints a line for each
client and fails when one of them fails.
"""
import os
import subprocess
import sys
import tempfile
import venv

CLIENTS = ["pyspark-client==4.0.4", "pyspark-client==4.1.3", "pyspark-client==4.2.0",
           "pyspark[connect]==4.3.0"]
# Other versions of these do not go with the older clients.
TOGETHER = ["pandas<3", "setuptools<81"]
JOB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "client_job.py")


def environment_of(client, directory):
    """The Python of an environment with this client; made once."""
    place = os.path.join(directory, client.replace("[connect]", ""))
    python = os.path.join(place, "bin", "python")
    if not os.path.exists(python):
        venv.create(place, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", client, *TOGETHER], check=True)
    return python


def run(firesteel, python):
    """The exit status of the job with a server of its own."""
    server = subprocess.Popen([firesteel, "server", "--port", "0", "--python", python],
                              stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().split()[-1]
        return subprocess.run([python, JOB, url], timeout=300, check=False).returncode
    finally:
        server.terminate()
        server.wait(timeout=60)
        server.stdout.close()


def main():
    firesteel = os.path.abspath(sys.argv[1])
    directory = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="firesteel-clients-")
    failed = 0
    for client in CLIENTS:
        status = run(firesteel, environment_of(client, directory))
        failed += status != 0
        print("%-28s %s" % (client, "passed" if status == 0 else "FAILED, status %d" % status),
              flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
