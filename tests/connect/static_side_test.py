"""The static side of a stream-static join: when its files are looked for, in a run and after it.

    static_side_test.py FIRESTEEL [TESTS…]
"""

import json
import os
import sys
import tempfile
import unittest

from running_server import RunningServer, skip_without_pyspark, wait_for

arguments = {}


class StaticSide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = RunningServer(arguments["firesteel"])
        cls.addClassCleanup(cls.server.stop)
        cls.spark = cls.server.session()

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.files = 0
        os.mkdir(os.path.join(self.directory, "in"))

    def add(self, folder, **row):
        path = os.path.join(self.directory, folder)
        os.makedirs(path, exist_ok=True)
        self.files += 1
        hidden = os.path.join(self.directory, ".%d" % self.files)
        with open(hidden, "w", encoding="ascii") as file:
            file.write(json.dumps(row) + "\n")
        os.rename(hidden, os.path.join(path, "%d.json" % self.files))

    def start(self, **options):
        names = (self.spark.read.schema("id INT, name STRING").options(**options)
                 .json(os.path.join(self.directory, "names")))
        stream = self.spark.readStream.schema("id INT").json(os.path.join(self.directory, "in"))
        return (stream.join(names, "id", "left").writeStream.format("parquet")
                .option("checkpointLocation", os.path.join(self.directory, "checkpoint"))
                .start(os.path.join(self.directory, "out")))

    def rows(self):
        return self.spark.read.schema("id INT, name STRING").parquet(
            os.path.join(self.directory, "out")).collect()

    def result(self):
        return {row["id"]: row["name"] for row in self.rows()}

    def run_one(self, query, number):
        self.add("in", id=number)
        query.processAllAvailable()
        return self.result()[number]

    def test_as_in_spark_until_the_restart(self):
        self.add("names", id=1, name="one")
        query = self.start()
        self.assertEqual(self.run_one(query, 1), "one")
        self.add("names", id=2, name="two")
        self.add("names", id=3, name="three")
        self.assertIsNone(self.run_one(query, 2))
        query.stop()
        query = self.start()
        self.assertEqual(self.run_one(query, 3), "three")
        query.stop()
        self.assertEqual(self.result(), {1: "one", 2: None, 3: "three"})

    def test_with_an_interval(self):
        self.add("names", id=1, name="one")
        query = self.start(**{"firesteel.refreshInterval": "200ms"})
        self.assertEqual(self.run_one(query, 1), "one")
        self.add("names", id=7, name="seven")

        # Stream rows until one is in a batch after the interval.
        def seen():
            self.add("in", id=7)
            query.processAllAvailable()
            return "seven" in {name for _, name in self.rows()}

        wait_for(seen)
        query.stop()

    def test_what_is_no_interval(self):
        self.add("names", id=1, name="one")
        self.add("in", id=1)
        with self.assertRaises(Exception) as caught:
            query = self.start(**{"firesteel.refreshInterval": "soon"})
            query.processAllAvailable()
        self.assertIn("firesteel.refreshInterval", str(caught.exception))


if __name__ == "__main__":
    skip_without_pyspark()
    arguments["firesteel"] = sys.argv.pop(1)
    unittest.main()
