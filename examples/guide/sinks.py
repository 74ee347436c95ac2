"""Where the rows of streams go: files, functions, the console, tables in memory.

    firesteel run examples/guide/sinks.py
"""
import json
import os
import tempfile

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("Sinks").getOrCreate()
spark.conf.set("spark.sql.shuffle.partitions", 2)
root = tempfile.mkdtemp()
data = os.path.join(root, "in")
os.mkdir(data)


def add_file(name, *values):
    hidden = os.path.join(root, "new.json")
    with open(hidden, "w") as file:
        for value in values:
            file.write(json.dumps({"device": value, "signal": len(value)}) + "\n")
    os.rename(hidden, os.path.join(data, name))


def path(name):
    return os.path.join(root, name)


def finish(writer, *where):
    query = writer.trigger(availableNow=True).start(*where)
    query.awaitTermination()
    assert query.exception() is None, query.exception()
    return query


add_file("1.json", "lamp", "lock", "door bell")
devices = spark.readStream.schema("device string, signal int").json(data)
strong = devices.select("device").where("signal > 4")
by_device = devices.groupBy("device").count()

# Program 51, and the files of program 55: Parquet, each row exactly once.
finish(strong.writeStream.format("parquet").option("checkpointLocation", path("c1")), path("files"))
assert [row.device for row in spark.read.parquet(path("files")).collect()] == ["door bell"]

# Programs 54 and 55: the console; a table in memory.
finish(strong.writeStream.format("console"))
finish(by_device.writeStream.format("console").outputMode("complete"))
query = finish(by_device.writeStream.queryName("aggregates").format("memory").outputMode("complete"))
assert spark.sql("select count(*) from aggregates").collect()[0][0] == 3
finish(strong.writeStream.queryName("tableName").format("memory"))
assert spark.table("tableName").count() == 1

# Program 56: a function for each batch.


def save_batch(batch, batch_id):
    batch.write.mode("overwrite").json(os.path.join(root, f"batch-{batch_id}"))


finish(strong.writeStream.foreachBatch(save_batch))
assert spark.read.json(path("batch-0")).count() == 1

# Program 57: a batch that is written to two places, computed once.


def save_twice(batch, batch_id):
    batch.persist()
    batch.write.mode("append").json(os.path.join(root, "here"))
    batch.write.mode("append").parquet(os.path.join(root, "there"))
    batch.unpersist()


finish(strong.writeStream.foreachBatch(save_twice))
assert spark.read.json(path("here")).count() == spark.read.parquet(path("there")).count() == 1

# Programs 18, 53 and 58: a function for each row, and an object that opens and closes.
noted = path("rows")


def note_row(row):
    with open(noted, "a") as file:
        file.write(row.device + "\n")


finish(devices.writeStream.foreach(note_row))
assert sorted(open(noted).read().split("\n")) == ["", "door bell", "lamp", "lock"]

opened = path("opened")
os.mkdir(opened)


class Writer:
    """Writes the rows of a partition of a batch into a file of their own."""

    def open(self, partition_id, epoch_id):
        self.file = open(os.path.join(opened, f"{partition_id}-{epoch_id}"), "w")
        return True

    def process(self, row):
        self.file.write(row.device + "\n")

    def close(self, error):
        self.file.close()


finish(devices.writeStream.foreach(Writer()))
written = "".join(open(os.path.join(opened, name)).read() for name in os.listdir(opened))
assert sorted(written.split()) == ["bell", "door", "lamp", "lock"]

# Program 59: when batches begin: at once, every two seconds, once.
for number, trigger in enumerate(({}, {"processingTime": "2 seconds"}, {"once": True})):
    writer = devices.writeStream.queryName(f"triggered_{number}").format("memory")
    query = (writer.trigger(**trigger) if trigger else writer).start()
    if "once" in trigger:
        query.awaitTermination()
    else:
        query.processAllAvailable()
        query.stop()
    assert spark.table(f"triggered_{number}").count() == 3
print("done")
