#!/usr/bin/env python3
"""Runs one job over JSON lines with Firesteel, Spark and DuckDB in one run.

    compare_engines.py JOB [--build build/bench] [--rows 2000000] [--rounds 5]
        [--spark-python PYTHON] [--duckdb-python PYTHON]

JOB is one of
  counts     a stream of files, counted by activity after each of them, with a checkpoint
  parquet    a batch: filter, project, write Parquet
and, as streams of files with state and a checkpoint,
  windows-append, windows-update
             10-second windows by user and activity with a watermark, over the JSON lines
  dedup      dropDuplicates of 1,000,000 rows, 500,000 distinct keys
  sums       count and sum of 2,000,000 rows by 50,000 keys, update mode
  join       two streams of 1,000,000 rows each, inner, with a time range and watermarks

Prints rows per CPU-second over all threads of each engine: median, lowest, highest.
  firesteel  the whole process, from its start to its exit
  spark      the server's CPU in its second, warm pass (streams: availableNow, noop);
             "spark, started": from the start of the JVM to the end of the first pass
  duckdb     the slope between a quarter and all of the files, so that its start-up does not count
An engine whose Python is not given is left out; DuckDB has no streams with state. The machine must
have the size of the job's input free under --directory.
"""
import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap

import spark_program

FILES = 40
SCHEMA = ("Arrival_Time long, Creation_Time long, Device string, Index long, Model string, "
          "User string, gt string, x double, y double, z double")

COLUMNS = ("{'Arrival_Time':'BIGINT','Creation_Time':'BIGINT','Device':'VARCHAR','Index':'BIGINT',"
           "'Model':'VARCHAR','User':'VARCHAR','gt':'VARCHAR','x':'DOUBLE','y':'DOUBLE','z':'DOUBLE'}")
CONDITION = "gt IS NOT NULL AND x > 0"
PROJECTION = 'Arrival_Time, "User", gt, x, y, z, sqrt(x * x + y * y + z * z) AS magnitude'

# What a query over the files of stateful_streams reads.
ROWS = """(spark.readStream.schema("key LONG, amount LONG, time TIMESTAMP")
                   .option("maxFilesPerTrigger", 1).parquet(data))"""


def windows(mode):
    return {
        "program": ["benchmarks/stateful_streams", f"windows-{mode}"],
        "spark": f"""
            windows = (spark.readStream.schema(schema).option("maxFilesPerTrigger", 1).json(data)
                       .selectExpr("timestamp_millis(Arrival_Time) AS time", "User", "gt")
                       .withWatermark("time", "10 seconds")
                       .groupBy(window("time", "10 seconds"), "User", "gt").count())
            run(windows, "{mode}")
            """,
    }


# What Spark and DuckDB run for each job, and the program of the same job. `keys`: the job reads
# files of stateful_streams with so many keys, and so many rows unless --rows says otherwise.
JOBS = {
    "counts": {
        "program": ["examples/activity_counts"],
        "spark": """
            counts = (spark.readStream.schema(schema).option("maxFilesPerTrigger", 1).json(data)
                      .groupBy("gt").count())
            run(counts, "complete")
            """,
        "duckdb": "select gt, count(*) from {table} group by gt",
    },
    "parquet": {
        "program": ["examples/json_to_parquet"],
        "spark": f"""
            (spark.read.schema(schema).json(data).where("{CONDITION}")
             .selectExpr({", ".join(repr(c.strip().replace('"', "`")) for c in PROJECTION.split(", "))})
             .write.mode("overwrite").parquet(os.path.join(tempfile.mkdtemp(), "out")))
            """,
        "duckdb": f"copy (select {PROJECTION} from {{table}} where {CONDITION}) "
                  "to '{out}' (format parquet)",
    },
    "windows-append": windows("append"),
    "windows-update": windows("update"),
    "dedup": {
        "program": ["benchmarks/stateful_streams", "dedup"],
        "rows": 1_000_000,
        "keys": 500_000,
        "spark": f"""
            run({ROWS}.dropDuplicates(["key"]), "append")
            """,
    },
    "sums": {
        "program": ["benchmarks/stateful_streams", "sums"],
        "rows": 2_000_000,
        "keys": 50_000,
        "spark": f"""
            run({ROWS}.groupBy("key").agg(expr("count(1)"), expr("sum(amount)")), "update")
            """,
    },
    "join": {
        "program": ["benchmarks/stateful_streams", "join"],
        "rows": 1_000_000,
        "keys": 250_000,
        "sides": 2,
        "spark": f"""
            left = ({ROWS}.selectExpr("key AS left_key", "time AS left_time", "amount")
                    .withWatermark("left_time", "5 seconds"))
            right = ({ROWS}.selectExpr("key AS right_key",
                                       "time + INTERVAL 3 SECONDS AS right_time",
                                       "amount AS right_amount")
                     .withWatermark("right_time", "5 seconds"))
            run(left.join(right, expr("left_key = right_key AND right_time >= left_time AND "
                                      "right_time <= left_time + INTERVAL 10 SECONDS")), "append")
            """,
    },
}

SPARK = """
from pyspark.sql.functions import expr, window
data, schema = sys.argv[1:]
start()
def run(frame, mode):
    (frame.writeStream.format("noop").outputMode(mode)
     .option("checkpointLocation", tempfile.mkdtemp())
     .trigger(availableNow=True).start().awaitTermination())
def job():
JOB
job()
from_start = cpu()
job()
print("RESULT", json.dumps([from_start, cpu() - from_start]))
"""


def cpu_of(command):
    """CPU-seconds of a command and its threads."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def firesteel(args, data):
    # A new one each time: a file system is slower right after much was removed from it.
    out = os.path.join(tempfile.mkdtemp(prefix="out-", dir=args.directory), "out")
    program, *arguments = JOBS[args.job]["program"]
    used = cpu_of([os.path.join(args.build, program), *arguments, data, out])
    return {"firesteel": args.rows / used}


def duckdb(args, data):
    files = sorted(os.path.join(data, name) for name in os.listdir(data))

    def run(some):
        table = f"read_json({some!r}, format='newline_delimited', columns={COLUMNS})"
        query = JOBS[args.job]["duckdb"].format(table=table, out=os.path.join(args.directory, "duck"))
        return cpu_of([args.duckdb_python, "-c",
                       f"import duckdb\nduckdb.sql({query!r}).fetchall() if 'copy' not in {query!r} "
                       f"else duckdb.sql({query!r})"])

    return {"duckdb": args.rows * 0.75 / (run(files) - run(files[: len(files) // 4]))}


def spark(args, data):
    body = textwrap.indent(textwrap.dedent(JOBS[args.job]["spark"]), "    ")
    from_start, warm = spark_program.run(args.spark_python, SPARK.replace("JOB", body, 1), data,
                                         SCHEMA)
    return {"spark": args.rows / warm, "spark, started": args.rows / from_start}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--rows", type=int, default=None)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--spark-python")
    parser.add_argument("--spark-rounds", type=int, default=2)
    parser.add_argument("--duckdb-python")
    parser.add_argument("--directory", default=None)
    args = parser.parse_args()
    job = JOBS[args.job]
    args.rows = args.rows or job.get("rows", 2_000_000)
    if args.rows % args.files:
        sys.exit(f"--rows must be a multiple of {args.files}")
    own_directory = args.directory is None
    args.directory = args.directory or tempfile.mkdtemp(prefix="firesteel-benchmark-")
    data = os.path.join(args.directory, "data")
    if "keys" in job:
        maker = [os.path.join(args.build, "benchmarks/stateful_streams"), "data", str(args.rows),
                 str(job["keys"]), str(args.files), data]
    else:
        maker = [os.path.join(args.build, "firesteel"), "activity-data", data, "--files",
                 str(args.files), "--rows", str(args.rows // args.files)]
    subprocess.run(maker, check=True)
    args.rows *= job.get("sides", 1)
    size = sum(os.path.getsize(os.path.join(data, name)) for name in os.listdir(data))
    print(f"{args.rows:,} rows, {size / args.rows:.0f} bytes each, {args.files} files; "
          f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    engines = [(firesteel, args.rounds)]
    if args.duckdb_python and "duckdb" in job:
        engines.append((duckdb, args.rounds))
    if args.spark_python:
        engines.append((spark, args.spark_rounds))
    results = {}
    for number in range(max(rounds for _, rounds in engines)):
        for measure, rounds in engines:
            if number < rounds:
                for name, value in measure(args, data).items():
                    results.setdefault(name, []).append(value)
    print(f"{'engine':15} {'rows per CPU-second':>20} {'lowest':>12} {'highest':>12}  runs")
    for name, values in results.items():
        print(f"{name:15} {statistics.median(values):20,.0f} {min(values):12,.0f} "
              f"{max(values):12,.0f}  {len(values)}")
    for name in ("spark", "spark, started"):
        if name in results:
            ratio = statistics.median(results["firesteel"]) / statistics.median(results[name])
            print(f"firesteel / {name}: {ratio:.1f}")
    if own_directory:
        shutil.rmtree(args.directory)


if __name__ == "__main__":
    main()
