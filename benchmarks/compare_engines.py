#!/usr/bin/env python3
"""Runs one job over JSON lines with Firesteel, Spark and DuckDB in one run.

    compare_engines.py JOB [--build build/bench] [--rows 2000000] [--rounds 5]
        [--spark-python PYTHON] [--duckdb-python PYTHON]

JOB is one of
  counts     a stream of files, counted by activity after each of them, with a checkpoint
  parquet    a batch: filter, project, write Parquet

Prints rows per CPU-second over all threads of each engine: median, lowest, highest.
  firesteel  the whole process, from its start to its exit
  spark      the server's CPU in its second, warm pass (counts: availableNow, complete mode, noop)
  duckdb     the slope between a quarter and all of the files, so that its start-up does not count
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

COLUMNS = ("{'Arrival_Time':'BIGINT','Creation_Time':'BIGINT','Device':'VARCHAR','Index':'BIGINT',"
           "'Model':'VARCHAR','User':'VARCHAR','gt':'VARCHAR','x':'DOUBLE','y':'DOUBLE','z':'DOUBLE'}")
CONDITION = "gt IS NOT NULL AND x > 0"
PROJECTION = 'Arrival_Time, "User", gt, x, y, z, sqrt(x * x + y * y + z * z) AS magnitude'

# What Spark and DuckDB run for each job; the program of the same job is in examples/.
JOBS = {
    "counts": {
        "program": "activity_counts",
        "spark": """
            counts = (spark.readStream.schema(schema).option("maxFilesPerTrigger", 1).json(data)
                      .groupBy("gt").count())
            counts.writeStream.format("noop").outputMode("complete").option(
                "checkpointLocation", tempfile.mkdtemp()).trigger(
                availableNow=True).start().awaitTermination()
            """,
        "duckdb": "select gt, count(*) from {table} group by gt",
    },
    "parquet": {
        "program": "json_to_parquet",
        "spark": f"""
            (spark.read.schema(schema).json(data).where("{CONDITION}")
             .selectExpr({", ".join(repr(c.strip().replace('"', "`")) for c in PROJECTION.split(", "))})
             .write.mode("overwrite").parquet(os.path.join(tempfile.mkdtemp(), "out")))
            """,
        "duckdb": f"copy (select {PROJECTION} from {{table}} where {CONDITION}) "
                  "to '{out}' (format parquet)",
    },
}

SPARK = """
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
def job():
JOB
passes = []
for _ in range(2):
    before = cpu()
    job()
    passes.append(cpu() - before)
print("RESULT", json.dumps(passes))
"""


def cpu_of(command):
    """CPU-seconds of a command and its threads."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def firesteel(args, data):
    out = os.path.join(args.directory, "out")
    shutil.rmtree(out, ignore_errors=True)
    program = os.path.join(args.build, "examples", JOBS[args.job]["program"])
    return args.rows / cpu_of([program, data, out])


def duckdb(args, data):
    files = sorted(os.path.join(data, name) for name in os.listdir(data))

    def run(some):
        table = f"read_json({some!r}, format='newline_delimited', columns={COLUMNS})"
        query = JOBS[args.job]["duckdb"].format(table=table, out=os.path.join(args.directory, "duck"))
        return cpu_of([args.duckdb_python, "-c",
                       f"import duckdb\nduckdb.sql({query!r}).fetchall() if 'copy' not in {query!r} "
                       f"else duckdb.sql({query!r})"])

    return args.rows * 0.75 / (run(files) - run(files[: len(files) // 4]))


def spark(args, data):
    body = textwrap.indent(textwrap.dedent(JOBS[args.job]["spark"]), "    ")
    output = subprocess.run([args.spark_python, "-c", SPARK.replace("JOB", body, 1), data, SCHEMA],
                            check=True, capture_output=True, text=True).stdout
    passes = json.loads(next(line for line in output.splitlines()
                             if line.startswith("RESULT ")).removeprefix("RESULT "))
    return args.rows / passes[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("job", choices=JOBS)
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
