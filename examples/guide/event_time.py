"""Windows, watermarks, duplicates and joins by event time.

    firesteel run examples/guide/event_time.py
"""
import json
import os
import tempfile

from pyspark.sql import SparkSession
from pyspark.sql.functions import expr, window

spark = SparkSession.builder.appName("EventTime").getOrCreate()
spark.conf.set("spark.sql.shuffle.partitions", 2)
root = tempfile.mkdtemp()


class Feed:
    """A directory that is read as a stream; add() puts a file of rows into it."""

    def __init__(self, name, ddl):
        self.path, self.files, self.names = os.path.join(root, name), 0, []
        os.mkdir(self.path)
        self.names = [column.split()[0] for column in ddl.split(",")]
        self.frame = spark.readStream.schema(ddl).json(self.path)

    def add(self, *rows):
        self.files += 1
        hidden = os.path.join(root, "new.json")
        with open(hidden, "w") as file:
            for row in rows:
                file.write(json.dumps(dict(zip(self.names, row))) + "\n")
        os.utime(hidden, (1_700_000_000 + self.files, 1_700_000_000 + self.files))
        os.rename(hidden, os.path.join(self.path, f"{self.files:03}.json"))


def at(time):
    return f"2024-01-01T{time}:00Z"


def start(frame, name, mode="append"):
    return frame.writeStream.queryName(name).format("memory").outputMode(mode).start()


def table(name, *columns):
    return sorted(tuple(row) for row in spark.table(name).selectExpr(*columns).collect())


CLOCK = "date_format(window.start, 'HH:mm')"

# Program 42: words counted in windows of ten minutes, one every five.
words = Feed("words", "timestamp timestamp, word string")
query = start(words.frame.groupBy(window(words.frame.timestamp, "10 minutes", "5 minutes"), "word").count(),
              "sliding", "complete")
words.add((at("12:02"), "cat"), (at("12:07"), "dog"))
query.processAllAvailable()
assert table("sliding", CLOCK, "word", "count") == [
    ("11:55", "cat", 1), ("12:00", "cat", 1), ("12:00", "dog", 1), ("12:05", "dog", 1)]
query.stop()

# Program 43: late words, in update mode and in append mode.
for mode in ("update", "append"):
    late = Feed(f"late_{mode}", "timestamp timestamp, word string")
    counts = (late.frame.withWatermark("timestamp", "10 minutes")
              .groupBy(window("timestamp", "10 minutes", "5 minutes"), "word").count())
    query = start(counts, f"late_{mode}", mode)
    for rows in ([(at("12:14"), "dog")], [(at("12:04"), "donkey")], [(at("12:21"), "owl")],
                 [(at("12:04"), "donkey")], [(at("12:26"), "cat")]):
        late.add(*rows)
        query.processAllAvailable()
    donkeys = table(f"late_{mode}", CLOCK, "word", "count")
    # The first donkey is late but in time, the second one is not.
    assert ("12:00", "donkey", 1) in donkeys and ("12:00", "donkey", 2) not in donkeys, donkeys
    query.stop()

# Program 48: each message once, for ever.
events = Feed("events", "guid string, eventTime timestamp, v int")
query = start(events.frame.dropDuplicates(["guid"]), "once_each")
events.add(("a", at("12:00"), 1), ("b", at("12:00"), 2))
query.processAllAvailable()
events.add(("a", at("13:00"), 3))
query.processAllAvailable()
assert table("once_each", "guid", "v") == [("a", 1), ("b", 2)]
query.stop()

# Program 49: as long as the watermark remembers.
query = start(events.frame.withWatermark("eventTime", "10 seconds").dropDuplicates(["guid", "eventTime"]),
              "within_bounds")
query.processAllAvailable()
events.add(("a", at("13:00"), 4), ("c", at("14:00"), 5))
query.processAllAvailable()
assert table("within_bounds", "guid", "v") == [("a", 1), ("a", 3), ("b", 2), ("c", 5)]
state = query.lastProgress["stateOperators"][0]
assert state["numRowsTotal"] < 4, state
query.stop()

# Programs 46 and 47: impressions and the clicks on them within an hour, inner and left outer.
for how in ("inner", "leftOuter"):
    impressions = Feed(f"impressions_{how}", "impressionAdId int, impressionTime timestamp")
    clicks = Feed(f"clicks_{how}", "clickAdId int, clickTime timestamp")
    joined = impressions.frame.withWatermark("impressionTime", "2 hours").join(
        clicks.frame.withWatermark("clickTime", "3 hours"),
        expr("""clickAdId = impressionAdId AND clickTime >= impressionTime
                AND clickTime <= impressionTime + interval 1 hour"""), how)
    query = start(joined, f"clicked_{how}")
    impressions.add((1, at("10:00")), (2, at("10:00")))
    clicks.add((1, at("10:30")), (2, at("11:30")))
    query.processAllAvailable()
    assert table(f"clicked_{how}", "impressionAdId", "clickAdId") == [(1, 1)]
    # Once the watermark is past the hour, no click on the second one can come any more.
    impressions.add((3, at("20:00")))
    clicks.add((4, at("20:00")))
    query.processAllAvailable()
    found = table(f"clicked_{how}", "impressionAdId", "coalesce(clickAdId, 0)")
    assert found == ([(1, 1)] if how == "inner" else [(1, 1), (2, 0)]), found
    query.stop()

# Program 50: two watermarks; the slower or the faster one counts.
for policy, wanted in (("min", "2024-01-01T09:00"), ("max", "2024-01-01T11:00")):
    spark.conf.set("spark.sql.streaming.multipleWatermarkPolicy", policy)
    slow, fast = Feed(f"slow_{policy}", "k int, t1 timestamp"), Feed(f"fast_{policy}", "k int, t2 timestamp")
    query = start(slow.frame.withWatermark("t1", "1 hours").join(
        fast.frame.withWatermark("t2", "2 hours"), "k"), f"two_{policy}")
    slow.add((1, at("10:00")))
    fast.add((1, at("13:00")))
    query.processAllAvailable()
    slow.add((2, at("10:00")))
    query.processAllAvailable()
    assert query.lastProgress["eventTime"]["watermark"].startswith(wanted), query.lastProgress
    query.stop()

# Program 44: a stream joined with a table.
static = spark.createDataFrame([(1, "one"), (2, "two")], "type int, name string")
typed = Feed("typed", "type int, v int")
typed.add((1, 10), (3, 30))
query = start(typed.frame.join(static, "type"), "inner_join")
query.processAllAvailable()
assert table("inner_join", "type", "v", "name") == [(1, 10, "one")]
query.stop()

# Program 45: outer joins keep the stream's rows; those of the table cannot be kept.
query = start(typed.frame.join(static, "type", "left_outer"), "outer_join")
query.processAllAvailable()
assert table("outer_join", "type", "coalesce(name, '-')") == [(1, "one"), (3, "-")]
query.stop()
for wrong in ("right_join", "right_outer"):
    try:
        start(typed.frame.join(static, "type", wrong), "refused").stop()
    except Exception as error:
        print(type(error).__name__)
    else:
        raise AssertionError(f"{wrong} is accepted")
print("done")
