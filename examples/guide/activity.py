"""Readings of people's phones as a stream of files: counts, filters, cubes, triggers.

    firesteel run examples/guide/activity.py
"""
import json
import os
import tempfile

from pyspark.sql import SparkSession
from pyspark.sql.functions import expr

spark = SparkSession.builder.appName("Activity").getOrCreate()
root = tempfile.mkdtemp()
data = os.path.join(root, "activity")
os.mkdir(data)


def add_file(number, activities):
    """Puts a whole file into the directory at once, as a stream of files wants it."""
    rows = [{"Arrival_Time": 1000 * number + i, "Creation_Time": 2000 * number + i, "Device": "phone_1",
             "Index": i, "Model": ("nexus", "galaxy")[i % 2], "User": "abc"[i % 3], "gt": gt,
             "x": 0.5 * i, "y": 1.0, "z": -1.0} for i, gt in enumerate(activities)]
    hidden = os.path.join(root, "new.json")
    with open(hidden, "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    os.utime(hidden, (1_700_000_000 + number, 1_700_000_000 + number))
    os.rename(hidden, os.path.join(data, f"{number}.json"))


def rows(table):
    return sorted(tuple(row) for row in table.collect())


add_file(1, ["walk", "sit", "stairsup"])
add_file(2, ["walk", "walk", "stairsdown", None])

# Program 2: read the directory once, for its schema.
static = spark.read.json(data)
schema = static.schema
static.printSchema()
static.show(3, truncate=False)
assert static.count() == 7

# Program 3: the same directory as a stream, a file at a time.
streaming = spark.readStream.schema(schema).option("maxFilesPerTrigger", 1).json(data)
assert streaming.isStreaming

# Program 4: count by activity.
counts = streaming.groupBy("gt").count()

# Program 5: few partitions for little data.
spark.conf.set("spark.sql.shuffle.partitions", 5)
assert spark.conf.get("spark.sql.shuffle.partitions") == "5"

# Program 6: into a table in memory.
query = counts.writeStream.queryName("activity_counts").format("memory").outputMode("complete").start()

# Program 8: which queries run.
assert [q.name for q in spark.streams.active] == ["activity_counts"]

# Program 9: the table grows with the files.
for number in (3, 4):
    query.processAllAvailable()
    before = dict(spark.sql("SELECT coalesce(gt, '-'), count FROM activity_counts").collect())
    add_file(number, ["walk", "bike"])
    query.processAllAvailable()
    after = dict(spark.sql("SELECT coalesce(gt, '-'), count FROM activity_counts").collect())
    assert after["walk"] == before["walk"] + 1, (before, after)
assert after == {"walk": 5, "sit": 1, "stairsup": 1, "stairsdown": 1, "bike": 2, "-": 1}, after

# Program 7: wait for the end, here for a moment only.
assert query.awaitTermination(1) is False
query.stop()

# Program 10: selections; names in any case.
stairs = (streaming.withColumn("stairs", expr("gt like '%stairs%'")).where("stairs")
          .where("gt is not null").select("gt", "model", "arrival_time", "creation_time"))
query = stairs.writeStream.queryName("stairs").format("memory").outputMode("append").start()
query.processAllAvailable()
assert rows(spark.sql("SELECT gt, model FROM stairs")) == [("stairsdown", "nexus"), ("stairsup", "nexus")]
query.stop()

# Program 11: averages over all combinations.
cube = (streaming.where("gt is not null").cube("gt", "model").avg().drop("avg(Arrival_time)")
        .drop("avg(Creation_Time)").drop("avg(Index)"))
query = cube.writeStream.queryName("device_counts").format("memory").outputMode("complete").start()
query.processAllAvailable()
assert spark.table("device_counts").columns == ["gt", "model", "avg(x)", "avg(y)", "avg(z)"]
total = spark.sql("SELECT * FROM device_counts WHERE gt IS NULL AND model IS NULL").collect()
assert len(total) == 1 and total[0]["avg(y)"] == 1.0
query.stop()

# Program 12: joined with what the past says.
historical = static.groupBy("gt", "model").avg().select("gt", "model", "avg(x)")
joined = streaming.where("gt is not null").cube("gt", "model").avg("x").join(historical, ["gt", "model"])
query = joined.writeStream.queryName("compared").format("memory").outputMode("complete").start()
query.processAllAvailable()
assert len(spark.table("compared").collect()) == 6
query.stop()

# Programs 22 and 23: a table of its own name, a batch every so often.
query = (streaming.groupBy("device").count().writeStream.queryName("my_device_table").format("memory")
         .outputMode("complete").trigger(processingTime="1 seconds").start())
query.processAllAvailable()
assert rows(spark.table("my_device_table")) == [("phone_1", 11)]
query.stop()

# Program 24: a longer time between two batches; the first one comes at once.
query = (counts.writeStream.queryName("seldom").format("memory").outputMode("complete")
         .trigger(processingTime="100 seconds").start())
query.stop()

# Program 25: one batch, then the end; the next run goes on where this one stopped.
for expected in (11, 1):
    query = (streaming.select("gt").writeStream.format("json").trigger(once=True)
             .option("checkpointLocation", os.path.join(root, "once")).start(os.path.join(root, "out")))
    query.awaitTermination()
    assert query.lastProgress["sources"][0]["numInputRows"] == expected, query.lastProgress
    add_file(5, ["rest"])

# Program 26, as far as Python has it: flights whose ends are one place, counted.
flights = spark.createDataFrame([("A", "A", 2), ("A", "B", 3), ("B", "B", 1)],
                                "DEST_COUNTRY_NAME string, ORIGIN_COUNTRY_NAME string, count long")
flights.write.parquet(os.path.join(root, "flights"))
query = (spark.readStream.schema(flights.schema).parquet(os.path.join(root, "flights"))
         .where("DEST_COUNTRY_NAME = ORIGIN_COUNTRY_NAME").groupBy("DEST_COUNTRY_NAME").count()
         .writeStream.queryName("circles").format("memory").outputMode("complete").start())
query.processAllAvailable()
assert rows(spark.table("circles")) == [("A", 1), ("B", 1)]
query.stop()
print("done")
