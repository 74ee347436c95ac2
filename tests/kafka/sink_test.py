#!/usr/bin/env python3
"""The Kafka sink against a real broker, and the guide's Kafka programs. See kafka_case.py."""

import json
import os
import pathlib
import re
import subprocess

from kafka_case import KafkaCase, Transactions, arguments, run_tests, wait_for


class BatchWriteTest(KafkaCase):
    def write(self, frame, topic=None, mode="append", **options):
        writer = frame.write.format("kafka").mode(mode)
        for name, value in options.items():
            writer = writer.option(name, value)
        if topic is not None:
            writer = writer.option("topic", topic)
        writer.option("kafka.bootstrap.servers", self.broker.address).save()

    def test_all_columns(self):
        one, two = self.topic(1, "-1"), self.topic(3, "-2")
        frame = self.spark.sql(
            "SELECT * FROM VALUES ('k', CAST('v' AS BINARY), '%s', CAST(NULL AS INT), "
            "array(named_struct('key', 'h', 'value', CAST('x' AS BINARY)))), "
            "(NULL, NULL, '%s', 2, NULL), ('', CAST('' AS BINARY), '%s', 1, NULL) "
            "AS t(key, value, topic, partition, headers)" % (one, two, two))
        self.write(frame)
        self.assertEqual(self.broker.consume(one, "%p %k %s %h\\n"), ["0 k v h=x"])
        # A NULL is another thing than something empty: its length is -1.
        self.assertEqual(sorted(self.broker.consume(two, "%p %K %S\\n")), ["1 0 0", "2 -1 -1"])

    def test_option_goes_before_column(self):
        topic = self.topic(1)
        self.write(self.spark.sql("SELECT 'v' AS value, 'nowhere' AS topic"), " %s " % topic)
        self.assertEqual(self.broker.consume(topic), ["v"])

    def test_keys_go_where_java_sends_them(self):
        # The partitions are those that Kafka's own Java producer chooses.
        topic = self.topic(4)
        self.write(self.spark.sql("SELECT CAST(id AS STRING) key, 'v' value FROM range(6)"), topic)
        ours = sorted(self.broker.consume(topic, "%k %p\\n"))
        self.assertEqual(len(ours), 6)
        self.assertEqual(self.java_partitions(), ours)

    @staticmethod
    def java_partitions():
        def murmur2(data):
            m, mask = 0x5BD1E995, 0xFFFFFFFF
            h = 0x9747B28C ^ len(data)
            for i in range(0, len(data) // 4 * 4, 4):
                k = int.from_bytes(data[i:i + 4], "little") * m & mask
                h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
            tail = data[len(data) // 4 * 4:]
            if tail:
                h = (h ^ int.from_bytes(tail, "little")) * m & mask
            h = (h ^ h >> 13) * m & mask
            return h ^ h >> 15
        return ["%d %d" % (i, (murmur2(b"%d" % i) & 0x7FFFFFFF) % 4) for i in range(6)]

    def test_conditions(self):
        topic = self.topic(1)
        for query, condition in [
            ("SELECT 1 AS value", "_LEGACY_ERROR_TEMP_3080|unsupported type"),
            ("SELECT 'a' AS v", "'value' not found"),
        ]:
            with self.assertRaisesRegex(Exception, condition):
                self.write(self.spark.sql(query), topic)
        with self.assertRaisesRegex(Exception, "topic option required"):
            self.write(self.spark.sql("SELECT 'a' AS value"))
        with self.assertRaisesRegex(Exception, "KAFKA_NULL_TOPIC_IN_DATA"):
            self.write(self.spark.sql("SELECT 'a' AS value, CAST(NULL AS STRING) AS topic"))
        for mode in ("overwrite", "ignore"):
            with self.assertRaisesRegex(Exception, "save mode"):
                self.write(self.spark.sql("SELECT 'a' AS value"), topic, mode)
        with self.assertRaisesRegex(Exception, "no.such.topic"):
            self.write(self.spark.sql("SELECT 'a' AS value"), "no.such.topic",
                       **{"kafka.delivery.timeout.ms": "3000"})
        self.assertEqual(self.broker.consume(topic), [])

    def test_transaction_of_a_batch(self):
        topic = self.topic(2)
        frame = self.spark.sql("SELECT CAST(id AS STRING) AS value FROM range(1000)")
        self.write(frame, topic, **{"firesteel.kafka.exactlyOnce": "true"})
        self.assertEqual(len(self.broker.consume(topic)), 1000)
        # What fails on the way leaves nothing to see.
        failing = self.spark.sql(
            "SELECT CAST(if(id = 999, raise_error('no'), id) AS STRING) AS value FROM range(1000)")
        with self.assertRaises(Exception):
            self.write(failing, topic, **{"firesteel.kafka.exactlyOnce": "true"})
        self.assertEqual(len(self.broker.consume(topic)), 1000)


class GuideTest(KafkaCase):
    """Programs 13, 14, 15, 16, 17, 27 and 52 of the guide."""

    def test_programs_13_14_15_reading(self):
        one, two = self.topic(1, "-1"), self.topic(1, "-2")
        self.broker.produce(one, ["1"])
        self.broker.produce(two, ["2"])
        for options, expected in [({"subscribe": one}, ["1"]),
                                  ({"subscribe": "%s,%s" % (one, two)}, ["1", "2"]),
                                  ({"subscribe": None, "subscribePattern": self.name + "-.*"},
                                   ["1", "2"])]:
            query = self.start(self.stream(None, **options).selectExpr("CAST(value AS STRING) v"))
            query.processAllAvailable()
            self.assertEqual(self.table(), expected)
            query.stop()

    def test_programs_16_17_52_writing_and_going_on(self):
        source = self.topic(1)
        for exactly_once in ("false", "true"):
            for by_column in (True, False):
                target = self.topic(1, "-%s-%s" % (exactly_once, by_column))
                checkpoint = self.directory + "/" + target
                frame = self.stream(source).selectExpr("CAST(key AS STRING)",
                                                       "CAST(value AS STRING)")
                options = {"firesteel__kafka__exactlyOnce": exactly_once}
                if by_column:
                    frame = frame.selectExpr("'%s' AS topic" % target, "key", "value")
                else:
                    options["topic"] = target
                before = len(self.broker.consume(source))
                self.broker.produce(source, ["%d" % i for i in range(20)])
                query = self.start(frame, "kafka", checkpoint, **options)
                query.processAllAvailable()
                query.stop()
                self.broker.produce(source, ["%d" % i for i in range(20, 25)])
                query = self.start(frame, "kafka", checkpoint, **options)
                query.processAllAvailable()
                query.stop()
                self.assertEqual(len(self.broker.consume(target)), before + 25)

    def test_program_27_console(self):
        topic = self.topic(1)
        self.broker.produce(topic, ["a"])
        frame = self.stream(topic).selectExpr("CAST(value AS STRING)")
        query = (frame.writeStream.format("console").trigger(processingTime="1 second")
                 .option("checkpointLocation", self.directory + "/c").start())
        query.processAllAvailable()
        self.assertEqual(query.lastProgress["batchId"] >= 0, True)

    def program(self, job, source, checkpoint, *more):
        """The programs in C++. Returns the process and the file that it prints to."""
        path = pathlib.Path(arguments["firesteel"]).parent / "examples" / "guide_kafka"
        shown = pathlib.Path(self.directory) / "shown"
        with open(shown, "w") as output:
            process = subprocess.Popen([path, job, self.broker.address, source,
                                        "%s/%s" % (self.directory, checkpoint), *more],
                                       stdout=output)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process, shown

    def test_programs_13_14_15_27_in_cpp(self):
        one, two = self.topic(1, "-1"), self.topic(1, "-2")
        self.broker.produce(one, ["first"])
        self.broker.produce(two, ["second"])
        for job, source, expected in [("subscribe", one, {"first"}),
                                      ("subscribe", "%s,%s" % (one, two), {"first", "second"}),
                                      ("pattern", self.name + "-.*", {"first", "second"})]:
            process, shown = self.program(job, source, "c-%s-%d" % (job, len(expected)))
            wait_for(lambda: expected <= set(re.findall(r"first|second", shown.read_text())))
            process.kill()
            self.assertEqual(expected, set(re.findall(r"first|second", shown.read_text())))

    def test_programs_16_17_52_in_cpp_killed_and_started_again(self):
        source = self.topic(1)
        for job in ("by-column", "by-option"):
            for once in ("false", "true"):
                target = self.topic(1, "-%s-%s" % (job, once))
                run = [job, source, target + "-c", target, "firesteel.kafka.exactlyOnce=" + once]
                before = self.broker.consume(source)
                process, _ = self.program(*run)
                self.broker.produce(source, ["%s %s %d" % (job, once, i) for i in range(20)])
                wait_for(lambda: self.broker.consume(target))
                process.kill()
                self.broker.produce(source, ["%s %s %d" % (job, once, i) for i in range(20, 25)])
                wanted = self.broker.consume(source)
                self.assertEqual(len(wanted), len(before) + 25)
                process, _ = self.program(*run)
                wait_for(lambda: set(self.broker.consume(target)) == set(wanted))
                process.kill()
                if once == "true":
                    self.assertEqual(sorted(self.broker.consume(target)), sorted(wanted))

    def test_counts_in_update_mode(self):
        source, target = self.topic(1, "-in"), self.topic(1, "-out")
        self.broker.produce(source, ["a", "b", "a"])
        counts = (self.stream(source).groupBy("value").count()
                  .selectExpr("value AS key", "CAST(count AS STRING) AS value"))
        writer = (counts.writeStream.format("kafka").outputMode("update").option("topic", target)
                  .option("kafka.bootstrap.servers", self.broker.address)
                  .option("checkpointLocation", self.directory + "/c"))
        query = writer.start()
        query.processAllAvailable()
        self.broker.produce(source, ["b"])
        query.processAllAvailable()
        self.assertEqual(sorted(self.broker.consume(target, "%k=%s\\n")), ["a=2", "b=1", "b=2"])


class ExactlyOnceTest(KafkaCase):
    """What crashes leave; tests/long/kafka_exactly_once_check.py kills the engine itself."""

    def test_committed_batch_is_not_written_again(self):
        """A crash between the transaction's commit and the batch's in the checkpoint."""
        source, target = self.topic(1, "-in"), self.topic(1, "-out")
        self.broker.produce(source, ["1", "2"])
        frame = self.stream(source).select("value")
        options = {"topic": target, "firesteel__kafka__exactlyOnce": "true"}
        checkpoint = self.directory + "/c"
        query = self.start(frame, "kafka", checkpoint, **options)
        query.processAllAvailable()
        query.stop()
        os.remove(checkpoint + "/commits/0")
        self.broker.produce(source, ["3"])
        query = self.start(frame, "kafka", checkpoint, **options)
        query.processAllAvailable()
        query.stop()
        self.assertEqual(sorted(self.broker.consume(target)), ["1", "2", "3"])

    def test_transaction_left_open_is_ended_and_its_owner_fenced(self):
        """An earlier run that still lives when its successor begins must not write any more."""
        source, target = self.topic(1, "-in"), self.topic(1, "-out")
        self.broker.produce(source, ["1"])
        frame = self.stream(source).select("value")
        options = {"topic": target, "firesteel__kafka__exactlyOnce": "true"}
        checkpoint = self.directory + "/c"
        query = self.start(frame, "kafka", checkpoint, **options)
        query.processAllAvailable()
        query.stop()
        with open(checkpoint + "/metadata") as metadata:
            query_id = json.load(metadata)["id"]
        zombie = Transactions(self.broker, "firesteel-" + query_id)
        self.addCleanup(zombie.end)
        zombie.do("begin", "send %s 0 zombie" % target, "flush")
        self.broker.produce(source, ["2"])
        query = self.start(frame, "kafka", checkpoint, **options)
        query.processAllAvailable()
        with self.assertRaisesRegex(AssertionError, "(?i)fenced|newer|epoch"):
            zombie.do("commit")
        self.assertEqual(sorted(self.broker.consume(target)), ["1", "2"])


if __name__ == "__main__":
    run_tests()
