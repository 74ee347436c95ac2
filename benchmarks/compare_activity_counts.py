#!/usr/bin/env python3
"""Counts activities over JSON lines with Firesteel, Spark and DuckDB in one run.

    compare_activity_counts.py [--build build/bench] [--rows 2000000] [--rounds 5]
        [--spark-python PYTHON] [--duckdb-python PYTHON]

Prints rows per CPU-second over all threads of each engine: median, lowest, highest.
  firesteel  the whole process, from its start to its exit, checkpoint included
  spark      availableNow, complete mode, noop sink; the server's CPU in its second, warm pass
  duckdb     read_json of the same files, count by gt; the slope between a quarter and all of the
             files, so that its start-up does not count
An engine whose Python is not given is left out. The machine must have `firesteel activity-data`'s
output's size free under --directory.
"""
import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap

FILES = 40
SCHEMA = ("Arrival_Time long, Creation_Time long, Device string, Index long, Model string, "
          "User string, gt string, x double, y double, z double")

SPARK = textwrap.dedent("""
    import json, os, sys, tempfile
    from pyspark.sql import SparkSession
    data, schema = sys.argv[1:]
    spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
             .config("spark.sql.shuffle.partitions", "2").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    ticks = os.sysconf("SC_CLK_TCK")
    java = spark.sparkContext._gateway.proc.pid
    def cpu():
        fields = open(f"/proc/{java}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / ticks
    passes = []
    for _ in range(2):
        before = cpu()
        counts = (spark.readStream.schema(schema).option("maxFilesPerTrigger", 1).json(data)
                  .groupBy("gt").count())
        query = (counts.writeStream.format("noop").outputMode("complete")
                 .option("checkpointLocation", tempfile.mkdtemp())
                 .trigger(availableNow=True).start())
        query.awaitTermination()
        passes.append(cpu() - before)
    print("RESULT", json.dumps(passes))
    """)

DUCKDB = textwrap.dedent("""
    import duckdb, sys
    files = sys.argv[1:]
    rows = duckdb.sql(f"select gt, count(*) from read_json({files!r}, format='newline_delimited', columns={{"
        "'Arrival_Time':'BIGINT','Creation_Time':'BIGINT','Device':'VARCHAR','Index':'BIGINT',"
        "'Model':'VARCHAR','User':'VARCHAR','gt':'VARCHAR','x':'DOUBLE','y':'DOUBLE','z':'DOUBLE'}) group by gt").fetchall()
    assert rows
    """)


def cpu_of(command):
    """CPU-seconds of a command and its threads."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def firesteel(args, data):
    checkpoint = os.path.join(args.directory, "checkpoint")
    shutil.rmtree(checkpoint, ignore_errors=True)
    program = os.path.join(args.build, "examples", "activity_counts")
    return args.rows / cpu_of([program, data, checkpoint])


def duckdb(args, data):
    files = sorted(os.path.join(data, name) for name in os.listdir(data))
    quarter = files[: len(files) // 4]
    small = cpu_of([args.duckdb_python, "-c", DUCKDB, *quarter])
    large = cpu_of([args.duckdb_python, "-c", DUCKDB, *files])
    return args.rows * 0.75 / (large - small)


def spark(args, data):
    output = subprocess.run([args.spark_python, "-c", SPARK, data, SCHEMA], check=True,
                            capture_output=True, text=True).stdout
    passes = json.loads(next(line for line in output.splitlines()
                             if line.startswith("RESULT ")).removeprefix("RESULT "))
    return args.rows / passes[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--spark-python")
    parser.add_argument("--spark-rounds", type=int, default=2)
    parser.add_argument("--duckdb-python")
    parser.add_argument("--directory", default=None)
    args = parser.parse_args()
    if args.rows % FILES:
        sys.exit(f"--rows must be a multiple of {FILES}")
    own_directory = args.directory is None
    args.directory = args.directory or tempfile.mkdtemp(prefix="firesteel-benchmark-")
    data = os.path.join(args.directory, "data")
    subprocess.run([os.path.join(args.build, "firesteel"), "activity-data", data, "--files", str(FILES),
                    "--rows", str(args.rows // FILES)], check=True)
    size = sum(os.path.getsize(os.path.join(data, name)) for name in os.listdir(data))
    print(f"{args.rows:,} rows, {size / args.rows:.0f} bytes each, {FILES} files; "
          f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    engines = [("firesteel", firesteel, args.rounds)]
    if args.duckdb_python:
        engines.append(("duckdb", duckdb, args.rounds))
    if args.spark_python:
        engines.append(("spark", spark, args.spark_rounds))
    results = {name: [] for name, _, _ in engines}
    for number in range(max(rounds for _, _, rounds in engines)):
        for name, measure, rounds in engines:
            if number < rounds:
                results[name].append(measure(args, data))
    print(f"{'engine':10} {'rows per CPU-second':>20} {'lowest':>12} {'highest':>12}  runs")
    for name, values in results.items():
        print(f"{name:10} {statistics.median(values):20,.0f} {min(values):12,.0f} "
              f"{max(values):12,.0f}  {len(values)}")
    if "spark" in results:
        ratio = statistics.median(results["firesteel"]) / statistics.median(results["spark"])
        print(f"firesteel / spark: {ratio:.1f}")
    if own_directory:
        shutil.rmtree(args.directory)


if __name__ == "__main__":
    main()
