"""How the programs that compare engines run Spark: a Python program of its own, whose JVM is
measured."""
import json
import subprocess

# start(…) begins a session with these settings; cpu() gives the CPU-seconds of its JVM so far.
PRELUDE = """
import json, os, pathlib, sys, tempfile
from pyspark.sql import SparkSession
def start(**settings):
    global spark, java
    builder = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
               .config("spark.sql.shuffle.partitions", "2"))
    for name, value in settings.items():
        builder = builder.config("spark." + name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    java = spark.sparkContext._gateway.proc.pid
def cpu():
    fields = open(f"/proc/{java}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
"""


def run(python, program, *arguments, timeout=None):
    """Runs PRELUDE and `program`, and returns what it prints as JSON behind `RESULT `. Errors:
    RuntimeError with the end of what Spark said."""
    done = subprocess.run([python, "-c", PRELUDE + program, *arguments], capture_output=True,
                          text=True, timeout=timeout)
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    raise RuntimeError("Spark failed: " + done.stderr[-4000:])
