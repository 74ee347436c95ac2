"""Arguments, __main__ and a module beside the script."""
import os
import sys

import beside.words as words
from pyspark.sql import SparkSession


def main(directory):
    spark = SparkSession.builder.getOrCreate()
    print(os.path.samefile(directory, os.getcwd()), words.GREETING, spark.range(2).count())


if __name__ == "__main__":
    main(sys.argv[1])

#=> True hello 2
