"""A query that goes on from its checkpoint."""
import json
import os

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
os.makedirs("in", exist_ok=True)
stream = spark.readStream.schema("k int").json("in")
for k in (1, 2):
    with open("in/%d.json" % k, "w") as file:
        file.write(json.dumps({"k": k}) + "\n")
    query = (
        stream.writeStream.format("json").option("checkpointLocation", "checkpoint")
        .trigger(availableNow=True).start("out")
    )
    query.awaitTermination()
    print(query.lastProgress.batchId, spark.read.schema("k int").json("out").count())

#=> 0 1
#=> 1 2
