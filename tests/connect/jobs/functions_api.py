"""Columns and functions."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
df = spark.createDataFrame([("a", 1), ("b", 2), ("a", 3)], "word string, n int")
for row in df.groupBy("word").agg(F.sum("n").alias("n")).orderBy("word").collect():
    print(row.word, row.n)

#=> a 4
#=> b 2
