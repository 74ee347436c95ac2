"""Many clients with a streaming query each, and many streaming queries of one client.

usage: many_queries_test.py FIRESTEEL [unittest's arguments]
"""

import glob
import json
import os
import sys
import tempfile
import threading
import time
import unittest

from running_server import RunningServer, skip_without_pyspark, wait_for

FIRESTEEL = None
CLIENTS = 50
QUERIES = 20
# The sanitized server on a busy machine; the one that users have takes a tenth of it.
STOP_SECONDS = 20


class ManyQueries(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.server = RunningServer(FIRESTEEL)
        self.stopped = False

    def tearDown(self):
        if not self.stopped:
            self.assertEqual(self.server.stop(), 0)
        self.directory.cleanup()

    def path(self, *names):
        return os.path.join(self.directory.name, *names)

    def threads(self):
        return len(os.listdir("/proc/%d/task" % self.server.process.pid))

    def start(self, spark, name):
        """A query that counts the numbers of a stream by their last digit, with state."""
        os.makedirs(self.path(name, "in"), exist_ok=True)
        numbers = spark.readStream.schema("k INT").json(self.path(name, "in"))
        return (
            numbers.groupBy((numbers.k % 10).alias("digit"))
            .count()
            .writeStream.outputMode("complete")
            .format("memory")
            .queryName(name)
            .option("checkpointLocation", self.path(name, "checkpoint"))
            .start()
        )

    def add(self, name, index, numbers):
        hidden = self.path(name, ".hidden")
        with open(hidden, "w") as file:
            file.writelines(json.dumps({"k": k}) + "\n" for k in numbers)
        os.rename(hidden, self.path(name, "in", "%d.json" % index))

    def counts(self, spark, name):
        return sorted((row["digit"], row["count"]) for row in spark.table(name).collect())

    def assert_committed(self, names, batches):
        """Every batch that was begun has been committed: the server stopped between two."""
        for name in names:
            begun, committed = (
                sorted(glob.glob("[0-9]*", root_dir=self.path(name, "checkpoint", log)))
                for log in ("offsets", "commits")
            )
            self.assertEqual(begun, committed, name)
            self.assertGreaterEqual(len(committed), batches, name)

    def stop_server(self):
        began = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.stopped = True
        self.assertLess(time.monotonic() - began, STOP_SECONDS)

    def test_many_clients_with_a_query_each(self):
        threads_before = self.threads()
        sessions = [self.server.session() for _ in range(CLIENTS)]
        names = ["of_client_%d" % i for i in range(CLIENTS)]
        failures = []

        def run(spark, name, index):
            try:
                query = self.start(spark, name)
                for batch in range(2):
                    self.add(name, batch, range(index * 10, index * 10 + 10))
                    query.processAllAvailable()
                self.assertEqual(self.counts(spark, name), [(d, 2) for d in range(10)])
                # Nobody sees the others.
                self.assertEqual([active.name for active in spark.streams.active], [name])
                self.assertEqual(query.lastProgress.batchId, 1)
            except BaseException as error:
                failures.append("%s: %r" % (name, error))

        clients = [
            threading.Thread(target=run, args=(spark, name, i))
            for i, (spark, name) in enumerate(zip(sessions, names))
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.assertEqual(failures, [])
        # One for each query, what gRPC and the scheduler share, and no more.
        self.assertLess(self.threads(), threads_before + 2 * CLIENTS + 50)
        # Half of them leave; the others' queries run until the server stops.
        for spark in sessions[::2]:
            spark.streams.active[0].stop()
            spark.stop()
        wait_for(lambda: self.threads() < threads_before + CLIENTS + 50)
        self.stop_server()
        self.assert_committed(names, 2)
        for spark in sessions[1::2]:
            spark.client.close()

    def test_many_queries_of_one_client(self):
        spark = self.server.session()
        threads_before = self.threads()
        names = ["query_%d" % i for i in range(QUERIES)]
        queries = [self.start(spark, name) for name in names]
        self.assertEqual(len(spark.streams.active), QUERIES)
        for batch in range(2):
            for i, name in enumerate(names):
                self.add(name, batch, range(i, i + 10))
            for query in queries:
                query.processAllAvailable()
        for name in names:
            self.assertEqual(self.counts(spark, name), [(d, 2) for d in range(10)])
        self.assertLess(self.threads(), threads_before + 2 * QUERIES + 50)
        began = time.monotonic()
        for query in queries[: QUERIES // 2]:
            query.stop()
        self.assertLess(time.monotonic() - began, STOP_SECONDS)
        self.assertEqual(len(spark.streams.active), QUERIES - QUERIES // 2)
        # Data that comes as the server stops is in a batch as a whole or not at all.
        for i, name in enumerate(names):
            self.add(name, 2, range(1000))
        self.stop_server()
        self.assert_committed(names, 2)
        # What one server left goes on in the next one.
        self.server = RunningServer(FIRESTEEL)
        self.stopped = False
        spark.client.close()
        spark = self.server.session()
        name = names[-1]
        self.add(name, 3, range(10))
        self.start(spark, name).processAllAvailable()
        self.assertEqual(self.counts(spark, name), [(d, 103) for d in range(10)])
        spark.stop()


if __name__ == "__main__":
    FIRESTEEL = sys.argv.pop(1)
    skip_without_pyspark()
    unittest.main(verbosity=2)
