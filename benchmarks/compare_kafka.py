#!/usr/bin/env python3
"""Runs one job on Kafka with Firesteel and Spark, in one run on one broker that it starts.

    compare_kafka.py JOB [--build build/release] [--rows 2000000] [--rounds 4] [--spark-rounds 1]
        [--spark-python PYTHON --spark-jars DIRECTORY] [--broker-jars DIRECTORY]

JOB is one of
  etl      reads JSON, filters, projects, writes JSON to another topic, at least once and (Firesteel
           only) exactly once
  words    counts the words of lines in a stream with state: split, explode, groupBy, update mode
  latency  (Firesteel only) single records through a query that writes exactly once, in turns with
           records that are only written in a transaction and read

Topics have four partitions, streams ten batches and a checkpoint. Prints rows per CPU-second of the
engine without the broker: median, lowest, highest.
  firesteel  the whole process, from its start to its exit
  spark      its second, warm pass; "spark, started": from the start of the JVM to the end of the
             first pass

Needs Java 17; the broker's jars are fetched by Maven once, as for tests/kafka. SPARK_JARS is what
Maven makes of tests/long/spark_kafka_pom.xml. One JOB takes about a gigabyte under /tmp.
"""
import argparse
import os
import pathlib
import platform
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

import spark_program

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "kafka"))

from kafka_broker import KafkaBroker  # noqa: E402

PARTITIONS = 4
BATCHES = 10
EXACTLY_ONCE = "firesteel.kafka.exactlyOnce=true"

# The queries of kafka_streams.cc.
SPARK_JOBS = {
    "etl": """
        (frame.selectExpr("from_json(CAST(value AS STRING), 'id LONG, device STRING, kind STRING, "
                          "amount DOUBLE, time TIMESTAMP, session STRING, member BOOLEAN') event")
         .where("event.kind != 'leave' AND event.amount > 100")
         .selectExpr("event.device AS key", "to_json(struct(event.id, event.device, event.kind, "
                     "event.amount * 1.19 AS gross, event.time, event.member)) AS value")
         .writeStream.format("kafka").option("kafka.bootstrap.servers", brokers)
         .option("topic", to))
        """,
    "words": """
        (frame.selectExpr("explode(split(CAST(value AS STRING), ' ')) AS word")
         .groupBy("word").count().writeStream.outputMode("update").format("noop"))
        """,
}

SPARK = """
brokers, source, to, limit, jars = sys.argv[1:]
start(jars=",".join(str(jar) for jar in pathlib.Path(jars).glob("*.jar")))
def job():
    frame = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", brokers)
             .option("subscribe", source).option("startingOffsets", "earliest")
             .option("maxOffsetsPerTrigger", limit).load())
    query = (WRITER
             .option("checkpointLocation", tempfile.mkdtemp())
             .trigger(availableNow=True).start())
    query.awaitTermination()
    return sum(progress.numInputRows for progress in query.recentProgress)
rows = job()
from_start = cpu()
rows = min(rows, job())
print("RESULT", json.dumps([from_start, cpu() - from_start, rows]))
"""


class Comparison:
    def __init__(self, args, broker, directory):
        self.args = args
        self.broker = broker
        self.directory = directory
        self.program = os.path.join(args.build, "benchmarks/kafka_streams")
        self.passes = 0

    def run_program(self, *arguments):
        return subprocess.run([self.program, *arguments], check=True, capture_output=True,
                              text=True, timeout=600).stdout

    def checkpoint(self):
        self.passes += 1
        return os.path.join(self.directory, "checkpoint-%d" % self.passes)

    def prepare(self):
        self.broker.create_topic("source", PARTITIONS)
        # What is written is counted, not kept.
        self.broker.create_topic("results", PARTITIONS, retention_bytes=1 << 24,
                                 segment_bytes=1 << 24)
        self.run_program("data", self.broker.address, "source", self.args.job, str(self.args.rows))

    def firesteel(self, *options):
        job, limit = self.args.job, str(self.args.rows // BATCHES)
        topics = ["source", "results"] if job == "etl" else ["source"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        output = self.run_program(job, self.broker.address, *topics, self.checkpoint(), limit,
                                  *options)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert output == "%d rows\n" % self.args.rows, output
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def spark(self):
        program = SPARK.replace("WRITER", SPARK_JOBS[self.args.job].strip(), 1)
        from_start, warm, rows = spark_program.run(
            self.args.spark_python, program, self.broker.address, "source", "results",
            str(self.args.rows // BATCHES), self.args.spark_jars, timeout=900)
        assert rows == self.args.rows, rows
        return from_start, warm

    def compare(self):
        self.prepare()
        results = {}

        def add(name, cpu_seconds):
            results.setdefault(name, []).append(self.args.rows / cpu_seconds)
            # A pass takes up to minutes.
            print(f"{name}: {results[name][-1]:,.0f}", file=sys.stderr, flush=True)

        for number in range(max(self.args.rounds, self.args.spark_rounds)):
            if number < self.args.rounds:
                add("firesteel", self.firesteel())
                if self.args.job == "etl":
                    add("firesteel, exactly once", self.firesteel(EXACTLY_ONCE))
            if self.args.spark_python and number < self.args.spark_rounds:
                from_start, warm = self.spark()
                add("spark", warm)
                add("spark, started", from_start)
        print(f"{'engine':24} {'rows per CPU-second':>20} {'lowest':>12} {'highest':>12}  runs")
        for name, values in results.items():
            print(f"{name:24} {statistics.median(values):20,.0f} {min(values):12,.0f} "
                  f"{max(values):12,.0f}  {len(values)}")
        for ours in [name for name in results if name.startswith("firesteel")]:
            for theirs in [name for name in results if name.startswith("spark")]:
                ratio = statistics.median(results[ours]) / statistics.median(results[theirs])
                print(f"{ours} / {theirs}: {ratio:.1f}")

    def latency(self):
        for number in range(self.args.rounds):
            topics = ["records-%d" % number, "answers-%d" % number]
            for topic in topics:
                self.broker.create_topic(topic, 1)
            output = self.run_program("latency", self.broker.address, *topics, self.checkpoint(),
                                      str(self.args.records))
            print("".join(line + "\n" for line in output.splitlines() if "p50" in line), end="",
                  flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("job", choices=["etl", "words", "latency"])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--records", type=int, default=300, help="per round of latency")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--spark-rounds", type=int, default=1)
    parser.add_argument("--spark-python")
    parser.add_argument("--spark-jars")
    parser.add_argument("--broker-jars", default="build/kafka-broker-jars")
    args = parser.parse_args()
    if args.spark_python and not args.spark_jars:
        sys.exit("--spark-python needs --spark-jars")
    # Whoever ends this program wants its broker ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    rows = "" if args.job == "latency" else f"{args.rows:,} rows; "
    print(f"{rows}{os.cpu_count()} cores, {platform.machine()}, "
          f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}", flush=True)
    directory = tempfile.mkdtemp(prefix="firesteel-kafka-benchmark-")
    try:
        with KafkaBroker.for_tests(args.broker_jars) as broker:
            comparison = Comparison(args, broker, directory)
            comparison.latency() if args.job == "latency" else comparison.compare()
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
