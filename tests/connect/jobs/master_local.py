"""A master of local[*], as every tutorial has it."""
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[*]").appName("counts").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
print(spark.range(5).count(), spark.sparkContext.appName, spark.version)
spark.stop()

#=> 5 counts 4.3.0
