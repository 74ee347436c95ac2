"""What clients_check.py runs with every client: a bit of everything that a job does.

    client_job.py sc://HOST:PORT
"""
import os
import sys
import tempfile
import threading

from pyspark.errors import AnalysisException, ArithmeticException, ParseException
from pyspark.errors import StreamingQueryException
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQueryListener


def check_batch(spark):
    people = spark.createDataFrame([("ann", 3), ("bob", None), ("ann", 5)], "name string, n int")
    totals = people.groupBy("name").agg(F.sum("n").alias("n")).orderBy("name").collect()
    assert totals == [Row(name="ann", n=8), Row(name="bob", n=None)], totals
    double = F.udf(lambda n: None if n is None else 2 * n, "int")
    assert [row[0] for row in people.select(double("n")).collect()] == [6, None, 10]
    assert spark.sql("SELECT :n + 1", args={"n": 41}).first()[0] == 42
    assert people.join(people.alias("p"), "name").count() == 5
    assert spark.range(10_000).toPandas()["id"].sum() == 49_995_000
    assert spark.version == "4.3.0"


def check_errors(spark):
    for text, kind, condition in (
            ("SELECT * FROM nowhere", AnalysisException, "TABLE_OR_VIEW_NOT_FOUND"),
            ("SELEC 1", ParseException, "PARSE_SYNTAX_ERROR"),
            ("SELECT 1 / 0", ArithmeticException, "DIVIDE_BY_ZERO")):
        try:
            spark.sql(text).collect()
        except kind as error:
            assert error.getCondition() == condition, error
            assert error.getSqlState(), error
        else:
            raise AssertionError(text)


class Listener(StreamingQueryListener):
    def __init__(self):
        self.rows = 0
        self.ended = threading.Event()

    def onQueryStarted(self, event):
        pass

    def onQueryProgress(self, event):
        self.rows += event.progress.numInputRows

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        self.ended.set()


def check_streams(spark, directory):
    source = os.path.join(directory, "source")
    for start in (0, 50):
        spark.range(start, start + 50, 1, 1).write.mode("append").parquet(source)
    listener = Listener()
    spark.streams.addListener(listener)
    seen = os.path.join(directory, "seen")

    # Runs in a process of the server's: what it leaves is all that is seen of it.
    def take(batch, batch_id):
        total = batch.agg(F.count("id").alias("rows"), F.sum("id").alias("total"))
        total.withColumn("batch", F.lit(batch_id)).write.mode("append").parquet(seen)

    def taken():
        rows = spark.read.parquet(seen).orderBy("batch").collect()
        return [(row["batch"], row["rows"], row["total"]) for row in rows]

    def start(checkpoint):
        return (spark.readStream.schema("id long").option("maxFilesPerTrigger", 1).parquet(source)
                .writeStream.foreachBatch(take).trigger(availableNow=True)
                .option("checkpointLocation", os.path.join(directory, checkpoint)).start())

    query = start("checkpoint")
    assert query.awaitTermination(60)
    assert listener.ended.wait(60)
    first = taken()
    assert [rows for _, rows, _ in first] == [50, 50] and sum(t for _, _, t in first) == 4950, first
    assert listener.rows == 100, listener.rows
    spark.streams.removeListener(listener)

    spark.range(100, 150, 1, 1).write.mode("append").parquet(source)
    assert start("checkpoint").awaitTermination(60)
    assert taken() == first + [(2, 50, sum(range(100, 150)))], taken()


def check_failing_stream(spark, directory):
    def fail(batch, batch_id):
        raise ValueError("meant to fail")

    query = (spark.readStream.format("rate").load().writeStream.foreachBatch(fail)
             .option("checkpointLocation", os.path.join(directory, "failing")).start())
    try:
        query.awaitTermination(60)
    except StreamingQueryException as error:
        assert "meant to fail" in str(error), error
    else:
        raise AssertionError("the query did not fail")


def main():
    spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
    with tempfile.TemporaryDirectory() as directory:
        check_batch(spark)
        check_errors(spark)
        check_streams(spark, directory)
        check_failing_stream(spark, directory)
    spark.stop()


if __name__ == "__main__":
    main()
