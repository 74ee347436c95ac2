#!/usr/bin/env python3
"""Lets real Spark go on from a checkpoint that the demo left when it was killed.

    spark_resume_check.py FIRESTEEL      (run with a Python that has pyspark==4.3.0; needs Java 17)

The counts in the end must be those of an uninterrupted run of the demo.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SCHEMA = ("Arrival_Time long, Creation_Time long, Device string, Index long, Model string, "
          "User string, gt string, x double, y double, z double")


def counts_of(output):
    rows = [line.split("|") for line in output.splitlines() if line.startswith("|")]
    return sorted((row[1].strip(), int(row[2])) for row in rows if row[2].strip() != "count")


def killed_demo(firesteel, directory):
    """Starts the demo and kills it when about half of its batches are committed."""
    commits = os.path.join(directory, "checkpoint", "commits")
    process = subprocess.Popen([firesteel, "demo", "--directory", directory],
                               stdout=subprocess.DEVNULL)
    while process.poll() is None and not os.path.exists(os.path.join(commits, "20")):
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return max(int(name) for name in os.listdir(commits) if name.isdigit())


def main():
    firesteel = os.path.abspath(sys.argv[1])
    root = tempfile.mkdtemp(prefix="firesteel-spark-")
    try:
        whole = subprocess.run([firesteel, "demo", "--directory", f"{root}/whole"], check=True,
                               capture_output=True, text=True).stdout
        expected = counts_of(whole)
        last = killed_demo(firesteel, f"{root}/killed")
        from pyspark.sql import SparkSession
        spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
                 .getOrCreate())
        counts = (spark.readStream.schema(SCHEMA).option("maxFilesPerTrigger", 1)
                  .json(f"{root}/killed/data").groupBy("gt").count())
        query = (counts.writeStream.format("memory").queryName("counts").outputMode("complete")
                 .option("checkpointLocation", f"{root}/killed/checkpoint")
                 .trigger(availableNow=True).start())
        query.awaitTermination()
        batches = [progress["batchId"] for progress in query.recentProgress]
        found = sorted((row["gt"] if row["gt"] is not None else "NULL", row["count"])
                       for row in spark.table("counts").collect())
        print(f"Firesteel committed batches 0 to {last}; Spark {spark.version} ran "
              f"{min(batches)} to {max(batches)}")
        spark.stop()
        if found != expected:
            sys.exit(f"Spark counted {found}, the uninterrupted run {expected}")
        print(f"the same {len(found)} counts, {sum(count for _, count in found):,} rows in all")
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
