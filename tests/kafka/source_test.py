#!/usr/bin/env python3
"""The Kafka source against a real broker. See kafka_case.py for the arguments."""

import json
import pathlib
import time

from kafka_case import KafkaCase, run_tests, wait_for


class BatchTest(KafkaCase):
    def test_columns(self):
        topic = self.topic(2)
        self.broker.produce(topic, ["a:1"], "-K", ":", "-p", "1", "-H", "x=y", "-H", "x=z")
        self.broker.produce(topic, ["2"], "-p", "0")
        rows = self.batch(topic, includeHeaders="true").orderBy("partition").collect()
        self.assertEqual([(row.key, bytes(row.value), row.topic, row.partition, row.offset,
                           row.timestampType) for row in rows],
                         [(None, b"2", topic, 0, 0, 0), (b"a", b"1", topic, 1, 0, 0)])
        self.assertIsNone(rows[0].headers)
        self.assertEqual([(h.key, bytes(h.value)) for h in rows[1].headers],
                         [("x", b"y"), ("x", b"z")])
        self.assertLess(abs(rows[0].timestamp.timestamp() - time.time()), 120)
        self.assertEqual(self.batch(topic).columns,
                         ["key", "value", "topic", "partition", "offset", "timestamp",
                          "timestampType"])

    def test_bounds(self):
        topic = self.topic(1)
        self.broker.produce(topic, ["0", "1", "2", "3", "4"])

        def between(start, end):
            return self.values(self.batch(topic, startingOffsets=json.dumps({topic: {"0": start}}),
                                          endingOffsets=json.dumps({topic: {"0": end}})))

        self.assertEqual(between(1, 3), ["1", "2"])
        self.assertEqual(between(-2, 2), ["0", "1"])
        self.assertEqual(between(3, -1), ["3", "4"])
        self.assertEqual(between(2, 2), [])
        self.assertEqual(self.values(self.batch(topic, startingTimestamp="0")),
                         ["0", "1", "2", "3", "4"])
        later = str(int(time.time() * 1000) + 3600_000)
        self.assertEqual(self.values(self.batch(topic, endingTimestamp=later)),
                         ["0", "1", "2", "3", "4"])
        with self.assertRaisesRegex(Exception, "no record at or after"):
            self.batch(topic, startingTimestamp=later).collect()
        self.assertEqual(self.values(self.batch(topic, startingTimestamp=later,
                                                startingOffsetsByTimestampStrategy="latest")), [])
        with self.assertRaisesRegex(Exception, "KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED"):
            self.batch(topic, startingOffsets=json.dumps({topic: {"1": 0}})).collect()

    def test_selections(self):
        one, two = self.topic(1, "-1"), self.topic(2, "-2")
        self.broker.produce(one, ["1"])
        self.broker.produce(two, ["2"], "-p", "0")
        self.broker.produce(two, ["3"], "-p", "1")
        self.assertEqual(self.values(self.batch(one + " , " + two)), ["1", "2", "3"])
        self.assertEqual(self.values(self.batch(None, subscribePattern="test_selections-[12]")),
                         ["1", "2", "3"])
        self.assertEqual(self.values(self.batch(None, assign=json.dumps({one: [0], two: [1]}))),
                         ["1", "3"])

    def test_codecs(self):
        topic = self.topic(1)
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            self.broker.produce(topic, ["%s %d" % (codec, i) for i in range(50)], "-z", codec)
        self.assertEqual(len(set(self.values(self.batch(topic)))), 250)

    def test_split_partitions(self):
        topic = self.topic(1)
        self.broker.produce(topic, ["%03d" % i for i in range(300)])
        frame = self.batch(topic, minPartitions="7")
        self.assertEqual(self.values(frame), ["%03d" % i for i in range(300)])
        tasks = frame.selectExpr("spark_partition_id() AS task").distinct().count()
        self.assertEqual(tasks, 7)
        frame = self.batch(topic, maxRecordsPerPartition="100")
        self.assertEqual(frame.selectExpr("spark_partition_id() AS task").distinct().count(), 3)

    def test_lost_records(self):
        topic = self.topic(1)
        self.broker.produce(topic, ["0", "1", "2", "3"])
        self.broker.delete_records(topic, 0, 2)
        bounds = {"startingOffsets": json.dumps({topic: {"0": 0}})}
        self.assertEqual(self.values(self.batch(topic)), ["2", "3"])
        with self.assertRaisesRegex(Exception, "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE"):
            self.batch(topic, **bounds).collect()
        self.assertEqual(self.values(self.batch(topic, failOnDataLoss="false", **bounds)),
                         ["2", "3"])


class TransactionsTest(KafkaCase):
    """Records of aborted transactions and the marks of both ends take offsets, unseen."""

    COMMITTED = {"kafka.isolation.level": "read_committed"}

    def test_holes_everywhere(self):
        topic = self.topic(1)
        producer = self.transactions()
        send = "send %s 0 " % topic
        # Offsets: 0 1 aborted, 2 mark; 3 4 seen, 5 mark; 6 aborted, 7 mark; 8 seen, 9 mark;
        # 10 aborted, 11 mark.
        producer.do("begin", send + "x", send + "x", "flush", "abort",
                    "begin", send + "a", send + "b", "commit",
                    "begin", send + "x", "flush", "abort",
                    "begin", send + "c", "commit",
                    "begin", send + "x", "flush", "abort")
        seen = {3: "a", 4: "b", 8: "c"}
        for start in range(13):
            for end in range(start, 13):
                frame = self.batch(topic, startingOffsets=json.dumps({topic: {"0": start}}),
                                   endingOffsets=json.dumps({topic: {"0": end}}),
                                   **self.COMMITTED)
                self.assertEqual(self.values(frame),
                                 [v for at, v in seen.items() if start <= at < end],
                                 "[%d, %d)" % (start, end))
        # The default is the Java client's, as with Spark.
        everything = self.values(self.batch(topic))
        self.assertEqual(everything, ["a", "b", "c", "x", "x", "x", "x"])

    def test_stream_waits_for_the_end_of_a_transaction(self):
        topic = self.topic(1)
        producer = self.transactions()
        query = self.start(self.stream(topic, **self.COMMITTED)
                           .selectExpr("CAST(value AS STRING) v"))
        producer.do("begin", "send %s 0 a" % topic, "flush")
        self.broker.produce(topic, ["b"])
        query.processAllAvailable()
        self.assertEqual(self.table(), [])
        producer.do("commit")
        started = time.monotonic()
        wait_for(lambda: self.table() == ["a", "b"])
        # The wake-up and the hole at the end of the range cost milliseconds, not a fetch's waiting.
        self.assertLess(time.monotonic() - started, 5)
        producer.do("begin", "send %s 0 x" % topic, "flush", "abort")
        query.processAllAvailable()
        self.assertEqual(self.table(), ["a", "b"])


class StreamTest(KafkaCase):
    @staticmethod
    def rows_of(progress):
        return sum(source["numInputRows"] for source in progress["sources"])

    def test_progress_and_wake_up(self):
        topic = self.topic(2)
        self.broker.produce(topic, ["1"], "-p", "0")
        query = self.start(self.stream(topic).selectExpr("CAST(value AS STRING) v"))
        query.processAllAvailable()
        self.assertEqual(self.table(), ["1"])
        for i in range(2, 5):
            self.broker.produce(topic, [str(i)], "-p", str(i % 2))
            # Without the wake-up it would take the ten seconds of an idle query's reports.
            wait_for(lambda: len(self.table()) == i, seconds=5)
        wait_for(lambda: self.rows_of(query.lastProgress) == 1)
        source = query.lastProgress["sources"][0]
        self.assertEqual(source["description"], "KafkaV2[Subscribe[%s]]" % topic)
        self.assertEqual(source["endOffset"], source["latestOffset"])
        self.assertEqual(source["metrics"]["avgOffsetsBehindLatest"], "0.0")
        self.assertEqual(source["metrics"]["maxOffsetsBehindLatest"], "0")
        started = time.monotonic()
        query.stop()
        self.assertLess(time.monotonic() - started, 5)

    def test_checkpoint_is_sparks(self):
        topic = self.topic(1)
        self.broker.produce(topic, ["1", "2"])
        out = self.directory + "/out"
        frame = self.stream(topic).selectExpr("CAST(value AS STRING) v")
        query = self.start(frame, "parquet", path=out)
        query.processAllAvailable()
        query.stop()
        checkpoint = pathlib.Path(self.directory) / "checkpoint"
        self.assertEqual((checkpoint / "sources/0/0").read_bytes(),
                         b'\0v1\n{"%s":{"0":0}}' % topic.encode())
        self.assertEqual((checkpoint / "offsets/0").read_text().splitlines()[2],
                         '{"%s":{"0":2}}' % topic)
        self.broker.produce(topic, ["3"])
        query = self.start(frame, "parquet", path=out)
        query.processAllAvailable()
        self.assertEqual(sorted(row.v for row in self.spark.read.parquet(out).collect()),
                         ["1", "2", "3"])

    def test_limits(self):
        topic = self.topic(2)
        self.broker.produce(topic, [str(i) for i in range(90)], "-p", "0")
        self.broker.produce(topic, [str(i) for i in range(10)], "-p", "1")
        query = self.start(self.stream(topic, maxOffsetsPerTrigger="20")
                           .selectExpr("CAST(value AS STRING) v"))
        query.processAllAvailable()
        self.assertEqual(len(self.table()), 100)
        batches = [p for p in query.recentProgress if self.rows_of(p) > 0]
        self.assertEqual([self.rows_of(p) for p in batches], [20, 20, 20, 20, 20])
        self.assertEqual(json.loads(batches[0]["sources"][0]["endOffset"]),
                         {topic: {"0": 18, "1": 2}})
        self.assertEqual(batches[0]["sources"][0]["metrics"]["maxOffsetsBehindLatest"], "72")

    def test_available_now(self):
        topic = self.topic(1)
        self.broker.produce(topic, [str(i) for i in range(10)])
        frame = self.stream(topic, maxOffsetsPerTrigger="4")
        query = (frame.selectExpr("CAST(value AS STRING) v").writeStream.format("memory")
                 .queryName(self.name).trigger(availableNow=True).start())
        self.assertTrue(query.awaitTermination(60))
        self.assertEqual(len(self.table()), 10)

    def test_a_deleted_topic_names_the_group_that_is_set(self):
        gone, stays = self.topic(1, "-gone"), self.topic(1, "-stays")
        self.broker.produce(gone, ["1"])
        frame = self.stream(None, subscribePattern=self.name + "-.*", **{"kafka.group.id": "mine"})
        query = self.start(frame, "noop")
        query.processAllAvailable()
        self.broker.delete_topic(gone)
        self.broker.produce(stays, ["2"])
        with self.assertRaisesRegex(Exception, "PARTITIONS_DELETED_AND_GROUP_ID_CONFIG_PRESENT"):
            query.awaitTermination(60)

    def test_small_batches_wait(self):
        topic = self.topic(1)
        query = self.start(self.stream(topic, minOffsetsPerTrigger="3", maxTriggerDelay="1h")
                           .selectExpr("CAST(value AS STRING) v"))
        self.broker.produce(topic, ["0"])
        wait_for(lambda: self.table() == ["0"])  # the first batch does not wait
        self.broker.produce(topic, ["1", "2"])
        wait_for(lambda: '"0":3' in (query.lastProgress["sources"][0]["latestOffset"] or ""), 30)
        self.assertEqual(self.table(), ["0"])
        self.broker.produce(topic, ["3"])
        wait_for(lambda: self.table() == ["0", "1", "2", "3"])

    def test_new_partitions_and_topics(self):
        first = self.topic(1, "-a")
        self.broker.produce(first, ["1"])
        query = self.start(self.stream(None, subscribePattern=self.name + "-.*")
                           .selectExpr("CAST(value AS STRING) v"))
        query.processAllAvailable()
        second = self.topic(1, "-b")
        self.broker.produce(second, ["2"])
        self.broker.tool("TopicCommand", "--alter", "--topic", first, "--partitions", "2")
        self.broker.produce(first, ["3"], "-p", "1")
        query.processAllAvailable()
        self.assertEqual(self.table(), ["1", "2", "3"])

    def test_deleted_topic(self):
        for fails in (True, False):
            gone, stays = self.topic(1, "-gone%s" % fails), self.topic(1, "-stays%s" % fails)
            self.broker.produce(gone, ["1"])
            self.broker.produce(stays, ["2"])
            frame = self.stream(None, subscribePattern=self.name + "-.*%s" % fails,
                                failOnDataLoss=str(fails).lower())
            query = self.start(frame, "noop", self.directory + "/%s" % fails)
            query.processAllAvailable()
            self.broker.delete_topic(gone)
            self.broker.produce(stays, ["3"])
            if fails:
                with self.assertRaisesRegex(Exception, "KAFKA_DATA_LOSS.PARTITIONS_DELETED"):
                    query.awaitTermination(60)
            else:
                query.processAllAvailable()
                wait_for(lambda: "gone" not in query.lastProgress["sources"][0]["endOffset"])
                query.stop()

    def test_topic_made_anew(self):
        topic = self.topic(1)
        self.broker.produce(topic, ["1", "2", "3"])
        query = self.start(self.stream(topic), "noop")
        query.processAllAvailable()
        query.stop()
        self.broker.delete_topic(topic)
        wait_for(lambda: topic not in self.broker.tool("TopicCommand", "--list"))
        self.topic(1)
        self.broker.produce(topic, ["4"])
        query = self.start(self.stream(topic), "noop")
        with self.assertRaisesRegex(Exception, "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED"):
            query.awaitTermination(60)

    def test_offsets_are_mirrored_to_a_group(self):
        topic = self.topic(1)
        self.broker.produce(topic, ["1", "2"])
        frame = self.stream(topic, **{"firesteel.kafka.mirrorGroup": self.name})

        def committed():
            """The group's offset of the partition, in the table that Kafka's tool prints."""
            described = self.broker.tool("consumer.group.ConsumerGroupCommand", "--describe",
                                         "--group", self.name)
            return [line.split()[3] for line in described.splitlines() if topic in line]

        query = self.start(frame, "noop")
        query.processAllAvailable()
        # At once, not with the next batch.
        wait_for(lambda: committed() == ["2"])
        self.broker.produce(topic, ["3"])
        query.processAllAvailable()
        query.stop()
        # A query that ends waits for its last word.
        self.assertEqual(committed(), ["3"])

    def test_query_outlives_a_broker_that_is_away(self):
        topic = self.topic(1)
        self.broker.produce(topic, ["1"])
        query = self.start(self.stream(topic).selectExpr("CAST(value AS STRING) v"))
        query.processAllAvailable()
        self.broker.kill()
        time.sleep(2)  # the outage itself
        self.broker.start()
        self.broker.produce(topic, ["2"])
        wait_for(lambda: self.table() == ["1", "2"], 60)
        self.assertTrue(query.isActive)

    def test_stop_is_prompt_while_the_broker_is_away(self):
        topic = self.topic(1)
        query = self.start(self.stream(topic), "noop")
        query.processAllAvailable()
        self.broker.kill()
        try:
            started = time.monotonic()
            query.stop()
            self.assertLess(time.monotonic() - started, 8)
        finally:
            self.broker.start()


class ConditionsTest(KafkaCase):
    def test_options(self):
        for options, message in [
            ({"subscribe": None}, "one of the options"),
            ({"subscribe": "a", "assign": '{"a":[0]}'}, "only one"),
            ({"kafka.auto.offset.reset": "latest"}, "auto.offset.reset"),
            ({"kafka.group.id": "x", "kafka.enable.auto.commit": "true"}, "not supported"),
            ({"endingOffsets": "latest"}, "endingOffsets is not valid"),
            ({"kafka.no.such": "1"}, "KAFKA_UNSUPPORTED_CONFIGURATION"),
        ]:
            with self.assertRaisesRegex(Exception, message):
                self.start(self.stream("a", **options), "noop").awaitTermination(30)

    def test_missing_topic(self):
        with self.assertRaisesRegex(Exception, "nowhere"):
            self.batch("nowhere").collect()

    def test_secrets_stay_secret(self):
        canary = "canary-pa55word"
        jaas = 'x.PlainLoginModule required username="u" password="%s";' % canary
        frame = self.stream("a", **{"kafka.sasl.jaas.config": jaas,
                                    "kafka.ssl.key.password": canary,
                                    "kafka.security.protocol": "SASL_PLAINTEXT",
                                    "kafka.sasl.mechanism": "PLAIN"})
        self.assertNotIn(canary, frame._explain_string(extended=True))
        query = self.start(frame, "noop")
        try:
            query.awaitTermination(1)
            texts = [str(query.lastProgress), str(query.status)]
        except Exception as error:
            texts = [str(error)]
        query.stop()
        for path in pathlib.Path(self.directory).rglob("*"):
            if path.is_file():
                texts.append(path.read_bytes().decode(errors="replace"))
        self.assertNotIn(canary, "\n".join(texts))


if __name__ == "__main__":
    run_tests()
