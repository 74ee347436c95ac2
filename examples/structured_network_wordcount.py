"""Counts the words that arrive at a socket, as the Structured Streaming guide does:
programs 19, 21, 29, 30 and 33.

    nc -lk 9999
    firesteel run examples/structured_network_wordcount.py localhost 9999
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import explode, split

host, port = sys.argv[1:]
spark = SparkSession.builder.appName("StructuredNetworkWordCount").getOrCreate()
lines = (
    spark.readStream.format("socket").option("host", host).option("port", int(port)).load()
)
words = lines.select(explode(split(lines.value, " ")).alias("word"))
query = words.groupBy("word").count().writeStream.outputMode("complete").format("console").start()
query.awaitTermination()
