#!/usr/bin/env python3
"""Runs the examples as a user would.

    examples_test.py DIRECTORY_WITH_THE_EXAMPLES FIRESTEEL
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile


def check(condition, what, output):
    if not condition:
        sys.exit(f"{what}\n--- output ---\n{output}")


def network_word_count(examples):
    """Sends lines and reads the console until the counts are there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        process = subprocess.Popen([f"{examples}/structured_network_wordcount", "127.0.0.1", str(port)],
                                   stdout=subprocess.PIPE, text=True)
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"cat dog\ndog owl\n")
            output = ""
            for line in process.stdout:
                output += line
                if output.rstrip().endswith("+----+-----+") and "| dog|    2|" in output \
                        and "| cat|    1|" in output and "| owl|    1|" in output:
                    break
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
    check("Batch: 0" in output, "the word count printed no batch", output)
    check("| dog|    2|" in output, "the word count is wrong", output)


def activity_counts(examples, firesteel):
    """Counts a directory, adds a file, and goes on from the checkpoint."""
    root = tempfile.mkdtemp(prefix="firesteel-example-")
    try:
        data, checkpoint = os.path.join(root, "data"), os.path.join(root, "checkpoint")
        for files, batches in (("3", ["Batch: 0", "Batch: 1", "Batch: 2"]), ("4", ["Batch: 3"])):
            subprocess.run([firesteel, "activity-data", data, "--files", files, "--rows", "100"],
                           check=True)
            output = subprocess.run([f"{examples}/activity_counts", data, checkpoint], check=True,
                                    capture_output=True, text=True).stdout
            check([line for line in output.splitlines() if line.startswith("Batch")] == batches,
                  f"wanted {batches}", output)
        last = output.split("Batch: 3")[1]
        total = sum(int(line.split("|")[2]) for line in last.splitlines()
                    if line.startswith("|") and "count" not in line)
        check(total == 400, f"the counts add up to {total}, not 400", output)
    finally:
        shutil.rmtree(root)


def main():
    examples, firesteel = sys.argv[1:]
    network_word_count(examples)
    activity_counts(examples, firesteel)
    print("both examples work")


if __name__ == "__main__":
    main()
