#!/usr/bin/env python3
"""Hands a query on Kafka to and fro between real Spark and Firesteel; each record comes once.

    kafka_spark_exchange_check.py FIRESTEEL JARS SPARK_KAFKA_JARS [--hands 6] [--records 2000]

Run with a Python that has pyspark==4.3.0 (needs Java 17). JARS is what tests/kafka/kafka_broker.py
keeps, SPARK_KAFKA_JARS what spark_kafka_pom.xml gets. Real Spark begins; then each goes on from
what the other left in the checkpoint and in the files, with new records each time, a new partition
and a topic that a pattern finds on the way. What one did last is undone, as if it had died before
it was done: the commit, or the sink's manifest too, and the other does it again.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "kafka"), str(TESTS / "connect")]

from kafka_broker import KafkaBroker  # noqa: E402
from running_server import RunningServer  # noqa: E402


def run_query(spark, address, directory):
    """All that is there, in batches of at most 700 records."""
    frame = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", address)
             .option("subscribePattern", "numbers.*").option("startingOffsets", "earliest")
             .option("maxOffsetsPerTrigger", "700").load())
    query = (frame.selectExpr("CAST(value AS STRING) AS value", "topic", "partition", "offset")
             .writeStream.format("parquet").option("path", directory + "/copies")
             .option("checkpointLocation", directory + "/checkpoint")
             .trigger(availableNow=True).start())
    query.awaitTermination()
    return [progress["batchId"] for progress in query.recentProgress
            if progress.numInputRows > 0]


def run_spark(address, directory, jars):
    """In a process of its own, which prints the batches."""
    from pyspark.sql import SparkSession

    spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
             .config("spark.jars", ",".join(str(jar) for jar in pathlib.Path(jars).glob("*.jar")))
             .config("spark.sql.shuffle.partitions", "2").getOrCreate())
    print("BATCHES %s" % json.dumps([spark.version, run_query(spark, address, directory)]))
    spark.stop()


class Exchange:
    def __init__(self, arguments, broker, directory):
        self.arguments = arguments
        self.broker = broker
        self.directory = directory
        self.sent = 0

    def send(self, *where):
        count = self.arguments.records // 2
        self.broker.produce(where[0], [str(i) for i in range(self.sent, self.sent + count)],
                            *where[1:])
        self.sent += count

    def spark(self):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED")}
        done = subprocess.run(
            [sys.executable, __file__, "--spark", self.broker.address, self.directory,
             self.arguments.spark_jars], capture_output=True, text=True, timeout=300,
            env=environment)
        for line in done.stdout.splitlines():
            if line.startswith("BATCHES "):
                version, batches = json.loads(line[len("BATCHES "):])
                return "Spark " + version, batches
        sys.exit("real Spark failed: %s" % done.stderr[-4000:])

    def firesteel(self):
        server = RunningServer(self.arguments.firesteel)
        try:
            return "Firesteel", run_query(server.session(), self.broker.address, self.directory)
        finally:
            server.stop()

    def undo_last_batch(self, with_manifest):
        """As if the one who ran it had died before its commit, or before the sink's."""
        commits = pathlib.Path(self.directory, "checkpoint", "commits")
        manifest = pathlib.Path(self.directory, "copies", "_spark_metadata")
        last = max(int(file.name) for file in commits.iterdir() if file.name.isdigit())
        with_manifest = with_manifest and (manifest / str(last)).exists()
        for log in [commits] + [manifest] * with_manifest:
            for name in ("%d", ".%d.crc"):
                (log / (name % last)).unlink(missing_ok=True)
        print("the commit of batch %d is taken away%s"
              % (last, ", and what the sink knows of it" if with_manifest else ""))

    def check(self, who):
        """The copies, as both read them, are what was sent."""
        server = RunningServer(self.arguments.firesteel)
        try:
            rows = server.session().read.parquet(self.directory + "/copies").collect()
        finally:
            server.stop()
        seen = collections.Counter(int(row.value) for row in rows)
        if seen != collections.Counter(range(self.sent)):
            missing = [i for i in range(self.sent) if i not in seen]
            sys.exit("after %s: %d records missing (%s …), %d more than once"
                     % (who, len(missing), missing[:5],
                        sum(count > 1 for count in seen.values())))

    def run(self):
        self.broker.create_topic("numbers", 2)
        for hand in range(self.arguments.hands):
            if hand == 2:
                self.broker.tool("TopicCommand", "--alter", "--topic", "numbers", "--partitions",
                                 "3")
            if hand == 3:
                self.broker.create_topic("numbers-more", 1)
            self.send("numbers", "-p", "0")
            if hand >= 3:
                self.send("numbers-more")
            else:
                self.send("numbers", "-p", "2" if hand == 2 else "1")
            who, batches = self.spark() if hand % 2 == 0 else self.firesteel()
            print("%s ran batches %s" % (who, batches), flush=True)
            self.check(who)
            if 0 < hand < self.arguments.hands - 1:
                self.undo_last_batch(with_manifest=hand in (2, 3))
        print("%d records, each once" % self.sent)


def main():
    if sys.argv[1:2] == ["--spark"]:
        return run_spark(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("firesteel")
    parser.add_argument("jars")
    parser.add_argument("spark_jars")
    parser.add_argument("--hands", type=int, default=6)
    parser.add_argument("--records", type=int, default=2000)
    arguments = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="firesteel-exchange-")
    with KafkaBroker.for_tests(arguments.jars) as broker:
        Exchange(arguments, broker, directory).run()
    shutil.rmtree(directory)


if __name__ == "__main__":
    main()
