"""What a program can ask of its running queries, and hear from them.

    firesteel run examples/guide/managing.py
"""
import json
import os
import tempfile
import time

from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQueryListener

spark = SparkSession.builder.appName("Managing").getOrCreate()
spark.conf.set("spark.sql.shuffle.partitions", 2)
root = tempfile.mkdtemp()
data = os.path.join(root, "in")
os.mkdir(data)


def add_file(name, *keys):
    hidden = os.path.join(root, "new.json")
    with open(hidden, "w") as file:
        file.writelines(json.dumps({"k": key}) + "\n" for key in keys)
    os.rename(hidden, os.path.join(data, name))


class Listener(StreamingQueryListener):
    """Program 63: hears of starts, progress and ends."""

    def __init__(self):
        self.heard = []

    def onQueryStarted(self, event):
        self.heard.append("started")

    def onQueryProgress(self, event):
        self.heard.append(f"batch {event.progress.batchId}")

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        self.heard.append("terminated")


add_file("1.json", 1, 2, 2)
listener = Listener()
spark.streams.addListener(listener)
# Program 63: reports to a metrics system are switched on before a query starts, in two ways.
spark.conf.set("spark.sql.streaming.metricsEnabled", "true")
spark.sql("SET spark.sql.streaming.metricsEnabled=true")

counts = spark.readStream.schema("k int").json(data).groupBy("k").count()
query = (counts.writeStream.queryName("counts").format("memory").outputMode("complete")
         .option("checkpointLocation", os.path.join(root, "checkpoint")).start())
query.processAllAvailable()

# Program 60: the members of a query.
first_id, first_run = query.id, query.runId
assert query.name == "counts" and query.isActive and query.exception() is None
query.explain()
assert query.awaitTermination(1) is False
assert query.lastProgress["batchId"] >= 0 and len(query.recentProgress) >= 1

# Program 61: the manager of all queries.
assert [q.id for q in spark.streams.active] == [first_id]
assert spark.streams.get(first_id).name == "counts"
assert spark.streams.awaitAnyTermination(1) is False

# Program 62: progress and status as documents.
progress = next(p for p in query.recentProgress if p["batchId"] == 0)
for field in ("id", "runId", "name", "timestamp", "inputRowsPerSecond", "processedRowsPerSecond",
              "durationMs", "stateOperators", "sources", "sink"):
    assert field in progress, field
assert progress["sources"][0]["numInputRows"] == 3
assert progress["stateOperators"][0]["numRowsTotal"] == 2
assert set(query.status) == {"message", "isDataAvailable", "isTriggerActive"}
query.stop()

# Program 63: a table in memory comes back with the next run.
add_file("2.json", 2)
query = (counts.writeStream.queryName("counts").format("memory").outputMode("complete")
         .option("checkpointLocation", os.path.join(root, "checkpoint")).start())
query.processAllAvailable()
assert sorted(tuple(row) for row in spark.table("counts").collect()) == [(1, 1), (2, 3)]
assert query.id == first_id and query.runId != first_run
query.stop()
for _ in range(300):
    if listener.heard.count("terminated") == 2:
        break
    time.sleep(0.1)
assert listener.heard[:2] == ["started", "batch 0"], listener.heard
assert listener.heard.count("started") == listener.heard.count("terminated") == 2, listener.heard
spark.streams.removeListener(listener)
print("done")
