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

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


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


def run(*command):
    """Runs a command in the project's directory and returns what it prints."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=120)
    check(done.returncode == 0, f"{command} ended with {done.returncode}", done.stdout + done.stderr)
    return done.stdout


def table_rows(output):
    """The cells of the printed tables, headers included."""
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for line in output.splitlines() if line.startswith("|")]


def flights(examples, firesteel):
    """The batch report, in C++ and as SQL."""
    with tempfile.TemporaryDirectory() as root:
        output = run(f"{examples}/flights_report", "examples/data", f"{root}/report")
    rows = table_rows(output)
    check(rows[0] == ["carrier", "country", "flights", "mean_delay", "worst_delay"], "header", output)
    check(["Alpen Air", "Germany", "2", "-5.0", "-2"] in rows, "Alpen Air to Germany", output)
    check(len(rows) == 9, "carriers and countries", output)
    output = run(firesteel, "sql", "examples/sql/flights.sql")
    rows = table_rows(output)
    check(rows[0] == ["destination", "flights", "mean_delay"], "header", output)
    check(["Lisboa; Lisbon", "2", "21.5"] in rows, "flights to Lisbon", output)
    check(rows[1] == ["Berlin", "4", "-3.7"], "flights to Berlin", output)


def sql_over_stream(examples, firesteel):
    """A query on a streaming view, in C++ and as SQL."""
    with tempfile.TemporaryDirectory() as root:
        run(firesteel, "activity-data", root, "--files", "2", "--rows", "500")
        output = run(f"{examples}/sql_over_stream", root)
    check("Batch: 0" in output and ["User", "readings", "mean_x"] in table_rows(output),
          "the walks of each user", output)
    output = run(firesteel, "sql", "--available-now", "examples/sql/stream.sql")
    check("Batch: 0" in output and ["4", "3"] in table_rows(output), "people in the stream", output)


def csv_stream(examples):
    output = run(f"{examples}/csv_stream", "examples/data/people")
    rows = table_rows(output)
    check(["Bob", "32", "Driver; pilot"] in rows and ["Chen", "NULL", "Student"] in rows
          and ["Amélie", "41", "Surgeon"] in rows and len(rows) == 4, "people", output)


def json_to_parquet(examples, firesteel):
    """What it writes is what its query gives."""
    with tempfile.TemporaryDirectory() as root:
        data, written = os.path.join(root, "data"), os.path.join(root, "written")
        run(firesteel, "activity-data", data, "--files", "2", "--rows", "500")
        run(f"{examples}/json_to_parquet", data, written)
        counts = [table_rows(run(firesteel, "sql", "-e", f"SELECT count(*), max(z) FROM {table}"))[1]
                  for table in (f"parquet.`{written}` WHERE magnitude > 0",
                                f"json.`{data}` WHERE gt IS NOT NULL AND x > 0")]
    check(counts[0] == counts[1] and int(counts[0][0]) > 0, "rows written", str(counts))


def main():
    examples, firesteel = (os.path.abspath(path) for path in sys.argv[1:])
    network_word_count(examples)
    activity_counts(examples, firesteel)
    flights(examples, firesteel)
    sql_over_stream(examples, firesteel)
    csv_stream(examples)
    json_to_parquet(examples, firesteel)
    print("all examples work")


if __name__ == "__main__":
    main()
