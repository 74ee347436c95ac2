"""What programs ask of sparkContext."""
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("asks").getOrCreate()
sc = spark.sparkContext
print(sc.version, sc.defaultParallelism > 0, sc.applicationId.startswith("firesteel"))
try:
    sc.parallelize([1, 2])
except NotImplementedError as error:
    print("mapInArrow" in str(error))
try:
    spark.range(1).rdd
except NotImplementedError as error:
    print("mapInArrow" in str(error))

#=> 4.3.0 True True
#=> True
#=> True
