"""The word count of the guide, over files."""
import os

from pyspark.sql import SparkSession
from pyspark.sql.functions import explode, split

spark = SparkSession.builder.appName("StructuredWordCount").master("local[2]").getOrCreate()
os.makedirs("lines", exist_ok=True)
with open("lines/1.txt", "w") as file:
    file.write("apache spark\napache hadoop\n")
lines = spark.readStream.text("lines")
words = lines.select(explode(split(lines.value, " ")).alias("word"))
counts = words.groupBy("word").count()
query = counts.writeStream.outputMode("complete").format("memory").queryName("counts").start()
query.processAllAvailable()
for row in spark.sql("SELECT * FROM counts ORDER BY word").collect():
    print(row.word, row["count"])
query.stop()

#=> apache 2
#=> hadoop 1
#=> spark 1
