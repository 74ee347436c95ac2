"""Functions of Python around queries: in streams, when they fail or hang, with files of a session.

usage: python_workers_test.py FIRESTEEL [unittest's arguments]
"""

import os
import signal
import sys
import threading
import time
import unittest
import zipfile

from functions_case import FunctionsTest
from running_server import skip_without_pyspark, wait_for


class Streams(FunctionsTest):
    def stream(self):
        os.makedirs(self.path("in"), exist_ok=True)
        with open(self.path("in/1.json"), "w") as file:
            file.write('{"k": 1}\n{"k": 2}\n')
        return self.spark.readStream.schema("k int").json(self.path("in"))

    def test_functions_in_streaming_queries(self):
        from pyspark.sql.functions import pandas_udf, udf

        plus = udf(lambda x: x + 1, "int")
        even = pandas_udf(lambda s: s % 2 == 0, "boolean")
        stream = self.stream().withColumn("p", plus("k")).filter(even("k"))
        stream = stream.mapInPandas(
            lambda it: (b.assign(q=b.p * 10) for b in it), "k int, p int, q int"
        )
        query = stream.writeStream.format("memory").queryName("found").start()
        query.processAllAvailable()
        self.assertEqual(self.rows(self.spark.table("found")), [(2, 3, 30)])
        query.stop()

    def test_inside_of_foreach_batch(self):
        target = self.path("out")

        def write(frame, batch_id):
            from pyspark.sql.functions import udf

            seven = udf(lambda x: x * 7, "int")
            frame.select(seven("k").alias("k")).write.mode("append").json(target)

        query = self.stream().writeStream.foreachBatch(write).start()
        query.processAllAvailable()
        query.stop()
        self.assertEqual(sorted(self.rows(self.spark.read.json(target))), [(7,), (14,)])

    def test_a_failure_ends_the_query(self):
        from pyspark.errors import StreamingQueryException
        from pyspark.sql.functions import udf

        @udf("int")
        def failing(x):
            raise KeyError("no such thing")

        query = self.stream().select(failing("k")).writeStream.format("noop").start()
        with self.assertRaises(StreamingQueryException) as caught:
            query.processAllAvailable()
        self.assertIn("KeyError", str(caught.exception))
        self.assertIn("in failing", str(caught.exception))

    def test_stop_ends_a_function_that_hangs(self):
        from pyspark.sql.functions import udf

        started = self.path("started")

        @udf("int")
        def hanging(x):
            open(started, "w").close()
            time.sleep(1000)

        query = self.stream().select(hanging("k")).writeStream.format("noop").start()
        wait_for(lambda: os.path.exists(started))
        begin = time.monotonic()
        query.stop()
        self.assertLess(time.monotonic() - begin, 2)
        self.assertFalse(query.isActive)


class Failures(FunctionsTest):
    def test_an_exception_brings_its_traceback(self):
        from pyspark.sql.functions import udf

        @udf("int")
        def failing(x):
            raise ValueError("bad %s" % x)

        with self.fails("PYTHON_EXCEPTION", "ValueError: bad 0", "in failing"):
            self.spark.range(1).select(failing("id")).collect()
        with self.fails("RESULT_ROWS_MISMATCH"):
            from pyspark.sql.functions import pandas_udf

            self.spark.range(3).select(pandas_udf(lambda s: s.head(1), "long")("id")).collect()

    def test_a_worker_that_dies_or_talks_is_no_harm(self):
        from pyspark.errors.exceptions.connect import SparkConnectGrpcException
        from pyspark.sql.functions import udf

        def kill(x):
            os.kill(os.getpid(), signal.SIGKILL)

        def garbage(x):
            os.write(3, b"garbage, and more of it")
            time.sleep(1000)

        for function in (kill, garbage):
            with self.assertRaises(SparkConnectGrpcException) as caught:
                self.spark.range(1).select(udf(function, "int")("id")).collect()
            self.assertIn("PYTHON_WORKER_FAILED", str(caught.exception))

        def chatty(x):
            print("hello")
            os.write(1, b"on the descriptor too\n")
            return x

        self.assertEqual(self.rows(self.spark.range(1).select(udf(chatty, "long")("id"))), [(0,)])

    def test_an_interrupt_ends_a_function_that_hangs(self):
        from pyspark.sql.functions import udf

        started = self.path("started")

        def hang(x):
            open(started, "w").close()
            time.sleep(1000)

        failures = []

        def run():
            try:
                self.spark.range(1).select(udf(hang, "int")("id")).collect()
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        wait_for(lambda: os.path.exists(started))
        begin = time.monotonic()
        self.spark.interruptAll()
        thread.join(20)
        self.assertLess(time.monotonic() - begin, 2)
        self.assertIn("OPERATION_CANCELED", str(failures[0]))
        wait_for(lambda: not self.workers())

    def test_workers_are_used_again_and_end_with_their_session(self):
        from pyspark.sql.functions import udf

        own = udf(lambda x: os.getpid(), "long")
        one = self.spark.range(1, numPartitions=1)
        pids = {self.rows(one.select(own("id")))[0][0] for _ in range(3)}
        self.assertEqual(len(pids), 1)
        self.assertLessEqual(pids, set(self.workers()))
        self.spark.stop()
        wait_for(lambda: not self.workers())
        self.spark = self.server.session()


class Artifacts(FunctionsTest):
    def test_modules_files_and_archives(self):
        from pyspark.sql.functions import udf

        with open(self.path("own_module.py"), "w") as file:
            file.write("def text():\n    return 'module'\n")
        with zipfile.ZipFile(self.path("own_package.zip"), "w") as file:
            file.writestr("own_package/__init__.py", "name = 'package'\n")
        with open(self.path("data.txt"), "w") as file:
            file.write("data")
        with zipfile.ZipFile(self.path("things.zip"), "w") as file:
            file.writestr("inside/a.txt", "archive")
        self.spark.addArtifacts(
            self.path("own_module.py"), self.path("own_package.zip"), pyfile=True
        )
        self.spark.addArtifacts(self.path("data.txt"), file=True)
        self.spark.addArtifacts(self.path("things.zip") + "#unpacked", archive=True)

        @udf("array<string>")
        def found(x):
            import own_module
            import own_package

            return [
                own_module.text(),
                own_package.name,
                open("data.txt").read(),
                open("unpacked/inside/a.txt").read(),
            ]

        one = self.spark.range(1)
        self.assertEqual(
            self.rows(one.select(found("id"))), [(["module", "package", "data", "archive"],)]
        )
        other = self.server.session()
        with self.fails("ModuleNotFoundError"):
            other.range(1).select(found("id")).collect()
        other.stop()


if __name__ == "__main__":
    skip_without_pyspark()
    FunctionsTest.firesteel = sys.argv.pop(1)
    unittest.main(verbosity=2)
