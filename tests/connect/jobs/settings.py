"""Settings of the builder, those of packages included."""
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.config("spark.master", "local[2]")
    .config("spark.jars.packages", "org.apache.spark:spark-sql-kafka-0-10_2.13:4.3.0")
    .config("spark.sql.shuffle.partitions", "3")
    .getOrCreate()
)
print(spark.conf.get("spark.sql.shuffle.partitions"))

#=> 3
