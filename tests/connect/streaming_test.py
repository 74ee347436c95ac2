"""Streaming queries of a PySpark client: handles, the manager, listeners, foreachBatch, foreach.

usage: streaming_test.py FIRESTEEL [unittest's arguments]
"""

import json
import os
import signal
import sys
import tempfile
import threading
import time
import unittest
import uuid

from running_server import RunningServer, skip_without_pyspark, wait_for, workers_of

FIRESTEEL = None


def note(path, **values):
    with open(path, "a") as log:
        log.write(json.dumps(values) + "\n")


def notes(path):
    if not os.path.exists(path):
        return []
    with open(path) as log:
        return [json.loads(line) for line in log]


class StreamingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = RunningServer(FIRESTEEL)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.spark = self.server.session()
        self.directory = tempfile.TemporaryDirectory()
        self.files = 0

    def tearDown(self):
        for query in self.spark.streams.active:
            query.stop()
        self.spark.stop()
        self.directory.cleanup()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def add(self, *rows):
        """One file more for the stream."""
        os.makedirs(self.path("in"), exist_ok=True)
        self.files += 1
        hidden = self.path(".%d" % self.files)
        with open(hidden, "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        os.rename(hidden, self.path("in/%d.json" % self.files))

    def stream(self):
        os.makedirs(self.path("in"), exist_ok=True)
        return self.spark.readStream.schema("k int, v string").json(self.path("in"))

    def memory(self, name):
        return self.stream().writeStream.format("memory").queryName(name).start()


class Handles(StreamingTest):
    def test_a_query_from_start_to_end(self):
        query = self.memory("whole")
        self.assertEqual(query.name, "whole")
        self.assertTrue(query.isActive)
        self.add({"k": 1, "v": "a"}, {"k": 2, "v": "b"})
        query.processAllAvailable()
        self.assertEqual(self.spark.table("whole").count(), 2)
        progress = next(p for p in query.recentProgress if p.numInputRows == 2)
        self.assertEqual(progress.sink.numOutputRows, 2)
        self.assertIsInstance(json.loads(progress.json)["sources"][0]["processedRowsPerSecond"], float)
        self.assertFalse(query.awaitTermination(0.05))
        query.stop()
        query.stop()
        self.assertTrue(query.awaitTermination(5))
        self.assertIsNone(query.exception())
        self.assertEqual(query.status["message"], "Stopped")

    def test_a_failure_is_told_everywhere(self):
        from pyspark.errors.exceptions.connect import StreamingQueryException

        query = self.stream().selectExpr("raise_error(v)").writeStream.format("noop").start()
        self.add({"k": 1, "v": "went wrong"})
        for wait in (query.processAllAvailable, query.awaitTermination):
            with self.assertRaisesRegex(StreamingQueryException, "went wrong") as caught:
                wait()
            self.assertEqual(caught.exception.getCondition(), "STREAM_FAILED")
        self.assertIn("went wrong", str(query.exception()))
        with self.assertRaises(StreamingQueryException):
            self.spark.streams.awaitAnyTermination(5)

    def test_the_manager_knows_the_queries(self):
        query = self.memory("managed")
        self.assertEqual([q.name for q in self.spark.streams.active], ["managed"])
        self.assertEqual(self.spark.streams.get(query.id).runId, query.runId)
        self.assertIsNone(self.spark.streams.get(str(uuid.uuid4())))
        self.assertFalse(self.spark.streams.awaitAnyTermination(0.05))
        query.stop()
        self.assertTrue(self.spark.streams.awaitAnyTermination(5))
        self.spark.streams.resetTerminated()
        self.assertFalse(self.spark.streams.awaitAnyTermination(0.05))

    def test_an_interrupted_wait_ends(self):
        query = self.memory("waited")
        errors = []

        def wait():
            try:
                query.awaitTermination()
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        wait_for(lambda: self.spark.interruptAll())
        thread.join(10)
        self.assertFalse(thread.is_alive())
        self.assertTrue(errors)
        self.assertTrue(query.isActive)

    def test_table_as_sink(self):
        self.add({"k": 1, "v": "a"}, {"k": 2, "v": "b"})
        query = self.stream().writeStream.option("path", self.path("out")).toTable(
            "sink_of_stream", format="parquet", checkpointLocation=self.path("checkpoint"))
        try:
            query.processAllAvailable()
            self.assertEqual(self.spark.table("sink_of_stream").count(), 2)
        finally:
            query.stop()
            self.spark.sql("DROP TABLE sink_of_stream")

    def test_triggers(self):
        from pyspark.errors import PySparkException

        self.add({"k": 1, "v": "a"})
        for trigger in ({"availableNow": True}, {"once": True}):
            query = self.stream().writeStream.format("noop").trigger(**trigger).start()
            self.assertTrue(query.awaitTermination(30))
        with self.assertRaises(PySparkException):
            self.stream().writeStream.format("noop").trigger(continuous="1 second").start()


class Listeners(StreamingTest):
    def test_events_arrive_in_order(self):
        from pyspark.sql.streaming import StreamingQueryListener

        events = []

        class Listener(StreamingQueryListener):
            def onQueryStarted(self, event):
                events.append(("started", event.name))

            def onQueryProgress(self, event):
                if event.progress.numInputRows:
                    events.append(("progress", event.progress.batchId))

            def onQueryIdle(self, event):
                pass

            def onQueryTerminated(self, event):
                events.append(("terminated", event.exception))

        listener = Listener()
        self.spark.streams.addListener(listener)
        query = self.memory("heard")
        self.assertEqual(events[0], ("started", "heard"))
        for k in range(2):
            self.add({"k": k, "v": "x"})
            query.processAllAvailable()
        query.stop()
        wait_for(lambda: len(events) >= 4)
        self.assertEqual(events[1:], [("progress", 0), ("progress", 1), ("terminated", None)])
        started = time.monotonic()
        self.spark.streams.removeListener(listener)
        self.assertLess(time.monotonic() - started, 5)
        self.memory("unheard").stop()
        self.assertEqual(len(events), 4)


class Observations(StreamingTest):
    def test_every_batch_reports_what_it_saw(self):
        from pyspark.sql.connect import functions as f
        from pyspark.sql.streaming.listener import StreamingQueryListener

        heard, ended = [], []

        class Listener(StreamingQueryListener):
            def onQueryStarted(self, event):
                pass

            def onQueryProgress(self, event):
                heard.append(event.progress.observedMetrics)

            def onQueryTerminated(self, event):
                ended.append(event.runId)

        listener = Listener()
        self.spark.streams.addListener(listener)
        stream = self.stream().observe("all", f.count("*").alias("rows"), f.max("v").alias("last"))
        kept = stream.filter("k > 1").observe("kept", f.sum("k").alias("total"))
        where = {"checkpointLocation": self.path("checkpoint")}
        query = kept.writeStream.format("noop").options(**where).start()
        self.add({"k": 1, "v": "a"}, {"k": 2, "v": "b"})
        query.processAllAvailable()
        query.stop()
        self.add({"k": 5})
        query = kept.writeStream.format("noop").options(**where).start()
        query.processAllAvailable()
        own = next(p for p in query.recentProgress if p.numInputRows)["observedMetrics"]
        query.stop()
        wait_for(lambda: sum("kept" in metrics for metrics in heard) == 2)
        # removeListener holds the lock that the client's thread needs to hand out an event.
        wait_for(lambda: len(ended) == 2)
        self.spark.streams.removeListener(listener)
        heard = [metrics for metrics in heard if metrics]
        self.assertEqual([tuple(metrics["all"]) for metrics in heard], [(2, "b"), (1, None)])
        self.assertEqual([metrics["kept"].total for metrics in heard], [2, 5])
        self.assertEqual(own["all"]["values"], [1, None])
        self.assertEqual([field["name"] for field in own["all"]["schema"]["fields"]],
                         ["rows", "last"])

    def test_the_first_rows_of_a_stream(self):
        from pyspark.errors import AnalysisException

        self.add({"k": 1}, {"k": 1})
        where, out = self.path("checkpoint"), self.path("out")
        for _ in range(2):
            query = (self.stream().select("k").limit(3).writeStream.format("json")
                     .option("path", out).option("checkpointLocation", where)
                     .trigger(availableNow=True).start())
            self.assertTrue(query.awaitTermination(30))
            self.assertEqual(query.lastProgress.stateOperators[0].operatorName, "globalLimit")
            self.add({"k": 2}, {"k": 2})
        found = [row.k for row in self.spark.read.schema("k int").json(out).collect()]
        self.assertEqual(sorted(found), [1, 1, 2])
        for refused in (self.stream().sample(0.5), self.stream().sample(True, 0.5)):
            self.assertTrue(refused.isStreaming)
            with self.assertRaises(AnalysisException) as raised:
                refused.writeStream.format("noop").start()
            self.assertEqual(raised.exception.getCondition(), "_LEGACY_ERROR_TEMP_3102")


class Functions(StreamingTest):
    def test_a_batch_is_read_many_times_and_used_in_sql(self):
        log, out = self.path("log"), self.path("out")

        def save(df, batch_id):
            df.createOrReplaceTempView("batch")
            top = df.sparkSession.sql("SELECT max(k) AS k FROM batch").collect()[0].k
            note(log, batch=batch_id, rows=df.count(), top=top)
            df.write.mode("append").parquet(out)

        query = self.stream().writeStream.foreachBatch(save).start()
        for k in range(3):
            self.add({"k": k, "v": "x"}, {"k": k + 10, "v": "y"})
            query.processAllAvailable()
        query.stop()
        self.assertEqual(
            notes(log), [{"batch": k, "rows": 2, "top": k + 10} for k in range(3)]
        )
        self.assertEqual(self.spark.read.parquet(out).count(), 6)

    def test_an_exception_of_foreach_batch_comes_back_with_its_traceback(self):
        from pyspark.errors.exceptions.connect import StreamingQueryException

        def fail(df, batch_id):
            raise ValueError("no batch %d" % batch_id)

        query = self.stream().writeStream.foreachBatch(fail).start()
        self.add({"k": 1, "v": "a"})
        with self.assertRaisesRegex(StreamingQueryException, "no batch 0") as caught:
            query.processAllAvailable()
        self.assertIn("Traceback", str(caught.exception))
        self.assertFalse(query.isActive)

    def test_foreach_opens_processes_and_closes(self):
        log = self.path("log")

        class Writer:
            def open(self, partition, epoch):
                self.epoch = epoch
                note(log, call="open", epoch=epoch)
                return True

            def process(self, row):
                note(log, call="process", row=row.asDict())

            def close(self, error):
                note(log, call="close", error=error is not None)

        query = self.stream().writeStream.foreach(Writer()).start()
        self.add({"k": 1, "v": "a"})
        query.processAllAvailable()
        query.stop()
        self.assertIn({"call": "process", "row": {"k": 1, "v": "a"}}, notes(log))
        self.assertEqual([n for n in notes(log) if n["call"] == "open"], [{"call": "open", "epoch": 0}])
        self.assertEqual(notes(log)[-1], {"call": "close", "error": False})

    def test_an_exception_of_foreach_fails_the_query(self):
        def fail(row):
            raise KeyError(row.v)

        query = self.stream().writeStream.foreach(fail).start()
        self.add({"k": 1, "v": "missing thing"})
        with self.assertRaisesRegex(Exception, "FOREACH_USER_FUNCTION_ERROR.*missing thing"):
            query.processAllAvailable()

    def test_a_hanging_function_does_not_hold_up_stop(self):
        log = self.path("log")

        def hang(df, batch_id):
            note(log, pid=os.getpid())
            time.sleep(1000)

        query = self.stream().writeStream.foreachBatch(hang).start()
        self.add({"k": 1, "v": "a"})
        wait_for(lambda: notes(log))
        started = time.monotonic()
        query.stop()
        self.assertLess(time.monotonic() - started, 2)
        self.assertIsNone(query.exception())

    def test_a_killed_worker_fails_the_query_only(self):
        log = self.path("log")

        def wait(df, batch_id):
            note(log, pid=os.getpid())
            time.sleep(1000)

        query = self.stream().writeStream.foreachBatch(wait).start()
        self.add({"k": 1, "v": "a"})
        wait_for(lambda: notes(log))
        self.assertIn(notes(log)[0]["pid"], workers_of(self.server.process.pid))
        os.kill(notes(log)[0]["pid"], signal.SIGKILL)
        with self.assertRaisesRegex(Exception, "signal 9"):
            query.processAllAvailable()
        self.assertEqual(self.spark.sql("SELECT 1 AS one").collect()[0].one, 1)

    def test_what_a_function_prints_or_leaves_does_no_harm(self):
        def babble(df, batch_id):
            os.write(3, b"this is no message")

        query = self.stream().writeStream.foreachBatch(babble).start()
        self.add({"k": 1, "v": "a"})
        with self.assertRaisesRegex(Exception, "PYTHON_WORKER_FAILED"):
            query.processAllAvailable()
        self.assertEqual(self.spark.range(3).count(), 3)

    def test_a_function_that_cannot_be_loaded_is_told_at_the_start(self):
        class Unloadable:
            def __reduce__(self):
                return (int, ("no number",))

            def __call__(self, df, batch_id):
                pass

        with self.assertRaisesRegex(Exception, "no number"):
            self.stream().writeStream.foreachBatch(Unloadable()).start()


if __name__ == "__main__":
    FIRESTEEL = sys.argv.pop(1)
    skip_without_pyspark()
    unittest.main(verbosity=2)
