"""Functions of Python in queries of a PySpark client: UDFs of all kinds, and rows made of rows.

usage: python_functions_test.py FIRESTEEL [unittest's arguments]
"""

import datetime
import decimal
import sys
import unittest

from functions_case import FunctionsTest
from running_server import skip_without_pyspark


class RowByRow(FunctionsTest):
    def test_both_kinds_in_all_places(self):
        from pyspark.sql.functions import col, udf

        frame = self.spark.range(4)
        for arrow in (False, True):
            plus = udf(lambda x, by=1: x + by, "long", useArrow=arrow)
            even = udf(lambda x: x % 2 == 0, "boolean", useArrow=arrow)
            self.assertEqual(
                self.rows(frame.select(plus("id"), plus("id", by=col("id")), plus(plus("id")))),
                [(1, 0, 2), (2, 2, 3), (3, 4, 4), (4, 6, 5)],
            )
            self.assertEqual(self.rows(frame.filter(even("id"))), [(0,), (2,)])
            self.assertEqual(self.rows(frame.orderBy(plus(-col("id")))), [(3,), (2,), (1,), (0,)])
            counts = frame.groupBy(even("id").alias("e")).agg({"id": "sum"}).orderBy("e")
            self.assertEqual(self.rows(counts), [(False, 4), (True, 2)])

    def test_around_aggregates(self):
        from pyspark.sql.functions import col, sum as total, udf

        plus = udf(lambda x: x + 1, "long")
        frame = self.spark.range(4).withColumn("k", col("id") % 2)
        found = frame.groupBy("k").agg(plus(total(plus("id"))).alias("t")).orderBy("k")
        self.assertEqual(self.rows(found), [(0, 5), (1, 7)])
        found = frame.groupBy("k").agg(plus("k").alias("p"), total("id")).orderBy("k")
        self.assertEqual(self.rows(found), [(0, 1, 2), (1, 2, 4)])

    def test_names_and_no_arguments(self):
        from pyspark.sql.functions import col, udf

        @udf("int")
        def seven():
            return 7

        frame = self.spark.range(2).select(seven(), seven().alias("s"))
        self.assertEqual(frame.columns, ["seven()", "s"])
        self.assertEqual(self.rows(frame), [(7, 7), (7, 7)])

        @udf("long")
        def same(x):
            return x

        self.assertEqual(
            self.spark.range(1).select(same("id"), same(x=col("id"))).columns,
            ["same(id)", "same(x => id)"],
        )

    def test_types_go_both_ways(self):
        from pyspark.sql import Row
        from pyspark.sql.functions import udf

        schema = (
            "b boolean, i int, l long, d double, s string, x binary, n decimal(10,2), "
            "t date, z timestamp, u timestamp_ntz, a array<int>, m map<string,int>, "
            "r struct<p: int, q: array<struct<w: string>>>"
        )
        row = (
            True,
            1,
            1 << 40,
            0.5,
            "é",
            b"\x00\xff",
            decimal.Decimal("12.30"),
            datetime.date(2020, 2, 29),
            datetime.datetime(2020, 2, 29, 1, 2, 3, 456),
            datetime.datetime(1900, 1, 1),
            [1, None],
            {"k": 5, "o": None},
            Row(p=1, q=[Row(w="w"), Row(w=None)]),
        )
        frame = self.spark.createDataFrame([row, tuple([None] * len(row))], schema)
        for arrow in (False, True):
            same = [
                udf(lambda x: x, field.dataType, useArrow=arrow)(field.name)
                for field in frame.schema.fields
            ]
            self.assertEqual(self.rows(frame.select(same)), self.rows(frame), arrow)

            @udf("string", useArrow=arrow)
            def kind(x):
                return type(x).__name__

            found = frame.limit(1).select([kind(name) for name in frame.columns])
            self.assertEqual(
                self.rows(found),
                [
                    ("bool", "int", "int", "float", "str", "bytes", "Decimal", "date", "datetime",
                     "datetime", "list", "dict", "Row")
                ],
            )

    def test_a_plain_function_of_another_type_gives_null(self):
        from pyspark.sql.functions import udf

        def plain(value, kind):
            return udf(lambda x: value, kind, useArrow=False)("id")

        frame = self.spark.range(1).select(
            plain(1.5, "int"), plain(1, "double"), plain("a", "boolean"), plain(True, "int"),
            plain(1 << 33, "int"), plain(decimal.Decimal("1.005"), "decimal(5,2)"),
            plain(True, "string"), plain([1, None], "string"), plain("a", "binary"),
            plain((1, "x"), "a int, b string"), plain({"b": "y"}, "a int, b string"),
        )
        self.assertEqual(
            self.rows(frame),
            [(None, None, None, None, 0, decimal.Decimal("1.01"), "true", "[1, null]", b"a",
              (1, "x"), (None, "y"))],
        )

    def test_an_arrow_function_of_another_type_is_cast_or_fails(self):
        from pyspark.sql.functions import udf

        def arrow(value, kind):
            return udf(lambda x: value, kind, useArrow=True)("id")

        one = self.spark.range(1)
        self.assertEqual(
            self.rows(one.select(arrow("3", "int"), arrow(1, "double"), arrow(True, "string"))),
            [(3, 1.0, "true")],
        )
        with self.fails("ArrowInvalid"):
            one.select(arrow("a", "int")).collect()

    def test_non_deterministic_ones_run_once_per_row(self):
        import random

        from pyspark.sql.functions import col, udf

        draw = udf(lambda: random.random(), "double").asNondeterministic()
        frame = self.spark.range(50).select(draw().alias("x"), draw().alias("y"))
        frame = frame.select("x", col("x").alias("again"), "y")
        rows = self.rows(frame)
        self.assertTrue(all(x == again for x, again, _ in rows))
        self.assertTrue(any(x != y for x, _, y in rows))

    def test_below_limits_and_in_subqueries(self):
        from pyspark.sql.functions import explode, udf

        minus = udf(lambda x: -x, "long")
        frame = self.spark.range(4)
        self.assertEqual(self.rows(frame.orderBy(minus("id")).limit(2)), [(3,), (2,)])
        twice = udf(lambda x: [x, x], "array<long>")
        self.assertEqual(self.rows(self.spark.range(2).select(explode(twice("id")))),
                         [(0,), (0,), (1,), (1,)])
        self.spark.udf.register("minus", lambda x: -x, "long")
        found = self.spark.sql("SELECT (SELECT max(minus(id)) FROM range(1, 3)) AS m, minus(id) "
                               "FROM range(4) WHERE minus(id) IN (SELECT minus(id) FROM range(2))")
        self.assertEqual(self.rows(found), [(-1, 0), (-1, -1)])

    def test_not_in_lambdas(self):
        from pyspark.errors import AnalysisException
        from pyspark.sql.functions import array, transform, udf

        plus = udf(lambda x: x + 1, "long")
        with self.assertRaises(AnalysisException) as caught:
            self.spark.range(1).select(transform(array("id"), lambda x: plus(x))).collect()
        self.assertEqual(
            caught.exception.getCondition(), "UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_PYTHON_UDF"
        )

    def test_conditions_of_joins(self):
        from pyspark.errors import AnalysisException
        from pyspark.sql.functions import udf

        close = udf(lambda a, b: abs(a - b) == 1, "boolean")
        plus = udf(lambda x: x + 1, "long")
        left, right = self.spark.range(3).toDF("a"), self.spark.range(3).toDF("b")
        self.assertEqual(
            sorted(self.rows(left.join(right, close("a", "b")))), [(0, 1), (1, 0), (1, 2), (2, 1)]
        )
        self.assertEqual(
            sorted(self.rows(left.join(right, plus("a") == right.b, "left")), key=str),
            [(0, 1), (1, 2), (2, None)],
        )
        with self.assertRaises(AnalysisException) as caught:
            left.join(right, close("a", "b"), "left").collect()
        self.assertEqual(
            caught.exception.getCondition(), "UNSUPPORTED_FEATURE.PYTHON_UDF_IN_ON_CLAUSE"
        )

    def test_many_rows(self):
        from pyspark.sql.functions import sum as total, udf

        plus = udf(lambda x: x + 1, "long")
        frame = self.spark.range(50000).select(plus("id").alias("x")).agg(total("x"))
        self.assertEqual(self.rows(frame), [(50000 * 50001 // 2,)])
        self.assertEqual(len(self.spark.range(100000).select(plus("id")).take(3)), 3)


class Registered(FunctionsTest):
    def test_in_texts_of_its_session_only(self):
        from pyspark.errors import AnalysisException
        from pyspark.sql.functions import expr, pandas_udf

        self.spark.udf.register("Twice", lambda x: x * 2, "long")
        found = self.spark.sql("SELECT twice(id) FROM range(3)")
        self.assertEqual(self.rows(found), [(0,), (2,), (4,)])
        self.assertEqual(self.rows(self.spark.range(2).select(expr("twice(id) + 1"))), [(1,), (3,)])
        self.spark.range(3).createOrReplaceTempView("v")
        self.spark.sql("CREATE TEMPORARY VIEW w AS SELECT twice(id) AS t FROM v")
        self.assertEqual(self.rows(self.spark.sql("SELECT * FROM w WHERE twice(t) > 4")), [(4,)])
        named = self.spark.sql("SELECT twice(x => id) FROM v WHERE id = 2")
        self.assertEqual(self.rows(named), [(4,)])

        import pandas

        @pandas_udf("double")
        def mean(v: pandas.Series) -> float:
            return v.mean()

        self.spark.udf.register("mean_of", mean)
        found = self.spark.sql(
            "SELECT id % 2 AS k, mean_of(id) FROM range(4) GROUP BY k ORDER BY k"
        )
        self.assertEqual(self.rows(found), [(0, 1.0), (1, 2.0)])
        other = self.server.session()
        with self.assertRaises(AnalysisException) as caught:
            other.sql("SELECT twice(1)").collect()
        self.assertEqual(caught.exception.getCondition(), "UNRESOLVED_ROUTINE")
        other.stop()


class OfPandas(FunctionsTest):
    def test_scalar_functions(self):
        from pyspark.sql.functions import col, pandas_udf, struct

        plus = pandas_udf(lambda s: s + 1, "long")
        upper = pandas_udf(lambda s: s.str.upper(), "string")
        frame = self.spark.range(3).select("id", col("id").cast("string").alias("s"))
        self.assertEqual(
            self.rows(frame.select(plus(plus("id")), upper("s"))), [(2, "0"), (3, "1"), (4, "2")]
        )

        @pandas_udf("a long, b string")
        def split(given):
            return given.assign(a=given.id * 10, b=given.s)[["b", "a"]]

        found = frame.select(split(struct("id", "s")).alias("r")).select("r.*")
        self.assertEqual(self.rows(found), [(0, "0"), (10, "1"), (20, "2")])
        nulls = self.spark.sql("SELECT * FROM VALUES (1), (NULL) AS t(x)")
        self.assertEqual(self.rows(nulls.select(plus("x"))), [(2,), (None,)])

    def test_iterators(self):
        from pyspark.sql.functions import pandas_udf
        import pandas
        from typing import Iterator, Tuple

        @pandas_udf("long")
        def numbered(batches: Iterator[pandas.Series]) -> Iterator[pandas.Series]:
            calls = 0
            for batch in batches:
                calls += 1
                yield batch * 0 + calls

        @pandas_udf("long")
        def added(
            batches: Iterator[Tuple[pandas.Series, pandas.Series]]
        ) -> Iterator[pandas.Series]:
            for a, b in batches:
                yield a + b

        frame = self.spark.range(0, 25000, 1, 1)
        counts = self.rows(frame.groupBy(numbered("id").alias("n")).count().orderBy("n"))
        self.assertGreater(len(counts), 2)
        self.assertEqual(sum(count for _, count in counts), 25000)
        self.assertLessEqual(max(count for _, count in counts), 10000)
        self.spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 2)
        few = self.spark.range(0, 5, 1, 1).select(numbered("id"))
        self.assertEqual(self.rows(few), [(1,), (1,), (2,), (2,), (3,)])
        self.assertEqual(
            self.rows(self.spark.range(2).select(added("id", "id"))), [(0,), (2,)]
        )

    def test_aggregates(self):
        from pyspark.errors import AnalysisException
        from pyspark.sql.functions import col, pandas_udf, sum as total
        import pandas

        @pandas_udf("double")
        def mean(v: pandas.Series) -> float:
            return v.mean()

        @pandas_udf("long")
        def spread(v: pandas.Series, w: pandas.Series) -> int:
            return int(v.max() - w.min())

        frame = self.spark.range(10).withColumn("k", col("id") % 3)
        found = frame.groupBy("k").agg(mean("id"), (spread("id", "id") + 1).alias("s")).orderBy("k")
        self.assertEqual(self.rows(found), [(0, 4.5, 10), (1, 4.0, 7), (2, 5.0, 7)])
        self.assertEqual(self.rows(frame.agg(mean("id"))), [(4.5,)])
        self.assertEqual(self.rows(frame.filter("id < 0").agg(mean("id"))), [])
        many = frame.groupBy("id").agg(mean("k").alias("m")).filter("m = 2").count()
        self.assertEqual(many, 3)
        with self.assertRaises(AnalysisException) as caught:
            frame.groupBy("k").agg(mean("id"), total("id")).collect()
        self.assertEqual(caught.exception.getCondition(), "INVALID_PANDAS_UDF_PLACEMENT")

    def test_times_are_of_the_session(self):
        from pyspark.sql.functions import lit, pandas_udf

        self.spark.conf.set("spark.sql.session.timeZone", "America/New_York")
        hour = pandas_udf(lambda t: t.dt.hour, "int")
        later = pandas_udf(lambda t: t + datetime.timedelta(hours=1), "timestamp")
        frame = self.spark.sql("SELECT TIMESTAMP '2020-07-01 12:00:00' AS t")
        one = lit("2020-07-01 13:00:00").cast("timestamp")
        found = frame.select(hour("t"), later("t") == one)
        self.assertEqual(self.rows(found), [(12, True)])


class OfArrow(FunctionsTest):
    def setUp(self):
        super().setUp()
        try:
            from pyspark.sql.functions import arrow_udf  # noqa: F401
        except ImportError:
            self.skipTest("This client has no arrow_udf.")

    def test_arrays(self):
        from typing import Iterator

        import pyarrow
        import pyarrow.compute
        from pyspark.sql.functions import arrow_udf, col

        @arrow_udf("long")
        def plus(v: pyarrow.Array) -> pyarrow.Array:
            return pyarrow.compute.add(v, 1)

        @arrow_udf("long")
        def each_plus(batches: Iterator[pyarrow.Array]) -> Iterator[pyarrow.Array]:
            for batch in batches:
                yield pyarrow.compute.add(batch, 1)

        @arrow_udf("double")
        def mean(v: pyarrow.Array) -> float:
            return pyarrow.compute.mean(v).as_py()

        frame = self.spark.range(4)
        self.assertEqual(self.rows(frame.select(plus("id"), each_plus("id")).limit(2)),
                         [(1, 1), (2, 2)])
        found = frame.groupBy((col("id") % 2).alias("k")).agg(mean("id"), mean(plus("id")))
        self.assertEqual(self.rows(found.orderBy("k")), [(0, 1.0, 2.0), (1, 2.0, 3.0)])


class RowsOfRows(FunctionsTest):
    def test_map(self):
        frame = self.spark.range(5)
        found = frame.mapInPandas(
            lambda it: (b[b.id > 2].assign(x="a") for b in it), "x string, id long"
        )
        self.assertEqual(sorted(self.rows(found)), [("a", 3), ("a", 4)])
        self.assertEqual(found.columns, ["x", "id"])
        found = frame.mapInArrow(lambda it: (b.slice(0, 1) for b in it), "id long")
        self.assertGreaterEqual(found.count(), 1)
        with self.fails("RESULT_COLUMN_NAMES_MISMATCH", "Missing: z"):
            frame.mapInPandas(lambda it: it, "z long").collect()

    def test_groups(self):
        from pyspark.sql.functions import col

        frame = self.spark.range(6).withColumn("k", col("id") % 2)
        found = frame.groupBy("k").applyInPandas(
            lambda pdf: pdf.assign(id=pdf.id - pdf.id.mean()), "id double, k long"
        )
        self.assertEqual(
            sorted(self.rows(found)),
            [(-2.0, 0), (-2.0, 1), (0.0, 0), (0.0, 1), (2.0, 0), (2.0, 1)],
        )

        def keyed(key, pdf):
            import pandas

            return pandas.DataFrame([key + (len(pdf),)])

        found = frame.groupBy((col("id") % 3).alias("m"), "k").applyInPandas(
            keyed, "a long, b long, n long"
        )
        self.assertEqual(len(self.rows(found)), 6)
        found = frame.groupBy("k").applyInArrow(lambda t: t.slice(0, 1), "id long, k long")
        self.assertEqual(sorted(self.rows(found)), [(0, 0), (1, 1)])

    def test_co_groups(self):
        import pandas

        left = self.spark.createDataFrame([(1, 1.0), (2, 2.0)], "id int, a double")
        right = self.spark.createDataFrame([(1, "x"), (3, "z")], "id int, b string")

        def sizes(key, a, b):
            return pandas.DataFrame([[key[0], len(a), len(b)]])

        found = left.groupBy("id").cogroup(right.groupBy("id")).applyInPandas(
            sizes, "id int, l int, r int"
        )
        self.assertEqual(self.rows(found), [(1, 1, 1), (2, 1, 0), (3, 0, 1)])

        def merged(a, b):
            return pandas.merge(a, b, on="id")

        found = left.groupby("id").cogroup(right.groupby("id")).applyInPandas(
            merged, "id int, a double, b string"
        )
        self.assertEqual(self.rows(found), [(1, 1.0, "x")])


if __name__ == "__main__":
    skip_without_pyspark()
    FunctionsTest.firesteel = sys.argv.pop(1)
    unittest.main(verbosity=2)
