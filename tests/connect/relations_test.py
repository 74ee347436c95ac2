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

    def test_files_as_many_as_partitions(self):
        def files(frame):
            with tempfile.TemporaryDirectory() as directory:
                frame.write.parquet(directory + "/out")
                read = self.spark.read.parquet(directory + "/out")
                self.assertEqual(read.count(), 100)
                return len(read.inputFiles())

        numbers = self.spark.range(0, 100, 1, 4)
        self.assertEqual(files(numbers), 4)
        self.assertEqual(files(numbers.coalesce(1)), 1)
        self.assertEqual(files(numbers.coalesce(7)), 4)
        self.assertEqual(files(numbers.repartition(6)), 6)
        self.assertEqual(files(numbers.repartition(1, "id")), 1)
        halves = numbers.selectExpr("id % 2 AS odd").repartition(8, "odd")
        spread = halves.selectExpr("odd", "spark_partition_id() AS place").distinct()
        self.assertEqual(spread.count(), 2)

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

    def test_rows_are_not_changed(self):
        from pyspark.sql import functions as F

        self.people.write.saveAsTable("people_kept")
        self.people.createOrReplaceTempView("some")
        source = self.people.alias("s")
        refused = "UNSUPPORTED_FEATURE.TABLE_OPERATION"
        for statement in (
                "DELETE FROM people_kept WHERE id = 1",
                "UPDATE people_kept AS p SET p.name = 'x', x = DEFAULT WHERE p.id = 1",
                "MERGE INTO people_kept p USING some s ON p.id = s.id WHEN MATCHED THEN DELETE",
                "MERGE INTO people_kept USING (SELECT 7 AS id) s ON people_kept.id = s.id "
                "WHEN NOT MATCHED THEN INSERT (id, x) VALUES (s.id, 1.5) "
                "WHEN NOT MATCHED BY SOURCE AND people_kept.x > 1 THEN UPDATE SET x = 0",
                "REPLACE TABLE people_kept (a INT)",
                "CREATE OR REPLACE TABLE people_kept AS SELECT 1 AS a"):
            self.fails(refused, lambda: self.spark.sql(statement))
        for statement in ("DELETE FROM people_kept WHERE y = 1", "UPDATE people_kept SET y = 1",
                          "MERGE INTO people_kept p USING some s ON p.y = s.id "
                          "WHEN MATCHED THEN DELETE"):
            self.fails("UNRESOLVED_COLUMN.WITH_SUGGESTION", lambda: self.spark.sql(statement))
        self.fails("TABLE_OR_VIEW_NOT_FOUND", lambda: self.spark.sql("DELETE FROM nothing"))
        merge = source.mergeInto("people_kept", F.expr("people_kept.id = s.id"))
        self.fails("NO_MERGE_ACTION_SPECIFIED", merge.merge)
        self.fails(refused, merge.whenMatched().update({"name": F.col("s.name")}).merge)
        self.fails("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                   source.mergeInto("people_kept", F.expr("people_kept.y = s.id"))
                   .whenNotMatched().insertAll().merge)
        self.fails("VIEW_WRITE_NOT_ALLOWED", self.people.writeTo("some").overwritePartitions)
        self.spark.sql("DROP TABLE people_kept")

    def test_nearest_rows(self):
        from pyspark.sql import functions as F

        left = self.spark.createDataFrame(
            [(1, 5, "x"), (1, 10, "y"), (2, 3, "z"), (None, 4, "n"), (1, None, "m")],
            "k int, t int, a string")
        right = self.spark.createDataFrame(
            [(1, 1, "p"), (1, 5, "q"), (1, 7, "r"), (2, 4, "s"), (None, 4, "u"), (1, None, "v")],
            "k int, t int, b string")

        def found(other=right, **options):
            options.setdefault("on", "k")
            joined = left._joinAsOf(other, "t", "t", **options)
            self.assertEqual(joined.columns, ["k", "t", "a", "k", "t", "b"])
            return sorted(rows(joined.select("a", "b")))

        self.assertEqual(found(), [("x", "q"), ("y", "r")])
        self.assertEqual(found(direction="forward"), [("x", "q"), ("z", "s")])
        self.assertEqual(found(direction="nearest"), [("x", "q"), ("y", "r"), ("z", "s")])
        self.assertEqual(found(how="left", allowExactMatches=False),
                         [("m", None), ("n", None), ("x", "p"), ("y", "r"), ("z", None)])
        self.assertEqual(found(tolerance=F.lit(3)), [("x", "q"), ("y", "r")])
        self.assertEqual(found(tolerance=F.lit(3), allowExactMatches=False), [])
        self.assertEqual(found(on=None, tolerance=F.lit(0)), [("n", "u"), ("x", "q")])
        self.assertEqual(found(on=left["k"] == right["k"]), [("x", "q"), ("y", "r")])
        twice = right.union(self.spark.createDataFrame([(1, 5, "w")], right.schema))
        self.assertEqual(found(twice), [("x", "w"), ("y", "r")])
        days = self.spark.sql("SELECT DATE'2020-01-05' AS d, 1 AS n")
        later = self.spark.sql("SELECT DATE'2020-01-06' AS e")
        near = days._joinAsOf(later, "d", "e", direction="forward",
                              tolerance=F.expr("INTERVAL 1 DAY"))
        self.assertEqual(rows(near.select("n")), [(1,)])
        self.fails("AS_OF_JOIN.TOLERANCE_IS_NON_NEGATIVE", lambda: found(tolerance=F.lit(-1)))
        self.fails("AS_OF_JOIN.UNSUPPORTED_DIRECTION", lambda: found(direction="sideways"))
        self.fails("UNSUPPORTED_JOIN_TYPE", lambda: found(how="wide"))
        self.fails("UNRESOLVED_COLUMN.WITH_SUGGESTION", lambda: found(on="a"))
        if not hasattr(left, "nearestByJoin"):
            return
        distance = F.abs(left["t"] - right["t"])

        def nearest(rank, count, direction, **options):
            return left.nearestByJoin(right, rank, count, "exact", direction, **options)

        self.assertEqual(sorted(rows(nearest(distance, 1, "distance").select("a", "b"))),
                         [("n", "s"), ("x", "q"), ("y", "r"), ("z", "s")])
        outer = nearest(distance, 1, "similarity", joinType="leftouter").select("a", "b")
        self.assertEqual(sorted(rows(outer)),
                         [("m", None), ("n", "p"), ("x", "p"), ("y", "p"), ("z", "r")])
        self.assertEqual(nearest(distance, 2, "distance").count(), 8)
        self.fails("NEAREST_BY_JOIN.NON_ORDERABLE_RANKING_EXPRESSION",
                   nearest(F.create_map(F.lit(1), F.lit(2)), 1, "distance").collect)
        self.fails("UNSUPPORTED_EXPR_FOR_OPERATOR",
                   nearest(F.sum(left["t"]), 1, "distance").collect)
        stream = self.spark.readStream.format("rate").load()
        self.fails("NEAREST_BY_JOIN.STREAMING_NOT_SUPPORTED",
                   lambda: stream.nearestByJoin(right, F.lit(1), 1, "exact", "distance").schema)

    def test_html_of_notebooks(self):
        self.assertIsNone(self.people._repr_html_())
        self.spark.conf.set("spark.sql.repl.eagerEval.enabled", "true")
        self.spark.conf.set("spark.sql.repl.eagerEval.maxNumRows", "2")
        self.assertEqual(
            self.people._repr_html_(),
            "<table border='1'>\n<tr><th>id</th><th>name</th><th>x</th></tr>\n"
            "<tr><td>1</td><td>a</td><td>1.5</td></tr>\n"
            "<tr><td>2</td><td>NULL</td><td>NULL</td></tr>\n</table>\nonly showing top 2 rows\n")

    def test_changes_of_tables_are_not_known(self):
        if not hasattr(self.spark.read, "changes"):
            self.skipTest("this client has no read.changes")
        self.fails("UNSUPPORTED_FEATURE.CHANGE_DATA_CAPTURE",
                   self.spark.read.changes("people").collect)

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
        for index in ("*", wide.colRegex("`none.*`")):
            self.fails("TRANSPOSE_INVALID_INDEX_COLUMN", lambda: wide.transpose(index).columns)
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
