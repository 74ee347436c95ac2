"""Readings of devices: sources, selections, SQL on streams, and a word count at the console.

    firesteel run examples/guide/devices.py
"""
import contextlib
import io
import json
import os
import socket
import tempfile
import time

from pyspark.sql import SparkSession
from pyspark.sql.functions import explode, split

# Program 28: the session.
spark = SparkSession.builder.appName("StructuredNetworkWordCount").getOrCreate()
spark.conf.set("spark.sql.shuffle.partitions", 2)
root = tempfile.mkdtemp()


def until(condition):
    """Waits, a minute at most, for what other processes do."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def start(frame, name, mode="append"):
    query = frame.writeStream.queryName(name).format("memory").outputMode(mode).start()
    query.processAllAvailable()
    return query


def rows(name):
    return sorted(tuple(row) for row in spark.table(name).collect())


# Program 31: a server of lines. Programs 19, 29 and 35: its lines as a stream of words.
with socket.create_server(("127.0.0.1", 0)) as server:
    lines = (spark.readStream.format("socket").option("host", "127.0.0.1")
             .option("port", server.getsockname()[1]).load())
    assert lines.isStreaming
    lines.printSchema()
    words = lines.select(explode(split(lines.value, " ")).alias("word"))
    # Programs 21, 30 and 33: counts in complete mode.
    query = words.groupBy("word").count().writeStream.queryName("words").format("memory") \
        .outputMode("complete").start()
    connection, _ = server.accept()
    # Program 34: two batches of words.
    connection.sendall(b"apache spark\n")
    until(lambda: rows("words") == [("apache", 1), ("spark", 1)])
    connection.sendall(b"apache hadoop\n")
    until(lambda: rows("words") == [("apache", 2), ("hadoop", 1), ("spark", 1)])
    query.stop()
    connection.close()

    # Program 20: lines to the console as they are.
    query = lines.writeStream.format("console").outputMode("append").start()
    connection, _ = server.accept()
    connection.sendall(b"a line\n")
    until(lambda: any(p["sources"][0]["numInputRows"] == 1 for p in query.recentProgress))
    query.stop()
    connection.close()

# Program 36: CSV with semicolons.
people = os.path.join(root, "people")
os.mkdir(people)
with open(os.path.join(people, "1.csv"), "w") as file:
    file.write("Ann;31\nBo;42\n")
query = start(spark.readStream.option("sep", ";").schema("name string, age int").csv(people), "people")
assert rows("people") == [("Ann", 31), ("Bo", 42)]
query.stop()

readings = os.path.join(root, "readings")
os.mkdir(readings)
with open(os.path.join(readings, "1.json"), "w") as file:
    for device, kind, signal in (("a", "lamp", 12.0), ("b", "lamp", 8.0), ("c", "lock", 3.0)):
        file.write(json.dumps({"device": device, "deviceType": kind, "signal": signal}) + "\n")
devices = spark.readStream.schema("device string, deviceType string, signal double").json(readings)

# Program 37: devices with a strong signal.
query = start(devices.select("device").where("signal > 10"), "strong")
assert rows("strong") == [("a",)]
query.stop()

# Program 38: how many there are of each type.
query = start(devices.groupBy("deviceType").count(), "types", "update")
assert rows("types") == [("lamp", 2), ("lock", 1)]
query.stop()

# Program 39: their mean signal.
query = start(devices.groupBy("deviceType").avg("signal"), "signals", "complete")
assert rows("signals") == [("lamp", 10.0), ("lock", 3.0)]
query.stop()

# Program 40: SQL on a stream gives a stream.
devices.createOrReplaceTempView("updates")
counted = spark.sql("select count(*) from updates")
query = start(counted, "counted", "complete")
assert rows("counted") == [(3,)]
query.stop()

# Program 41: which frames are streams.
assert counted.isStreaming and not spark.table("counted").isStreaming
with contextlib.redirect_stdout(io.StringIO()) as printed:
    devices.printSchema()
assert "deviceType: string" in printed.getvalue()
print("done")
