"""A client whose connection is cut after every response, or at any byte: nothing lost, nothing twice.

usage: broken_connections_test.py FIRESTEEL [unittest's arguments]

SEED=n repeats the random cuts of a run.
"""

import json
import os
import random
import sys
import tempfile
import unittest

from cutting_proxy import CutAfterEveryResponse, CutAtRandomBytes, CuttingProxy
from running_server import RunningServer, skip_without_pyspark, wait_for

FIRESTEEL = None
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(1 << 32))


class Cuts:
    """What happens to a client; the two classes below say when it is cut off."""

    KIND = None
    ROWS = 400_000
    COMMANDS = 6
    LEAST_CUTS = 1
    LOCAL_ROWS = 10_000  # a megabyte and more, which the client sends by AddArtifacts

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.server = RunningServer(
            FIRESTEEL, "--conf", "spark.sql.warehouse.dir=" + os.path.join(cls.directory.name, "w")
        )

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.directory.cleanup()

    def setUp(self):
        from pyspark.sql.connect.session import SparkSession

        self.proxy = CuttingProxy(self.server.url, self.KIND, SEED)
        self.spark = SparkSession.builder.remote(self.proxy.url).create()

    def tearDown(self):
        self.spark.stop()
        self.proxy.stop()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def assert_cut(self, times):
        self.assertGreaterEqual(self.proxy.cuts, times)

    def test_every_row_comes_once(self):
        table = self.spark.range(self.ROWS).selectExpr("id", "id * 2 AS twice").toArrow()
        self.assertEqual(table.column("id").to_pylist(), list(range(self.ROWS)))
        self.assertEqual(table.column("twice").to_pylist(), list(range(0, 2 * self.ROWS, 2)))
        # A message has 65,536 rows.
        self.assert_cut(self.ROWS // 65536 * self.LEAST_CUTS)

    def test_every_command_runs_once(self):
        spark = self.spark
        spark.sql("CREATE TABLE written (k INT, way STRING) USING parquet")
        for i in range(self.COMMANDS):
            spark.sql("INSERT INTO written VALUES (%d, 'sql')" % i)
            frame = spark.createDataFrame([(i, "frame")], "k INT, way STRING")
            frame.write.insertInto("written")
        rows = sorted((row.way, row.k) for row in spark.table("written").collect())
        once = [(way, k) for way in ("frame", "sql") for k in range(self.COMMANDS)]
        self.assertEqual(rows, once)
        spark.sql("DROP TABLE written")
        self.assert_cut(2 * self.COMMANDS * self.LEAST_CUTS)

    def test_an_error_stays_what_it_is(self):
        from pyspark.errors import AnalysisException, ArithmeticException

        with self.assertRaises(ArithmeticException) as raised:
            self.spark.sql("SELECT 1 / 0").collect()
        self.assertEqual(raised.exception.getCondition(), "DIVIDE_BY_ZERO")
        with self.assertRaises(AnalysisException) as raised:
            self.spark.sql("SELECT nothing").collect()
        self.assertTrue(raised.exception.getCondition().startswith("UNRESOLVED_COLUMN"))

    def test_local_rows_arrive_whole(self):
        values = [(i, "%08d" % i * 20) for i in range(self.LOCAL_ROWS)]
        frame = self.spark.createDataFrame(values, "k INT, v STRING")
        self.assertEqual([tuple(row) for row in frame.collect()], values)

    def test_a_streaming_query_starts_once_and_tells_each_event_once(self):
        from pyspark.sql.streaming import StreamingQueryListener

        class Listener(StreamingQueryListener):
            def __init__(self):
                self.started, self.batches, self.terminated = [], [], []

            def onQueryStarted(self, event):
                self.started.append(str(event.runId))

            def onQueryProgress(self, event):
                if event.progress.numInputRows > 0:
                    self.batches.append(event.progress.batchId)

            def onQueryIdle(self, event):
                pass

            def onQueryTerminated(self, event):
                self.terminated.append(str(event.runId))

        spark, incoming = self.spark, self.path("in")
        os.makedirs(incoming)
        listener = Listener()
        spark.streams.addListener(listener)
        query = (
            spark.readStream.schema("k INT")
            .json(incoming)
            .writeStream.option("checkpointLocation", self.path("checkpoint"))
            .start(self.path("out"), format="parquet")
        )
        self.assertEqual([active.id for active in spark.streams.active], [query.id])
        for i in range(4):
            hidden = self.path("hidden")
            with open(hidden, "w") as file:
                file.write(json.dumps({"k": i}) + "\n")
            os.rename(hidden, os.path.join(incoming, "%d.json" % i))
            query.processAllAvailable()
            self.assertEqual(query.lastProgress.batchId, i)
        self.assertTrue(query.isActive)
        query.stop()
        self.assertTrue(query.awaitTermination(60))
        wait_for(lambda: listener.terminated)
        self.assertEqual(listener.started, [str(query.runId)])
        self.assertEqual(listener.batches, [0, 1, 2, 3])
        self.assertEqual(listener.terminated, [str(query.runId)])
        self.assertEqual(spark.streams.active, [])
        spark.streams.removeListener(listener)
        written = spark.read.schema("k INT").parquet(self.path("out"))
        self.assertEqual(sorted(row.k for row in written.collect()), [0, 1, 2, 3])
        self.assert_cut(8 * self.LEAST_CUTS)


class AfterEveryResponse(Cuts, unittest.TestCase):
    KIND = CutAfterEveryResponse


class AtAnyByte(Cuts, unittest.TestCase):
    KIND = CutAtRandomBytes
    LEAST_CUTS = 0
    LOCAL_ROWS = 2_000  # the client does not try AddArtifacts again


if __name__ == "__main__":
    skip_without_pyspark()
    FIRESTEEL = sys.argv.pop(1)
    print("SEED=%d" % SEED, flush=True)
    unittest.main(verbosity=2)
