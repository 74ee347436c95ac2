"""How streaming queries end in good order: what a running batch does when its query is stopped with
firesteel.streaming.stopGracefully, and when the server, a program or the shell gets SIGTERM. And what
explain tells of a running query.

usage: ending_test.py FIRESTEEL [unittest's arguments]
"""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from running_server import RunningServer, skip_without_pyspark, wait_for

FIRESTEEL = None

# A batch that begins, waits to be let go, and ends; DIRECTORY is put in front.
HELD_BATCH = """
import os, time
def hold(df, batch_id):
    rows = df.count()
    open(os.path.join(DIRECTORY, "begun-%d" % batch_id), "w").close()
    while not os.path.exists(os.path.join(DIRECTORY, "go")):
        time.sleep(0.02)
    open(os.path.join(DIRECTORY, "ended-%d-%d" % (batch_id, rows)), "w").close()
"""


class EndingTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        os.mkdir(self.path("in"))
        for k in range(3):
            with open(self.path("in/%d.json" % k), "w") as file:
                file.write(json.dumps({"k": k}) + "\n")

    def tearDown(self):
        self.directory.cleanup()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def exists(self, name):
        return os.path.exists(self.path(name))

    def log(self, name):
        return sorted(f for f in os.listdir(self.path("checkpoint/" + name)) if f[0] != ".")

    def start(self, spark):
        """One file per batch, each held."""
        scope = {"DIRECTORY": self.directory.name}
        exec(HELD_BATCH, scope)
        return (
            spark.readStream.schema("k int").option("maxFilesPerTrigger", 1).json(self.path("in"))
            .writeStream.foreachBatch(scope["hold"])
            .option("checkpointLocation", self.path("checkpoint")).start()
        )

    def let_go(self):
        open(self.path("go"), "w").close()

    def check_finished(self):
        """The first batch ran to its end, and there was no other."""
        self.assertTrue(self.exists("ended-0-1"))
        self.assertFalse(self.exists("begun-1"))
        self.assertEqual(self.log("commits"), ["0"])
        self.assertEqual(self.log("offsets"), ["0"])


class OverConnect(EndingTest):
    def setUp(self):
        super().setUp()
        self.server = RunningServer(FIRESTEEL)
        self.spark = self.server.session()

    def tearDown(self):
        self.server.stop()
        super().tearDown()

    def test_stop_waits_for_the_batch_if_asked_to(self):
        self.spark.conf.set("firesteel.streaming.stopGracefully", "true")
        query = self.start(self.spark)
        wait_for(lambda: self.exists("begun-0"))
        stopper = threading.Thread(target=query.stop)
        stopper.start()
        stopper.join(0.5)
        self.assertTrue(stopper.is_alive())
        self.assertTrue(query.isActive)
        self.let_go()
        stopper.join(30)
        self.assertFalse(query.isActive)
        self.assertIsNone(query.exception())
        self.check_finished()

    def test_stop_gives_the_batch_up_as_it_does_in_spark(self):
        query = self.start(self.spark)
        wait_for(lambda: self.exists("begun-0"))
        query.stop()
        self.assertIsNone(query.exception())
        self.assertFalse(self.exists("ended-0-1"))
        self.assertEqual(self.log("commits") if self.exists("checkpoint/commits") else [], [])

    def test_a_server_that_is_told_to_end_finishes_batches(self):
        self.start(self.spark)
        wait_for(lambda: self.exists("begun-0"))
        self.server.process.terminate()
        with self.assertRaises(subprocess.TimeoutExpired):
            self.server.process.wait(timeout=0.5)
        self.let_go()
        self.assertEqual(self.server.process.wait(timeout=60), 0)
        self.check_finished()

    def test_a_server_that_is_told_twice_gives_them_up(self):
        self.start(self.spark)
        wait_for(lambda: self.exists("begun-0"))
        self.server.process.terminate()
        with self.assertRaises(subprocess.TimeoutExpired):
            self.server.process.wait(timeout=0.5)
        self.server.process.terminate()
        self.assertEqual(self.server.process.wait(timeout=60), 0)
        self.assertFalse(self.exists("ended-0-1"))

    def explain(self, query, extended=False):
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            query.explain(extended)
        return text.getvalue()

    def test_explain_tells_of_the_state(self):
        stream = self.spark.readStream.schema("k int").json(self.path("in"))
        query = (
            stream.selectExpr("timestamp_seconds(k) AS at", "k").withWatermark("at", "1 second")
            .dropDuplicates(["k"]).writeStream.format("noop").start()
        )
        query.processAllAvailable()
        bytes_held = query.lastProgress.stateOperators[0].memoryUsedBytes
        # The row at 1970 itself is late: the first batch's watermark is 0.
        state = "0 dedupe: watermark 1970-01-01T00:00:01.000Z, 2 keys, %d bytes\n" % bytes_held
        self.assertIn("== Physical Plan ==", self.explain(query))
        self.assertIn("\n== State ==\n" + state, self.explain(query))
        extended = self.explain(query, True)
        self.assertIn("== Optimized Logical Plan ==", extended)
        self.assertIn(state + "   last batch: ", extended)
        query.stop()


class Programs(EndingTest):
    def test_a_program_that_is_told_to_end_leaves_finished_batches(self):
        job = self.path("job.py")
        with open(job, "w") as file:
            file.write("DIRECTORY = %r\n" % self.directory.name + HELD_BATCH + """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
query = (spark.readStream.schema("k int").option("maxFilesPerTrigger", 1).json(DIRECTORY + "/in")
    .writeStream.foreachBatch(hold).option("checkpointLocation", DIRECTORY + "/checkpoint").start())
query.awaitTermination()
""")
        process = subprocess.Popen(
            [FIRESTEEL, "run", "--python", sys.executable, job], stderr=subprocess.PIPE, text=True
        )
        try:
            wait_for(lambda: self.exists("begun-0"))
            process.send_signal(signal.SIGTERM)
            for line in process.stderr:
                if "Finishing the batches" in line:
                    break
            self.let_go()
            process.communicate(timeout=60)
        finally:
            process.kill()
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        self.check_finished()

    def test_a_sql_script_that_is_told_to_end(self):
        script = (
            "CREATE TEMP VIEW numbers USING json OPTIONS (path '%s');\n"
            "SELECT concat('row ', k) AS text FROM STREAM numbers;\n"
            "SELECT 'not reached';\n" % self.path("in")
        )
        process = subprocess.Popen(
            [FIRESTEEL, "sql", "--conf", "spark.sql.streaming.schemaInference=true", "--conf",
             "spark.sql.streaming.checkpointLocation=" + self.path("all")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        try:
            process.stdin.write(script)
            process.stdin.close()
            output = ""
            for line in process.stdout:
                output += line
                if "row 2" in line:
                    break
            process.send_signal(signal.SIGTERM)
            output += process.stdout.read()
            process.wait(timeout=60)
        finally:
            process.kill()
            process.stdout.close()
        self.assertEqual(process.returncode, 128 + signal.SIGTERM, output)
        self.assertNotIn("not reached", output)
        (query,) = os.listdir(self.path("all"))
        os.rename(self.path("all/" + query), self.path("checkpoint"))
        self.assertEqual(self.log("commits"), self.log("offsets"))


if __name__ == "__main__":
    FIRESTEEL = sys.argv.pop(1)
    skip_without_pyspark()
    unittest.main(verbosity=2)
