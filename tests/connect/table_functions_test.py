"""Table functions of Python (UDTFs) in queries of a PySpark client.

usage: table_functions_test.py FIRESTEEL [unittest's arguments]
"""

import sys
import unittest

from functions_case import FunctionsTest
from running_server import skip_without_pyspark


class Squares:
    def eval(self, start: int, end: int):
        for n in range(start, end + 1):
            yield n, n * n


class Count:
    def __init__(self):
        self.rows = 0

    def eval(self, *arguments):
        self.rows += 1

    def terminate(self):
        yield (self.rows,)


class Collect:
    def __init__(self):
        self.ids = []

    def eval(self, row, unused=None):
        self.key = row["k"]
        self.ids.append(row.id)

    def terminate(self):
        yield self.key, self.ids


class Described:
    @staticmethod
    def analyze(name, count):
        from pyspark.sql.types import IntegerType, StructField, StructType
        from pyspark.sql.udtf import AnalyzeResult

        columns = [StructField(name.value + str(i), IntegerType()) for i in range(count.value)]
        return AnalyzeResult(StructType(columns))

    def eval(self, name, count):
        yield tuple(range(count))


class Arranged:
    """Wants its table in partitions, and is told what its analysis found."""

    @staticmethod
    def analyze(table):
        from dataclasses import dataclass

        from pyspark.sql.types import StringType, StructType
        from pyspark.sql.udtf import AnalyzeResult, OrderingColumn, PartitioningColumn

        @dataclass
        class Result(AnalyzeResult):
            names: str = ""

        return Result(
            schema=StructType().add("found", StringType()),
            partitionBy=[PartitioningColumn("k")],
            orderBy=[OrderingColumn("id", ascending=False)],
            names=",".join(table.dataType.names) + str(table.isTable),
        )

    def __init__(self, analysis):
        self.found = analysis.names

    def eval(self, row):
        self.found += " %d" % row["id"]

    def terminate(self):
        yield (self.found,)


def table_function(handler, returns=None, **options):
    from pyspark.sql.functions import udtf

    return udtf(handler, returnType=returns, **options)


class TableFunctions(FunctionsTest):
    def test_with_values(self):
        from pyspark.sql.functions import lit

        for arrow in (False, True):
            squares = table_function(Squares, "num: int, squared: int", useArrow=arrow)
            self.assertEqual(self.rows(squares(lit(1), lit(2))), [(1, 1), (2, 4)])
            self.assertEqual(self.rows(squares(end=lit(2), start=lit(2))), [(2, 4)])
            self.assertEqual(squares(lit(1), lit(2)).columns, ["num", "squared"])

    def test_registered_and_lateral(self):
        from pyspark.sql.functions import col, lit

        squares = table_function(Squares, "num: int, squared: int")
        self.spark.udtf.register("squares", squares)
        self.assertEqual(self.rows(self.spark.sql("SELECT b FROM squares(2, end => 3) AS t(a, b)")),
                         [(4,), (9,)])
        lateral = self.spark.sql(
            "SELECT * FROM VALUES (1, 'x'), (3, 'y') t(a, n), LATERAL squares(a, a + 1) ORDER BY num")
        self.assertEqual(self.rows(lateral), [(1, "x", 1, 1), (1, "x", 2, 4), (3, "y", 3, 9),
                                              (3, "y", 4, 16)])
        joined = self.spark.range(1, 3).lateralJoin(squares(col("id").outer().cast("int"), lit(2)))
        self.assertEqual(self.rows(joined.select("id", "squared")), [(1, 1), (1, 4), (2, 4)])
        self.analysis_fails("NOT_A_SCALAR_FUNCTION", "SELECT squares(1, 2)")

    def test_with_tables(self):
        from pyspark.sql.functions import col, lit

        table = self.spark.sql("SELECT id % 2 k, id FROM range(5)")
        collect = table_function(Collect, "k: bigint, ids: array<bigint>")
        parts = collect(table.asTable().partitionBy("k").orderBy(col("id").desc()), lit(7))
        self.assertEqual(self.rows(parts), [(0, [4, 2, 0]), (1, [3, 1])])
        whole = collect(table.asTable().withSinglePartition().orderBy(table.id))
        self.assertEqual(self.rows(whole), [(0, [0, 1, 2, 3, 4])])
        count = table_function(Count, "n: int")
        self.assertEqual(self.rows(count(lit(1))), [(1,)])
        nothing = self.spark.range(0)
        self.assertEqual(self.rows(count(nothing.asTable().withSinglePartition())), [])
        some_null = self.spark.sql("SELECT if(id < 2, NULL, id) k FROM range(5)")
        self.assertEqual(self.rows(count(some_null.asTable().partitionBy("k"))),
                         [(2,), (1,), (1,), (1,)])

    def test_what_is_not_wanted_is_skipped(self):
        from pyspark.sql.udtf import SkipRestOfInputTableException

        class First(Count):
            def eval(self, row):
                self.rows += 1
                if self.rows == 2:
                    raise SkipRestOfInputTableException("enough")

        first = table_function(First, "n: int")
        table = self.spark.sql("SELECT id % 2 k, id FROM range(10)")
        self.assertEqual(self.rows(first(table.asTable().withSinglePartition())), [(2,)])
        self.assertEqual(self.rows(first(table.asTable().partitionBy("k"))), [(2,), (2,)])

    def test_functions_that_say_what_they_give(self):
        from pyspark.sql.functions import lit

        described = table_function(Described)
        self.spark.udtf.register("described", described)
        self.assertEqual(described(lit("c"), lit(3)).columns, ["c0", "c1", "c2"])
        found = self.spark.sql("SELECT * FROM described(count => 1 + 1, name => 'd')")
        self.assertEqual((found.columns, self.rows(found)), (["d0", "d1"], [(0, 1)]))
        self.analysis_fails("TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON",
                            "SELECT * FROM described('x')")
        table = self.spark.sql("SELECT id % 2 k, id FROM range(5)")
        arranged = table_function(Arranged)
        self.assertEqual(self.rows(arranged(table.asTable())),
                         [("k,idTrue 4 2 0",), ("k,idTrue 3 1",)])
        from pyspark.errors import AnalysisException

        with self.assertRaises(AnalysisException) as raised:
            arranged(table.asTable().partitionBy("k")).collect()
        self.assertEqual(raised.exception.getCondition(),
                         "TABLE_VALUED_FUNCTION_REQUIRED_METADATA_INCOMPATIBLE_WITH_CALL")

    def test_failures(self):
        from pyspark.sql.functions import lit

        def handler(body):
            return table_function(type("Handler", (), {"eval": body}), "a: int, b: int")(lit(1))

        def raising(self, x):
            raise ValueError("boom")

        with self.fails("UDTF_EXEC_ERROR", "boom"):
            handler(raising).collect()
        with self.fails("UDTF_RETURN_SCHEMA_MISMATCH"):
            handler(lambda self, x: [(1,)]).collect()
        with self.fails("UDTF_RETURN_NOT_ITERABLE"):
            handler(lambda self, x: 5).collect()
        with self.fails("UDTF_INVALID_OUTPUT_ROW_TYPE"):
            handler(lambda self, x: [5]).collect()
        path = self.path("cleaned")

        class Cleaning:
            def eval(self, x):
                raise ValueError("boom")

            def cleanup(self):
                open(path, "w").close()

        with self.fails("boom"):
            table_function(Cleaning, "a: int")(lit(1)).collect()
        with open(path):
            pass
        squares = table_function(Squares, "a: int, b: int")
        self.assertEqual(self.rows(squares(lit(1), lit(1))), [(1, 1)])

    def analysis_fails(self, condition, query):
        from pyspark.errors import AnalysisException

        with self.assertRaises(AnalysisException) as raised:
            self.spark.sql(query).collect()
        self.assertEqual(raised.exception.getCondition(), condition)


if __name__ == "__main__":
    skip_without_pyspark()
    FunctionsTest.firesteel = sys.argv.pop(1)
    unittest.main()
