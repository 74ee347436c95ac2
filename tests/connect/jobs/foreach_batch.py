"""foreachBatch, with a function of the script."""
import json
import os

from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local").getOrCreate()
os.makedirs("in", exist_ok=True)
with open("in/1.json", "w") as file:
    file.write(json.dumps({"k": 1}) + "\n" + json.dumps({"k": 2}) + "\n")


def save(df, batch_id):
    df.persist()
    df.write.mode("append").parquet("out")
    df.unpersist()


stream = spark.readStream.schema("k int").json("in")
query = stream.writeStream.foreachBatch(save).trigger(availableNow=True).start()
query.awaitTermination()
print(sorted(row.k for row in spark.read.parquet("out").collect()))

#=> [1, 2]
