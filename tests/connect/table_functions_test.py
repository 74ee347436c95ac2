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


class Chooses:
    """Asks for what its second argument says."""

    @staticmethod
    def analyze(table, wish):
        from pyspark.sql.types import StringType, StructType
        from pyspark.sql.udtf import (
            AnalyzeResult, OrderingColumn, PartitioningColumn, SelectedColumn,
        )

        wishes = {
            "chosen": {
                "select": [SelectedColumn("id"), SelectedColumn("k + id", "both")],
                "withSinglePartition": True,
                "orderBy": [OrderingColumn("id * -1")],
            },
            "computed": {"partitionBy": [PartitioningColumn("k + 1")]},
            "nameless": {"select": [SelectedColumn("k + id")]},
            "directed": {
                "withSinglePartition": True, "orderBy": [OrderingColumn("id desc")],
            },
        }
        return AnalyzeResult(StructType().add("rows", StringType()), **wishes[wish.value])

    def __init__(self):
        self.rows = []

    def eval(self, row, wish):
        self.rows.append(" ".join("%s=%d" % item for item in row.asDict().items()))

    def terminate(self):
        yield (", ".join(self.rows),)


class Batches:
    """Of Arrow's batches: how many rows each has, and what it is."""

    def __init__(self):
        self.rows = 0

    def eval(self, first, *others):
        import pyarrow

        self.rows += len(first) if isinstance(first, pyarrow.Array) else first.num_rows
        yield pyarrow.table({"what": [type(first).__name__], "n": pyarrow.array([self.rows])})

    def terminate(self):
        import pyarrow

        # In another order and another type than declared.
        yield pyarrow.record_batch({"n": pyarrow.array([-1], pyarrow.int16()), "what": ["end"]})


class Tuples:
    def eval(self, first):
        yield 1, 2


class Whole:
    def eval(self, first):
        import pyarrow

        return pyarrow.table({"a": [1]})


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

    def test_tables_in_sql(self):
        self.spark.sql("SELECT id % 2 k, id FROM range(5)").createOrReplaceTempView("t")
        collect = table_function(Collect, "k: bigint, ids: array<bigint>")
        self.spark.udtf.register("collect", collect)

        def found(arguments):
            return self.rows(self.spark.sql("SELECT * FROM collect(%s) ORDER BY k" % arguments))

        descending = [(0, [4, 2, 0]), (1, [3, 1])]
        self.assertEqual(found("TABLE(t) PARTITION BY k ORDER BY id DESC"), descending)
        self.assertEqual(found("TABLE(t) DISTRIBUTE BY (k) SORT BY (id DESC)"), descending)
        self.assertEqual(found("unused => 5, row => TABLE(t) PARTITION BY k ORDER BY id DESC"),
                         descending)
        self.assertEqual(found("TABLE(SELECT k + 1 AS k, id FROM t WHERE id > 1) PARTITION BY k"),
                         [(1, [2, 4]), (2, [3])])
        self.assertEqual(found("TABLE(t) WITH SINGLE PARTITION ORDER BY id"),
                         [(0, [0, 1, 2, 3, 4])])
        self.assertEqual(found("TABLE(VALUES (7, 8) AS v(k, id)) PARTITION BY (k, id)"),
                         [(7, [8])])
        with_name = self.spark.sql(
            "WITH w AS (SELECT 1L k, 2L id) SELECT a FROM collect(TABLE(w) PARTITION BY k) x(a, b)")
        self.assertEqual(self.rows(with_name), [(1,)])
        prefix = "SELECT * FROM collect("
        syntax = "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_"
        self.analysis_fails(syntax + "TABLE_ARGUMENT_PARTITIONING",
                            prefix + "TABLE(t) PARTITION BY k, id)")
        self.analysis_fails(syntax + "IDENTIFIER_ARGUMENT_MISSING_PARENTHESES",
                            prefix + "TABLE t)")
        self.analysis_fails("TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS",
                            prefix + "TABLE(t), TABLE(t))")
        self.analysis_fails("TABLE_OR_VIEW_NOT_FOUND", prefix + "TABLE(nothing))")
        self.analysis_fails("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                            prefix + "TABLE(t) PARTITION BY x)")
        self.analysis_fails("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", prefix + "TABLE(t), k)")
        self.analysis_fails("PARSE_SYNTAX_ERROR", prefix + "TABLE(t) ORDER BY id)")
        self.analysis_fails("UNRESOLVABLE_TABLE_VALUED_FUNCTION", "SELECT * FROM what(TABLE(t))")
        self.analysis_fails("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                            "SELECT * FROM explode(TABLE(t))")

    def test_functions_that_choose_columns(self):
        self.spark.sql("SELECT id % 2 k, id FROM range(3)").createOrReplaceTempView("t")
        self.spark.udtf.register("chooses", table_function(Chooses))

        def query(wish, table="TABLE(t)"):
            return "SELECT * FROM chooses(%s, '%s')" % (table, wish)

        self.assertEqual(self.rows(self.spark.sql(query("chosen"))),
                         [("id=2 both=2, id=1 both=2, id=0 both=0",)])
        self.assertEqual(self.rows(self.spark.sql(query("computed"))),
                         [("k=0 id=0, k=0 id=2",), ("k=1 id=1",)])
        prefix = "UDTF_INVALID_"
        self.analysis_fails(
            prefix + "REQUESTED_SELECTED_EXPRESSION_FROM_ANALYZE_METHOD_REQUIRES_ALIAS",
            query("nameless"))
        self.analysis_fails(
            prefix + "ALIAS_IN_REQUESTED_ORDERING_STRING_FROM_ANALYZE_METHOD", query("directed"))
        self.analysis_fails("TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON",
                            query("computed", "1"))

    def test_batches(self):
        try:
            from pyspark.sql.functions import arrow_udtf
        except ImportError:
            self.skipTest("this client has no arrow_udtf")
        from pyspark.sql.functions import lit

        batches = arrow_udtf(Batches, returnType="what: string, n: int")
        self.spark.udtf.register("batches", batches)
        self.assertEqual(self.rows(batches(lit(1))), [("Int32Array", 1), ("end", -1)])
        table = self.spark.sql("SELECT id % 2 k, id FROM range(5)")
        table.createOrReplaceTempView("t")
        whole = batches(table.asTable().withSinglePartition())
        self.assertEqual(self.rows(whole), [("RecordBatch", 5), ("end", -1)])
        parts = self.spark.sql("SELECT n FROM batches(TABLE(t) PARTITION BY (k), 'x')")
        self.assertEqual(self.rows(parts), [(3,), (-1,), (2,), (-1,)])
        self.analysis_fails("LATERAL_JOIN_WITH_ARROW_UDTF_UNSUPPORTED",
                            "SELECT * FROM t, LATERAL batches(id)")
        with self.fails("UDTF_RETURN_NOT_ITERABLE"):
            arrow_udtf(Whole, returnType="a: int")(lit(1)).collect()
        with self.fails("UDTF_ARROW_TYPE_CONVERSION_ERROR"):
            arrow_udtf(Tuples, returnType="a: int, b: int")(lit(1)).collect()
        with self.fails("RESULT_COLUMN_TYPES_MISMATCH"):
            arrow_udtf(Batches, returnType="what: int, n: int")(lit(1)).collect()
        with self.fails("UDTF_RETURN_SCHEMA_MISMATCH"):
            arrow_udtf(Batches, returnType="what: string")(lit(1)).collect()
        with self.fails("RESULT_COLUMN_NAMES_MISMATCH"):
            arrow_udtf(Batches, returnType="what: string, m: int")(lit(1)).collect()

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
        with self.fails("UDTF_EVAL_METHOD_ARGUMENTS_DO_NOT_MATCH_SIGNATURE"):
            handler(lambda self: None).collect()
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
