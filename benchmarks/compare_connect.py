#!/usr/bin/env python3
"""Compares two Spark Connect servers in one run, as an unmodified PySpark client sees them.

    compare_connect.py firesteel=ADDRESS,PID spark=ADDRESS,PID [--rounds 5] [--jobs small,arrow,foreach]

ADDRESS is sc://host:port; PID is the server's process, which must run on this machine. Jobs:
  small    spark.sql("SELECT 1").collect(), many times
  arrow    toArrow() of 2,000,000 rows with ten columns of mixed types
  foreach  a stream of one row per batch whose foreachBatch function calls df.count() once
Prints median, lowest and highest over the rounds, which take turns between the servers. CPU counts all
threads of the server's process, in `foreach` without its Python workers; "trigger to commit" is
durationMs.triggerExecution of the batches, in whole milliseconds.
"""
import argparse
import os
import platform
import statistics
import tempfile
import time

from pyspark.sql import SparkSession

ROWS = 2_000_000
COLUMNS = [
    "id", "cast(id % 1000 AS int) AS small", "id * 0.5D AS half", "id % 2 = 0 AS even",
    "concat('name-', id % 1000) AS name", "cast(id AS string) AS text",
    "timestamp_micros(id * 1000) AS at", "date_add(DATE'2020-01-01', cast(id % 1000 AS int)) AS day",
    "cast(id % 100000 AS decimal(10,2)) AS price", "if(id % 3 = 0, NULL, id) AS sometimes",
]


class Server:
    """One server: its session and the CPU time of its process."""

    def __init__(self, text):
        self.name, _, place = text.partition("=")
        address, _, self.pid = place.rpartition(",")
        self.spark = SparkSession.builder.remote(address).create()

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(server, work):
    """Milliseconds that `work` takes: wall, the server's CPU, this client's CPU."""
    wall, cpu, own = time.perf_counter(), server.cpu_seconds(), time.process_time()
    work()
    return [1000 * (after - before) for before, after in
            ((wall, time.perf_counter()), (cpu, server.cpu_seconds()), (own, time.process_time()))]


def small(server, calls):
    def work():
        for _ in range(calls):
            server.spark.sql("SELECT 1").collect()

    wall, cpu, own = (value / calls for value in timed(server, work))
    return {"wall": wall, "server CPU": cpu, "client CPU": own, "wall - client CPU": wall - own}


def arrow(server, _):
    frame = server.spark.range(ROWS).selectExpr(*COLUMNS)
    sizes = []
    wall, cpu, own = timed(server, lambda: sizes.append(frame.toArrow().shape))
    assert sizes == [(ROWS, len(COLUMNS))], sizes
    return {"wall": wall, "server CPU": cpu, "client CPU": own}


def count_batch(batch, _):
    batch.count()


def foreach(server, batches):
    stream = (server.spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 1)
              .option("numPartitions", 1).load())
    query = (stream.writeStream.foreachBatch(count_batch)
             .option("checkpointLocation", tempfile.mkdtemp(prefix="compare-connect-")).start())
    try:
        progress = query.lastProgress
        while progress is None or progress.batchId < batches:
            if query.exception() is not None:
                raise query.exception()
            time.sleep(0.5)
            progress = query.lastProgress
        recent = query.recentProgress
    finally:
        query.stop()
    assert all(each.numInputRows == 1 for each in recent)
    times = [each.durationMs["triggerExecution"] for each in recent if each.batchId >= batches // 4]
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return {"trigger to commit, p50": statistics.median(times),
            "trigger to commit, p95": cuts[18]}


# Each job with its repetitions per round: calls, nothing, batches.
JOBS = {"small": (small, 300), "arrow": (arrow, 1), "foreach": (foreach, 80)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("servers", nargs="+", type=Server, metavar="NAME=ADDRESS,PID")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", default=",".join(JOBS))
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
          f"load {os.getloadavg()[0]:.1f}, {args.rounds} rounds; milliseconds")
    print(f"{'job':8} {'server':10} {'measure':24} {'median':>10} {'lowest':>10} {'highest':>10}")
    for job in args.jobs.split(","):
        measure, repetitions = JOBS[job]
        results = {server.name: [] for server in args.servers}
        for number in range(args.rounds + 1):
            for server in args.servers:
                result = measure(server, repetitions)
                if number:  # The first round only warms both sides up.
                    results[server.name].append(result)
        medians = []
        for name, rounds in results.items():
            medians.append({})
            for key in rounds[0]:
                values = [each[key] for each in rounds]
                medians[-1][key] = statistics.median(values)
                print(f"{job:8} {name:10} {key:24} {medians[-1][key]:10.2f} {min(values):10.2f} "
                      f"{max(values):10.2f}")
        if len(medians) == 2:
            print(f"{job:8} {args.servers[1].name} / {args.servers[0].name}: " + ", ".join(
                f"{key} {other / max(medians[0][key], 0.001):.1f}"
                for key, other in medians[1].items() if " - " not in key))
    for server in args.servers:
        server.spark.stop()


if __name__ == "__main__":
    main()
