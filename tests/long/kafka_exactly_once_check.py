#!/usr/bin/env python3
"""Kills the engine with -9 again and again while it copies numbered records, and counts the copies.

    kafka_exactly_once_check.py FIRESTEEL JARS FLOW [--records N] [--kills N] [--restarts N]
                                [--seed N]

FLOW says from where to where, and what is promised:

    kafka-kafka         in transactions: a consumer of committed records sees each number once
    kafka-kafka-retry   as the sink is by itself: no number is missing
    kafka-files         Parquet files: those that the sink's manifest lists have each number once
    files-files         the same from text files, without a broker; the partitions of a batch are
                        gathered into one file

Kills count when they hit a batch: its offsets are logged and it is not committed. They come at
random moments: some as the engine starts, most after a random number of batches and a random part
of a batch's time. Broker restarts, kill -9 and clean stop by turns, come between them, some with
the engine killed while the broker is away. JARS is what tests/kafka/kafka_broker.py keeps.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "kafka"), str(TESTS / "connect")]

from kafka_broker import KafkaBroker  # noqa: E402
from running_server import RunningServer, skip_without_pyspark  # noqa: E402

PARTITIONS = 4
BATCHES_PER_RUN = 3   # that are committed, on average, before it is killed
BATCHES_PER_KILL = 6  # of the records: some runs are killed between batches, which does not count
STALL_SECONDS = 120


def last_of(log):
    """The highest batch in a directory of the checkpoint; -1 for none."""
    try:
        return max((int(name) for name in os.listdir(log) if name.isdigit()), default=-1)
    except FileNotFoundError:
        return -1


class Engine:
    """One run of the engine: a server, a session and, once it is started, the query."""

    def __init__(self, firesteel):
        self.began = time.monotonic()
        self.server = RunningServer(firesteel)
        self.query = None

    def start(self, flow):
        from pyspark.sql.connect.client.retries import DefaultPolicy

        session = self.server.session()
        # A server that is killed does not come back at this address: nobody should wait for it.
        session.client.set_retry_policies([DefaultPolicy(max_retries=0)])
        self.query = flow.start(session)

    def check(self):
        """Errors when the query, or all of the engine, has ended by itself."""
        if self.server.process.poll() is not None:
            raise AssertionError("the engine ended by itself: %d" % self.server.process.returncode)
        if not self.query.isActive:
            raise AssertionError("the query ended: %s" % self.query.exception())

    def kill(self):
        self.server.process.kill()
        self.server.process.wait()

    def close(self):
        self.kill()
        self.server.process.stdout.close()
        for session in self.server.sessions:
            session.client.close()


class Flow:
    """From where to where the records go. Counts come as a list: how often each number was seen."""

    def __init__(self, arguments, broker, directory):
        self.records = 0
        self.broker = broker
        self.directory = directory
        self.checkpoint = directory + "/checkpoint"
        self.batches = 0
        self.first_batches = max(arguments.kills, 1) * BATCHES_PER_KILL
        self.batch_records = max(-(-arguments.records // self.first_batches), 1)
        self.from_kafka = arguments.flow.startswith("kafka")
        self.to_kafka = "-kafka" in arguments.flow
        self.once = not arguments.flow.endswith("-retry")

    def taken(self, commit):
        """How many batches of the input the batches up to `commit` have read. A file that was
        listed by a batch that died before its offsets were logged is read with the next one."""
        if commit < 0 or self.from_kafka:
            return commit + 1
        with open("%s/offsets/%d" % (self.checkpoint, commit)) as offsets:
            return json.loads(offsets.read().splitlines()[-1])["logOffset"] + 1

    def prepare(self):
        if self.to_kafka:
            self.broker.create_topic("copies", PARTITIONS)
        if self.from_kafka:
            self.broker.create_topic("numbers", PARTITIONS)
        else:
            os.mkdir(self.directory + "/numbers")
        self.add(self.first_batches)

    def add(self, batches):
        """Adds the input of so many batches."""
        begin, end = self.records, self.records + batches * self.batch_records
        if self.from_kafka:
            self.broker.produce("numbers", (str(i) for i in range(begin, end)))
        else:
            for first in range(begin, end, self.batch_records):
                # Renamed, so that no query sees a part of it.
                path = "%s/numbers/%09d.txt" % (self.directory, first)
                with open(self.directory + "/numbers/_unfinished", "w") as file:
                    file.write("".join("%d\n" % (first + i) for i in range(self.batch_records)))
                os.rename(file.name, path)
        self.records = end
        self.batches += batches

    def start(self, spark):
        if self.from_kafka:
            frame = (spark.readStream.format("kafka").option("subscribe", "numbers")
                     .option("kafka.bootstrap.servers", self.broker.address)
                     .option("startingOffsets", "earliest")
                     .option("maxOffsetsPerTrigger", str(self.batch_records)).load())
        else:
            frame = (spark.readStream.format("text").schema("value STRING")
                     .option("maxFilesPerTrigger", "1").load(self.directory + "/numbers")
                     .repartition(PARTITIONS))
        writer = (frame.selectExpr("CAST(value AS STRING) AS value").writeStream
                  .option("checkpointLocation", self.checkpoint))
        if self.to_kafka:
            writer = (writer.format("kafka").option("topic", "copies")
                      .option("kafka.bootstrap.servers", self.broker.address)
                      .option("firesteel.kafka.exactlyOnce", str(self.once).lower()))
        else:
            writer = writer.format("parquet").option("path", self.directory + "/copies")
            if not self.from_kafka:
                writer = writer.option("firesteel.fileSink.targetFileBytes", "1000000")
        return writer.start()

    def counts(self):
        counts = [0] * self.records
        for value in self.copies():
            counts[int(value)] += 1
        return counts

    def copies(self):
        if self.to_kafka:
            yield from self.broker.consume("copies")
            return
        import pyarrow.parquet

        for path in self.listed_files():
            yield from pyarrow.parquet.read_table(path).column("value").to_pylist()

    def listed_files(self):
        log = pathlib.Path(self.directory, "copies", "_spark_metadata")
        batches = {}
        for name in os.listdir(log):
            number, _, suffix = name.partition(".")
            if number.isdigit() and suffix in ("", "compact"):
                batches[int(number)] = suffix
        begin = max((n for n, suffix in batches.items() if suffix), default=0)
        for number in range(begin, max(batches) + 1):
            name = str(number) + (".compact" if batches[number] else "")
            for line in (log / name).read_text().splitlines()[1:]:
                yield json.loads(line)["path"].removeprefix("file://")


class Check:
    def __init__(self, arguments, flow, broker):
        self.arguments = arguments
        self.flow = flow
        self.broker = broker
        self.random = random.Random(arguments.seed)
        self.batch_seconds = 0.05
        self.start_seconds = 0.5
        self.seen = collections.Counter()
        self.kills = 0
        self.restarts = sorted(self.random.sample(range(arguments.kills), arguments.restarts))

    def last_commit(self):
        return last_of(self.flow.checkpoint + "/commits")

    def remaining(self):
        """How many batches of the input are not read yet."""
        return self.flow.batches - self.flow.taken(self.last_commit())

    def wait_for_commit(self, engine, batch):
        path = "%s/commits/%d" % (self.flow.checkpoint, batch)
        began = looked = time.monotonic()
        while not os.path.exists(path):
            now = time.monotonic()
            if now - looked > 0.5:
                engine.check()
                looked = now
            if now - began > STALL_SECONDS:
                raise AssertionError("batch %d is not committed after %d seconds: %s"
                                     % (batch, STALL_SECONDS, engine.query.lastProgress))
            time.sleep(0.0005)

    def kill_as_it_starts(self):
        engine = Engine(self.arguments.firesteel)
        timer = threading.Timer(self.random.uniform(0, 1.5 * self.start_seconds),
                                engine.server.process.kill)
        timer.start()
        try:
            engine.start(self.flow)
        except Exception:  # the server went while it was asked
            self.seen["killed before start() came back"] += 1
        engine.server.process.wait()
        timer.join()
        engine.close()

    def kill_as_it_runs(self, restarts_broker):
        before = self.last_commit()
        was_begun = last_of(self.flow.checkpoint + "/offsets") > before
        engine = Engine(self.arguments.firesteel)
        engine.start(self.flow)
        started = time.monotonic()
        self.start_seconds += 0.2 * (started - engine.began - self.start_seconds)
        # What is left must be enough for the kills that are still to come.
        left = self.remaining() - 2 * (self.arguments.kills - self.kills)
        batches = self.random.randint(0, max(min(2 * BATCHES_PER_RUN, left), 0))
        if batches > 0:
            self.wait_for_commit(engine, before + 1)
            first = time.monotonic()
            self.note_first_batch(engine, was_begun)
            self.wait_for_commit(engine, before + batches)
            if batches > 1:
                took = (time.monotonic() - first) / (batches - 1)
                self.batch_seconds += 0.2 * (took - self.batch_seconds)
        if restarts_broker:
            self.restart_broker(engine)
        time.sleep(self.random.uniform(0, 1.2 * self.batch_seconds))
        engine.kill()
        engine.close()

    def note_first_batch(self, engine, was_begun):
        """Whether a batch that was begun by an earlier run was found in the sink."""
        progress = engine.query.recentProgress
        if was_begun and progress and progress[0].numInputRows == 0:
            self.seen["batches found in the sink and not run again"] += 1

    def restart_broker(self, engine):
        cleanly = self.seen["broker restarts"] % 2 == 1
        self.seen["broker restarts"] += 1
        self.seen["broker " + ("stopped" if cleanly else "killed")] += 1
        if cleanly:
            self.broker.stop()
        else:
            self.broker.kill()
        if self.random.random() < 0.4:
            time.sleep(self.random.uniform(0, 0.5))
            engine.kill()
            self.seen["engine killed while the broker was away"] += 1
            self.broker.start()
            return
        self.broker.start()
        # The query must have outlived it.
        self.wait_for_commit(engine, self.last_commit() + 1)

    def kill_all(self):
        while self.kills < self.arguments.kills:
            # A slow engine may commit more batches between two kills than there were meant to be.
            if self.remaining() < 2 * BATCHES_PER_RUN:
                self.flow.add(BATCHES_PER_KILL * (self.arguments.kills - self.kills))
            restarts_broker = bool(self.restarts) and self.kills >= self.restarts[0]
            if restarts_broker:
                self.restarts.pop(0)
            if not restarts_broker and self.random.random() < 0.15:
                self.kill_as_it_starts()
            else:
                self.kill_as_it_runs(restarts_broker)
            if last_of(self.flow.checkpoint + "/offsets") > self.last_commit():
                self.kills += 1
                self.seen["kills inside a batch"] += 1
                if self.kills % 25 == 0:
                    print("%d kills, batch %d" % (self.kills, self.last_commit()), flush=True)
            else:
                self.seen["kills elsewhere"] += 1

    def finish(self):
        left = self.remaining() * self.flow.batch_records
        engine = Engine(self.arguments.firesteel)
        engine.start(self.flow)
        engine.query.processAllAvailable()
        engine.query.stop()
        engine.close()
        return left

    def run(self):
        began = time.monotonic()
        self.flow.prepare()
        prepared = time.monotonic()
        self.kill_all()
        killed = time.monotonic()
        left = self.finish()
        finished = time.monotonic()
        counts = self.flow.counts()
        print("%d batches of %d records; about %d records were left after the last kill"
              % (self.last_commit() + 1, self.flow.batch_records, left))
        for what, number in sorted(self.seen.items()):
            print("%d %s" % (number, what))
        print("seconds: %.0f to prepare, %.0f with kills, %.0f to the end, %.0f to count; a batch "
              "%.3f, a start %.2f" % (prepared - began, killed - prepared, finished - killed,
                                      time.monotonic() - finished, self.batch_seconds,
                                      self.start_seconds))
        missing = sum(count == 0 for count in counts)
        repeated = sum(count > 1 for count in counts)
        print("%d records: %d missing, %d seen more than once"
              % (len(counts), missing, repeated))
        return missing == 0 and (repeated == 0 or not self.flow.once)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("firesteel")
    parser.add_argument("jars")
    parser.add_argument("flow", choices=["kafka-kafka", "kafka-kafka-retry", "kafka-files",
                                         "files-files"])
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--restarts", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    arguments = parser.parse_args()
    if arguments.flow == "files-files":
        arguments.restarts = 0
    skip_without_pyspark()
    print("%s, %d records, %d kills, %d broker restarts, seed %d"
          % (arguments.flow, arguments.records, arguments.kills, arguments.restarts,
             arguments.seed), flush=True)
    broker = None
    if arguments.flow != "files-files":
        broker = KafkaBroker.for_tests(arguments.jars)
    directory = tempfile.mkdtemp(prefix="firesteel-kills-")
    try:
        if broker is not None:
            broker.start()
        good = Check(arguments, Flow(arguments, broker, directory), broker).run()
    finally:
        if broker is not None:
            broker.__exit__()
    if not good:
        sys.exit("not as promised; the checkpoint and files are kept in %s" % directory)
    shutil.rmtree(directory)


if __name__ == "__main__":
    main()
