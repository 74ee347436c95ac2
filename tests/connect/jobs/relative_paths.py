"""Paths are relative to where the program was started."""
import os

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.range(3).write.mode("overwrite").parquet("numbers")
print(os.path.isdir("numbers"), spark.read.parquet("numbers").count())

#=> True 3
