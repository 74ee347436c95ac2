#!/usr/bin/env python3
"""What goes wrong with brokers, records and connections, each with a clear outcome.

See kafka_case.py for the arguments. What librdkafka's mock brokers can do is in
src/connectors/kafka/kafka_fault_test.cc.
"""

import json
import struct
import time

from kafka_case import KafkaCase, arguments, run_tests, wait_for
from kafka_broker import free_ports
from cutting_proxy import CutAtRandomBytes, CuttingProxy  # kafka_case knows where it is

MEBIBYTE = 1 << 20


def crc32c(data):
    """The checksum of Kafka's batches, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class LogSegment:
    """The first file of a partition while its broker is stopped: batches of records.

        offset 8 | length 4 | leader epoch 4 | magic 1 | crc32c 4 | attributes 2 | …

    The checksum is of everything from the attributes on.
    """

    CRC, ATTRIBUTES = 17, 21

    def __init__(self, broker, topic):
        self.path = broker.directory / "data" / (topic + "-0") / ("%020d.log" % 0)
        self.data = bytearray(self.path.read_bytes())

    def batches(self):
        at = 0
        while at + self.ATTRIBUTES < len(self.data):
            length = 12 + struct.unpack_from(">i", self.data, at + 8)[0]
            yield at, at + length
            at += length

    def spoil(self, number):
        """Changes a byte of a batch's records."""
        _, end = list(self.batches())[number]
        self.data[end - 1] ^= 0xFF
        self.path.write_bytes(self.data)

    def set_codec(self, number, codec):
        at, end = list(self.batches())[number]
        attributes, = struct.unpack_from(">h", self.data, at + self.ATTRIBUTES)
        struct.pack_into(">h", self.data, at + self.ATTRIBUTES, attributes & ~7 | codec)
        struct.pack_into(">I", self.data, at + self.CRC,
                         crc32c(self.data[at + self.ATTRIBUTES:end]))
        self.path.write_bytes(self.data)


class DamagedRecordsTest(KafkaCase):
    def three_batches(self):
        topic = self.topic(1)
        for i in range(3):
            self.broker.produce(topic, [str(i)])
        return topic

    def assert_refused(self, topic, reason):
        """Never skipped in silence, not even when lost data are no error."""
        for fails in ("true", "false"):
            with self.assertRaisesRegex(Exception, "(?is)at offset 1.*(%s)" % reason):
                self.batch(topic, failOnDataLoss=fails).collect()
        # What is whole can be read.
        self.assertEqual(self.values(self.batch(
            topic, startingOffsets=json.dumps({topic: {"0": 2}}))), ["2"])

    def test_wrong_checksum(self):
        topic = self.three_batches()
        self.broker.stop()
        LogSegment(self.broker, topic).spoil(1)
        self.broker.start()
        self.assert_refused(topic, "crc|bad message")

    def test_unknown_codec(self):
        topic = self.three_batches()
        self.broker.stop()
        LogSegment(self.broker, topic).set_codec(1, 6)
        self.broker.start()
        self.assert_refused(topic, "compression|codec|not implemented|bad message")

    def test_large_records(self):
        topic = self.topic(1, **{"max_message_bytes": 12 * MEBIBYTE})
        target = self.topic(1, "-out", **{"max_message_bytes": 12 * MEBIBYTE})
        frame = self.spark.sql("SELECT repeat('x', %d) AS value" % (10 * MEBIBYTE))
        writer = (frame.write.format("kafka").option("topic", topic)
                  .option("kafka.bootstrap.servers", self.broker.address))
        with self.assertRaisesRegex(Exception, "(?i)too large|size"):
            writer.save()
        writer.option("kafka.max.request.size", str(12 * MEBIBYTE)).save()
        query = self.start(self.stream(topic).select("value"), "kafka", topic=target,
                           kafka__max__request__size=str(12 * MEBIBYTE),
                           firesteel__kafka__exactlyOnce="true")
        query.processAllAvailable()
        self.assertEqual(self.batch(target).selectExpr("length(value) AS n").collect()[0].n,
                         10 * MEBIBYTE)

    def test_compacted_topic(self):
        """Compaction removes offsets from the middle of batches."""
        topic = self.topic(1, cleanup_policy="compact", segment_ms="100",
                           min_cleanable_dirty_ratio="0.01", delete_retention_ms="0")
        for i in range(20):
            self.broker.produce(topic, ["%d:%d.%d" % (key, key, i) for key in range(5)], "-K", ":")
        wait_for(lambda: len(self.kept(topic)) < 60 or self.broker.produce(topic, ["9:x"],
                                                                             "-K", ":"), 60)
        kept = self.kept(topic)
        self.assertEqual(self.values(self.batch(topic)), sorted(kept))
        query = self.start(self.stream(topic, maxOffsetsPerTrigger="7")
                           .selectExpr("CAST(value AS STRING) v"))
        query.processAllAvailable()
        for newest in ("0.19", "4.19"):
            self.assertIn(newest, self.table())
        self.assertLess(len(self.table()), 100)

    def kept(self, topic):
        return self.broker.consume(topic)

    def test_retention_overtakes_a_query(self):
        topic = self.topic(1)
        for fails in ("true", "false"):
            self.broker.produce(topic, [str(i) for i in range(4)])
            end = len(self.broker.consume(topic, "%o\\n"))
            frame = self.stream(topic, failOnDataLoss=fails).selectExpr("CAST(value AS STRING) v")
            options = {"checkpoint": self.directory + "/" + fails, "path": self.directory + "/out"
                       + fails}
            query = self.start(frame, "parquet", **options)
            query.processAllAvailable()
            query.stop()
            last = int(self.broker.consume(topic, "%o\\n")[-1])
            self.broker.produce(topic, ["lost", "lost", "kept"])
            self.broker.delete_records(topic, 0, last + 3)
            query = self.start(frame, "parquet", **options)
            if fails == "true":
                with self.assertRaisesRegex(Exception, "KAFKA_DATA_LOSS"):
                    query.awaitTermination(60)
                continue
            query.processAllAvailable()
            query.stop()
            rows = self.spark.read.parquet(options["path"]).collect()
            self.assertIn("kept", [row.v for row in rows])
            self.assertNotIn("lost", [row.v for row in rows])
            self.assertGreater(end, 0)


class StopTest(KafkaCase):
    """A query ends within three seconds of being stopped, whatever of its brokers it waits for."""

    def assert_stops(self, query):
        started = time.monotonic()
        query.stop()
        # The machine that runs tests may be slow: the limit is above the three seconds.
        self.assertLess(time.monotonic() - started, 4)

    def test_brokers_that_never_were(self):
        port, = free_ports(1)
        frame = (self.spark.readStream.format("kafka").option("subscribe", "nothing")
                 .option("kafka.bootstrap.servers", "127.0.0.1:%d" % port).load())
        query = self.start(frame, "noop")
        wait_for(lambda: query.isActive)
        self.assert_stops(query)

    def test_brokers_that_went(self):
        for exactly_once in ("false", "true"):
            topic = self.topic(1, "-" + exactly_once)
            rate = (self.spark.readStream.format("rate").option("rowsPerSecond", "100").load()
                    .selectExpr("CAST(value AS STRING) AS value"))
            query = self.start(rate, "kafka", self.directory + "/" + exactly_once, topic=topic,
                               firesteel__kafka__exactlyOnce=exactly_once)
            wait_for(lambda: len(self.broker.consume(topic)) > 0)
            self.broker.kill()
            try:
                # Now some batch waits for its records to be delivered.
                batch = query.lastProgress["batchId"]
                time.sleep(1.5)  # the rate source's next rows
                self.assertLess(query.lastProgress["batchId"], batch + 3)
                self.assert_stops(query)
            finally:
                self.broker.start()


class BrokenConnectionsTest(KafkaCase):
    """Connections end at any byte, in both directions: what is sent again is there once."""

    RECORDS = 20_000

    @classmethod
    def setUpClass(cls):
        port, = free_ports(8)[7:]
        cls.proxy = CuttingProxy("sc://127.0.0.1:%d" % port, CutAtRandomBytes, seed=7)
        cls.cut_address = cls.proxy.url[len("sc://"):]
        broker = arguments["broker"]
        broker.properties = {
            "listeners": "PLAINTEXT://%s,CONTROLLER://127.0.0.1:%d,CUT://127.0.0.1:%d"
                         % (broker.address, broker.controller_port, port),
            "advertised.listeners": "PLAINTEXT://%s,CUT://%s" % (broker.address, cls.cut_address),
            "listener.security.protocol.map":
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CUT:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
        }
        if broker.process is not None:
            broker.stop()
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.proxy.stop()
        cls.broker.stop()
        cls.broker.properties = {}

    def test_every_record_is_copied_once(self):
        source = self.topic(2)
        self.broker.produce(source, [str(i) for i in range(self.RECORDS)])
        for exactly_once in ("false", "true"):
            target = self.topic(2, "-" + exactly_once)
            before = self.proxy.cuts
            frame = (self.stream(source, maxOffsetsPerTrigger="4000",
                                 **{"kafka.bootstrap.servers": self.cut_address}).select("value"))
            writer = (frame.writeStream.format("kafka").option("topic", target)
                      .option("kafka.bootstrap.servers", self.cut_address)
                      .option("firesteel.kafka.exactlyOnce", exactly_once)
                      .option("checkpointLocation", self.directory + "/" + exactly_once))
            query = writer.start()
            query.processAllAvailable()
            query.stop()
            self.assertEqual(sorted(int(v) for v in self.broker.consume(target)),
                             list(range(self.RECORDS)))
            self.assertGreater(self.proxy.cuts, before)


if __name__ == "__main__":
    run_tests()
