"""What the tests against a real broker share: a broker, a server, and a PySpark session.

The programs are called as `PROGRAM FIRESTEEL TRANSACTION_TOOL JARS [TESTS…]`.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "connect"))

from kafka_broker import KafkaBroker  # noqa: E402
from running_server import RunningServer, skip_without_pyspark, wait_for  # noqa: E402,F401

arguments = {}


def run_tests():
    skip_without_pyspark()
    arguments["firesteel"], arguments["tool"], arguments["jars"] = sys.argv[1:4]
    del sys.argv[1:4]
    # Skips here, before any test, where there can be no broker.
    arguments["broker"] = KafkaBroker.for_tests(arguments["jars"])
    try:
        unittest.main()
    finally:
        arguments["broker"].__exit__()


class Transactions:
    """A producer that is told step by step what to do; see transaction_tool.cc."""

    def __init__(self, broker, name):
        self.process = subprocess.Popen(
            [arguments["tool"], broker.address, name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.expect_ok()

    def expect_ok(self):
        answer = self.process.stdout.readline().strip()
        if answer not in ("ok", "Success"):
            raise AssertionError("transaction_tool: %s" % answer)

    def do(self, *commands):
        for command in commands:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
            if command != "leave":
                self.expect_ok()

    def end(self):
        self.process.kill()
        self.process.wait(timeout=60)
        self.process.stdin.close()
        self.process.stdout.close()


class KafkaCase(unittest.TestCase):
    """One broker for all tests of a program, a server for a class; topics are named after tests."""

    @classmethod
    def setUpClass(cls):
        cls.broker = arguments["broker"]
        if cls.broker.process is None:
            cls.broker.start()
        cls.server = RunningServer(arguments["firesteel"])
        cls.spark = cls.server.session()

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()
        cls.server.stop()

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="firesteel-kafka-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.name = self._testMethodName

    def tearDown(self):
        for query in self.spark.streams.active:
            query.stop()

    def topic(self, partitions=1, suffix="", **config):
        name = self.name + suffix
        self.broker.create_topic(name, partitions, **config)
        return name

    def reader(self, reader, topic, **options):
        options.setdefault("subscribe", topic)
        options.setdefault("kafka.bootstrap.servers", self.broker.address)
        for name, value in options.items():
            if value is not None:
                reader = reader.option(name, value)
        return reader.format("kafka")

    def transactions(self):
        producer = Transactions(self.broker, self.name)
        self.addCleanup(producer.end)
        return producer

    def batch(self, topic, **options):
        return self.reader(self.spark.read, topic, **options).load()

    def stream(self, topic, **options):
        options.setdefault("startingOffsets", "earliest")
        return self.reader(self.spark.readStream, topic, **options).load()

    def values(self, frame):
        return sorted(row.v for row in frame.selectExpr("CAST(value AS STRING) v").collect())

    def start(self, frame, sink="memory", checkpoint=None, **options):
        writer = frame.writeStream.format(sink)
        for name, value in options.items():
            writer = writer.option(name.replace("__", "."), value)
        if sink == "kafka":
            writer = writer.option("kafka.bootstrap.servers", self.broker.address)
        if sink == "memory":
            writer = writer.queryName(self.name)
        if checkpoint is not None or sink != "memory":
            writer = writer.option("checkpointLocation",
                                   checkpoint or self.directory + "/checkpoint")
        return writer.start()

    def table(self):
        return sorted(row.v for row in self.spark.table(self.name).collect())
