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
        # In the condition a DataFrame means the side that it is; above the join it may mean both.
        joined = self.people.join(derived, self.people["id"] == derived["id"])
        self.assertEqual(rows(joined.select(derived["id"], derived["y"]).orderBy("y")),
                         [(2, None), (3, 4.5)])
        self.fails("AMBIGUOUS_COLUMN_REFERENCE",
                   lambda: joined.select(self.people["id"]).collect())
        self.assertEqual(rows(joined.select(self.people["x"]).orderBy("x")), [(None,), (4.5,)])
        deeper = self.people.alias("p").join(derived, self.people["id"] == derived["id"])
        self.fails("AMBIGUOUS_COLUMN_REFERENCE", deeper.collect)
        with_using = self.people.join(derived, "id").select(derived["name"]).orderBy("name")
        self.assertEqual(rows(with_using), [(None,), ("c",)])
        self.fails("AMBIGUOUS_COLUMN_REFERENCE",
                   lambda: self.people.join(self.people, self.people["id"] == self.people["id"]).collect())
        hidden = self.people.select("id").filter(self.people["name"] == "c")
        self.assertEqual(rows(hidden), [(3,)])
        other = self.spark.range(1)
        self.fails("CANNOT_RESOLVE_DATAFRAME_COLUMN", lambda: self.people.select(other["id"]).collect())

    def test_stars_and_drops_of_one_frame(self):
        from pyspark.sql import functions as F

        letters = self.spark.createDataFrame([(1, "k"), (3, "l")], "k int, l string")
        joined = self.people.join(letters, self.people["id"] == letters["k"])
        self.assertEqual(rows(joined.select(letters["*"]).orderBy("k")), [(1, "k"), (3, "l")])
        self.assertEqual(joined.select(F.struct(letters["*"]).alias("s")).schema["s"].dataType.names,
                         ["k", "l"])
        self.assertEqual(self.people.withColumn("z", F.lit(1)).select(self.people["*"]).columns,
                         ["id", "name", "x"])
        self.fails("AMBIGUOUS_COLUMN_REFERENCE",
                   lambda: self.people.crossJoin(self.people).select(self.people["*"]).collect())
        self.fails("CANNOT_RESOLVE_DATAFRAME_COLUMN",
                   lambda: self.people.select("id").select(self.people["*"]).collect())
        some = self.people.filter("id > 1")
        both = self.people.join(some, self.people["id"] == some["id"])
        self.assertEqual(both.drop(some["id"]).columns, ["id", "name", "x", "name", "x"])
        self.assertEqual(self.people.drop(self.people["id"], "name").columns, ["x"])
        self.assertEqual(self.people.drop("name").drop(self.people["name"]).columns, ["id", "x"])
        self.fails("AMBIGUOUS_REFERENCE", lambda: both.drop(F.col("name")).collect())
        self.fails("CANNOT_RESOLVE_DATAFRAME_COLUMN",
                   lambda: self.people.drop(letters["k"]).collect())

    def test_columns_by_pattern(self):
        frame = self.spark.createDataFrame([("a", 1, 2)], ["Col1", "Col2", "x"])
        self.assertEqual(frame.select(frame.colRegex("`(Col1)?+.+`")).columns, ["Col2", "x"])
        self.assertEqual(frame.alias("t").select(frame.colRegex("t.`c.*`")).columns,
                         ["Col1", "Col2"])
        self.assertEqual(frame.select(frame.colRegex("Col1")).columns, ["Col1"])
        self.assertEqual(frame.select(frame.colRegex("`nothing`")).columns, [])
        self.assertEqual(frame.where(frame.colRegex("`Col2`") == 1).count(), 1)

    def test_fields_are_added_and_dropped(self):
        from pyspark.sql import Row
        from pyspark.sql.functions import lit

        frame = self.spark.sql(
            "SELECT named_struct('b', 1, 'c', named_struct('x', 2, 'y', 'z')) a "
            "UNION ALL SELECT NULL")

        def after(column):
            return [row[0] for row in frame.select(column.alias("r")).collect()]

        self.assertEqual(after(frame.a.withField("b", lit(5)).withField("d", lit("e"))),
                         [Row(b=5, c=Row(x=2, y="z"), d="e"), None])
        self.assertEqual(after(frame.a.withField("c.x", lit(9)).dropFields("b", "none")),
                         [Row(c=Row(x=9, y="z")), None])
        self.assertEqual(after(frame.a.dropFields("c.x")), [Row(b=1, c=Row(y="z")), None])
        self.assertEqual(frame.select(frame.a.withField("b", lit(5))).columns,
                         ["update_fields(a, WithField(5))"])
        self.fails("DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS",
                   lambda: after(frame.a.dropFields("b", "c")))
        self.fails("FIELD_NOT_FOUND", lambda: after(frame.a.withField("q.x", lit(1))))
        self.fails("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                   lambda: after(lit(1).withField("b", lit(1))))

    def test_samples_with_replacement(self):
        sample = self.spark.range(10000).sample(True, 2.0, seed=4)
        counts = [row[1] for row in sample.groupBy("id").count().collect()]
        self.assertEqual(sample.columns, ["id"])
        self.assertTrue(19000 < sum(counts) < 21000, sum(counts))
        self.assertTrue(max(counts) > 4, max(counts))
        self.assertEqual(self.spark.range(10).sample(True, 0.0).count(), 0)
        with self.assertRaises(Exception):
            self.spark.range(10).sample(True, -1.0).count()

    def test_input_files(self):
        with tempfile.TemporaryDirectory() as directory:
            self.people.coalesce(1).write.parquet(directory + "/people")
            frame = self.spark.read.parquet(directory + "/people")
            files = frame.union(frame).filter("id > 5").inputFiles()
            self.assertEqual(len(files), 1)
            self.assertTrue(files[0].startswith("file:///") and files[0].endswith(".parquet"))
            self.assertEqual(self.people.inputFiles(), [])

    def test_tables_of_files_are_not_replaced(self):
        from pyspark.sql.functions import lit

        self.people.write.saveAsTable("kept")
        writer = self.people.writeTo("kept")
        self.fails("_LEGACY_ERROR_TEMP_1012", lambda: writer.overwrite(lit(True)))
        self.fails("_LEGACY_ERROR_TEMP_1012", writer.overwritePartitions)
        self.fails("UNSUPPORTED_FEATURE.TABLE_OPERATION", writer.replace)
        self.fails("UNSUPPORTED_FEATURE.TABLE_OPERATION", writer.createOrReplace)
        self.fails("TABLE_OR_VIEW_NOT_FOUND",
                   lambda: self.people.writeTo("nowhere").overwritePartitions())
        self.assertEqual(self.spark.table("kept").count(), 3)
        self.spark.sql("DROP TABLE kept")

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

    def test_observations(self):
        from pyspark.sql.connect.observation import Observation
        from pyspark.sql.connect import functions as f

        metrics = [f.count("*").alias("rows"), f.sum("id").alias("total"), f.max("name"),
                   f.collect_list("x").alias("all"),
                   f.struct(f.min("id").alias("least")).alias("s")]
        seen = {"rows": 3, "total": 6, "max(name)": "c", "all": [1.5, 4.5], "s": (1,)}
        first, second = Observation("first"), Observation()
        kept = self.people.observe(first, *metrics).filter("id > 1").observe(second, f.count("id"))
        self.assertEqual(kept.count(), 2)
        self.assertEqual(first.get, seen)
        self.assertEqual(second.get, {"count(id)": 2})
        with tempfile.TemporaryDirectory() as directory:
            written = Observation("written")
            observed = self.people.observe(written, *metrics)
            observed.write.json(directory + "/out")
            self.assertEqual(written.get, seen)
        cached = Observation("cached")
        frame = self.people.observe(cached, f.count("*").alias("rows")).cache()
        self.assertEqual(len(frame.collect()) + len(frame.collect()), 6)
        self.assertEqual(cached.get, {"rows": 3})
        frame.unpersist()
        named = self.people.observe("named", f.count("*").alias("rows"))
        attributes = named.join(named.select("id"), "id").toPandas().attrs["observed_metrics"]
        self.assertEqual([(m.name, m.keys, m.metrics[0].long) for m in attributes],
                         [("named", ["rows"], 3)])
        nothing = Observation("nothing")
        self.people.observe(nothing, f.count("*")).filter("false").collect()
        self.assertEqual(nothing.get, {})

    def test_set_operations_have_the_columns_of_their_left_side(self):
        some = self.people.filter("id > 1")
        left = self.people.exceptAll(some)
        self.assertEqual(rows(left.select(self.people["id"])), [(1,)])
        self.assertEqual(rows(self.people.intersect(some).filter(self.people["id"] > 2)),
                         [(3, "c", 4.5)])
        self.fails("CANNOT_RESOLVE_DATAFRAME_COLUMN", lambda: left.select(some["id"]).collect())

    def test_what_stands_where_it_means_nothing(self):
        from pyspark.errors import IllegalArgumentException
        from pyspark.sql.connect import functions as F
        from pyspark.sql.connect.window import Window

        people = self.people
        numbered = F.row_number().over(Window.orderBy("id"))
        stack = F.call_function("stack", F.lit(1), F.lit(2), F.lit(3))
        for condition, frame in (
            ("UNSUPPORTED_EXPR_FOR_OPERATOR", people.groupBy(numbered).count()),
            ("UNSUPPORTED_EXPR_FOR_OPERATOR", people.select(F.col("id").desc())),
            ("UNSUPPORTED_EXPR_FOR_OPERATOR", people.select(F.abs(F.col("id").desc()))),
            ("MISSING_GROUP_BY", people.cube(F.sum("x")).count()),
            ("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", people.sort(stack.alias("p", "q"))),
            ("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
             people.select(stack.alias("p", "q")[0])),
        ):
            self.fails(condition, frame.collect)
        for frame in (self.spark.range(0, 10, 0), self.spark.range(0, 10, 1, 0),
                      people.sample(1.5)):
            with self.assertRaises(IllegalArgumentException):
                frame.collect()

    def test_aggregates_that_clients_name_by_themselves(self):
        from pyspark.sql.connect import functions as F

        pairs = self.spark.createDataFrame([(1, 2), (1, 3), (1, 2), (2, 5)], "k int, v int")
        grouped = pairs.groupBy("k").agg(F.mode("v"), F.mode("v", True), F.product("v"))
        self.assertEqual(grouped.columns,
                         ["k", "mode(v)", "mode() WITHIN GROUP (ORDER BY v DESC)", "product(v)"])
        self.assertEqual(rows(grouped.orderBy("k")), [(1, 2, 2, 12.0), (2, 5, 5, 5.0)])

    def test_refused_observations(self):
        from pyspark.sql.connect import functions as f

        def refused(condition, *metrics):
            self.fails("INVALID_OBSERVED_METRICS." + condition,
                       lambda: self.people.observe("m", *metrics).collect())

        refused("NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE", f.col("id"))
        refused("AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED", f.count_distinct("id"))
        refused("AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED",
                f.expr("count(1) filter (where id > 1)"))
        refused("NESTED_AGGREGATES_UNSUPPORTED", f.sum(f.count("id")))
        refused("NON_AGGREGATE_FUNC_ARG_IS_NON_DETERMINISTIC", f.rand() + f.sum("id"))
        refused("WINDOW_EXPRESSIONS_UNSUPPORTED", f.expr("sum(id) over (order by id)"))
        twice = self.people.observe("m", f.count("id")).observe("m", f.count("id"))
        self.fails("DUPLICATED_METRICS_NAME", twice.count)

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
