"""SQL with views and parameters."""
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.range(10).createOrReplaceTempView("numbers")
print(spark.sql("SELECT sum(id) AS s FROM numbers WHERE id > :least", args={"least": 6}).first().s)
print(spark.sql("SELECT count(*) AS n FROM numbers").toPandas().n[0])

#=> 24
#=> 10
