"""DataFrames, the catalog and tables of a PySpark client.

usage: relations_test.py FIRESTEEL [unittest's arguments]
"""

import sys
import tempfile
import unittest

from running_server import RunningServer, skip_without_pyspark

FIRESTEEL = None


def rows(frame):
    return [tuple(row) for row in frame.collect()]


class RelationsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.warehouse = tempfile.TemporaryDirectory()
        cls.server = RunningServer(FIRESTEEL, "--conf", "spark.sql.warehouse.dir=" + cls.warehouse.name)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.warehouse.cleanup()

    def setUp(self):
        self.spark = self.server.session()
        self.people = self.spark.createDataFrame(
            [(1, "a", 1.5), (2, None, None), (3, "c", 4.5)], "id int, name string, x double")

    def tearDown(self):
        self.spark.stop()

    def fails(self, condition, action):
        from pyspark.errors import PySparkException

        with self.assertRaises(PySparkException) as raised:
            action()
        self.assertEqual(raised.exception.getCondition(), condition)

    def test_columns_belong_to_their_frames(self):
        derived = self.people.filter("id > 1").withColumnRenamed("x", "y")
        joined = self.people.join(derived, self.people["id"] == derived["id"])
        self.assertEqual(rows(joined.select(self.people["id"], derived["y"]).orderBy("y")),
                         [(2, None), (3, 4.5)])
        with_using = self.people.join(derived, "id").select(derived["name"]).orderBy("name")
        self.assertEqual(rows(with_using), [(None,), ("c",)])
        self.fails("AMBIGUOUS_COLUMN_REFERENCE",
                   lambda: self.people.join(self.people, self.people["id"] == self.people["id"]).collect())
        hidden = self.people.select("id").filter(self.people["name"] == "c")
        self.assertEqual(rows(hidden), [(3,)])
        other = self.spark.range(1)
        self.fails("CANNOT_RESOLVE_DATAFRAME_COLUMN", lambda: self.people.select(other["id"]).collect())

    def test_missing_values(self):
        filled = self.people.na.fill({"name": "?", "x": 0})
        self.assertEqual(rows(filled.orderBy("id"))[1], (2, "?", 0.0))
        self.assertEqual(self.people.na.drop().count(), 2)
        self.assertEqual(self.people.na.drop(thresh=1).count(), 3)
        replaced = self.people.na.replace({"a": "A"}).orderBy("id")
        self.assertEqual([row.name for row in replaced.collect()], ["A", None, "c"])

    def test_statistics(self):
        described = {row[0]: row[1] for row in self.people.describe("x").collect()}
        self.assertEqual(described, {"count": "2", "mean": "3.0", "stddev": "2.1213203435596424",
                                     "min": "1.5", "max": "4.5"})
        self.assertEqual(self.people.approxQuantile("id", [0.0, 0.5, 1.0], 0.0), [1.0, 2.0, 3.0])
        self.assertEqual(self.people.cov("id", "x"), 3.0)
        pairs = self.spark.createDataFrame([(1, "u"), (1, "v"), (2, "u")], ["k", "l"])
        self.assertEqual(sorted(rows(pairs.crosstab("k", "l"))), [("1", 1, 1), ("2", 1, 0)])
        self.assertEqual(self.spark.range(1000).sample(0.0).count(), 0)
        parts = self.spark.range(1000).randomSplit([0.5, 0.5], seed=7)
        self.assertEqual(sum(part.count() for part in parts), 1000)

    def test_other_shapes(self):
        self.assertEqual(self.spark.range(10).tail(2)[0].id, 8)
        wide = self.spark.createDataFrame([(1, 2, 3)], ["id", "a", "b"])
        self.assertEqual(rows(wide.unpivot("id", ["a", "b"], "name", "value")),
                         [(1, "a", 2), (1, "b", 3)])
        self.assertEqual(wide.transpose().columns, ["key", "1"])
        self.assertEqual(wide.to(self.spark.createDataFrame([], "b long, id long").schema).columns,
                         ["b", "id"])
        self.assertEqual(rows(wide.groupBy("id").pivot("a").sum("b")), [(1, 3)])

    def test_windows_and_parameters(self):
        from pyspark.sql.connect import functions as f
        from pyspark.sql.connect.window import Window

        window = Window.orderBy("id").rowsBetween(-1, 0)
        self.assertEqual(rows(self.people.select("id", f.sum("id").over(window).alias("s"))),
                         [(1, 1), (2, 3), (3, 5)])
        found = self.spark.sql("SELECT id FROM {p} WHERE id > :least ORDER BY id", {"least": 1},
                               p=self.people)
        self.assertEqual(rows(found), [(2,), (3,)])

    def test_tables_stay_for_all_sessions(self):
        self.people.write.saveAsTable("people")
        try:
            other = self.server.session()
            self.assertEqual(other.table("people").count(), 3)
            self.people.select("x", "id", "name").write.mode("append").saveAsTable("people")
            self.assertEqual(other.table("people").filter("id = 3").count(), 2)
            self.fails("TABLE_OR_VIEW_ALREADY_EXISTS",
                       lambda: self.people.write.saveAsTable("people"))
            self.people.limit(1).write.mode("overwrite").saveAsTable("people")
            self.assertEqual(other.table("people").count(), 1)
            self.assertEqual([table.name for table in other.catalog.listTables()], ["people"])
            self.assertEqual([c.name for c in other.catalog.listColumns("people")],
                             ["id", "name", "x"])
            other.stop()
        finally:
            self.spark.catalog.dropTable("people") if hasattr(self.spark.catalog, "dropTable") \
                else self.spark.sql("DROP TABLE people")
        self.assertFalse(self.spark.catalog.tableExists("people"))

    def test_views_and_caching(self):
        self.people.createOrReplaceGlobalTempView("everyone")
        self.assertEqual(self.spark.table("global_temp.everyone").count(), 3)
        self.assertTrue(self.spark.catalog.dropGlobalTempView("everyone"))
        self.people.createTempView("mine")
        self.spark.catalog.cacheTable("mine")
        self.assertTrue(self.spark.catalog.isCached("mine"))
        self.spark.catalog.uncacheTable("mine")
        self.assertFalse(self.spark.catalog.isCached("mine"))
        self.assertTrue(self.spark.catalog.dropTempView("mine"))
        self.assertFalse(self.spark.catalog.dropTempView("mine"))

    def test_settings(self):
        conf = self.spark.conf
        self.assertEqual(conf.get("spark.sql.sources.partitionOverwriteMode", "DYNAMIC"), "DYNAMIC")
        self.assertFalse(conf.isModifiable("spark.sql.warehouse.dir"))
        self.fails("CANNOT_MODIFY_CONFIG", lambda: conf.set("spark.sql.warehouse.dir", "/x"))


if __name__ == "__main__":
    skip_without_pyspark()
    FIRESTEEL = sys.argv.pop(1)
    unittest.main()
