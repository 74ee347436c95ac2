#!/usr/bin/env python3
"""Lets real Spark read the files written here, and the other way round, in all formats and codecs.

    spark_files_check.py FILE_EXCHANGE   (run with a Python that has pyspark==4.3.0; needs Java 17)

FILE_EXCHANGE is the program made from tests/long/file_exchange.cc. Prints a line for each pair of
format and codec, and fails when the rows of one side are not those of the other.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

from pyspark.sql import SparkSession

FLAT = ("i INT, l BIGINT, h SMALLINT, f FLOAT, d DOUBLE, e DECIMAL(20,3), s STRING, b BOOLEAN, "
        "t DATE, m TIMESTAMP, n TIMESTAMP_NTZ")
NESTED = FLAT + (", k BINARY, a ARRAY<INT>, p MAP<STRING, BIGINT>, "
                 "r STRUCT<x: INT, y: ARRAY<STRUCT<z: TIMESTAMP, w: DECIMAL(30,5)>>>")
WORDS = ["", "plain", "with, comma", "with \"quotes\"", "back\\slash", "ümläut €", "#hash",
         "'single'", "semi;colon", " spaces ", "a\\\"b,c"]
TIMES = ["0001-01-01 00:00:00", "1000-02-28 12:34:56.123456", "1582-10-04 01:02:03",
         "1582-10-15 01:02:03", "1677-01-01 00:00:00.000001", "1899-12-31 23:59:59.999999",
         "1969-12-31 23:59:58.999", "1970-01-01 00:00:00", "2024-02-29 12:00:00.5",
         "2262-05-01 00:00:00", "9999-12-31 23:59:59.999999"]
TEXT_CODECS = ["none", "gzip", "deflate", "bzip2", "zstd", "snappy", "lz4"]
CODECS = {"csv": TEXT_CODECS, "json": TEXT_CODECS, "text": TEXT_CODECS,
          "parquet": ["none", "snappy", "gzip", "lz4_raw", "zstd"],
          "orc": ["none", "snappy", "zlib", "lz4", "zstd"]}


def make_rows():
    """Rows as JSON objects, with odd values in every column."""
    rows = []
    for number in range(400):
        time = TIMES[number % len(TIMES)]
        rows.append({
            "i": number - 200, "l": (number - 200) * 10 ** 16, "h": number, "f": number / 8,
            "d": -number * 1e-7, "e": f"{number * 98765432109}.{number:03}",
            "s": WORDS[number % len(WORDS)], "b": number % 3 == 0, "t": time[:10], "m": time,
            "n": time, "k": "AQID/w==", "a": list(range(number % 4)),
            "p": {f"k{i}": i for i in range(number % 3)},
            "r": {"x": number, "y": [{"z": time, "w": f"{number}.00001"}]}})
    rows.append({})
    return rows


class Check:
    def __init__(self, exchange, root):
        self.exchange, self.root, self.failures, self.count = exchange, root, 0, 0
        self.spark = (SparkSession.builder.master("local[2]").appName("files")
                      .config("spark.ui.enabled", "false")
                      .config("spark.sql.session.timeZone", "UTC")
                      .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC").getOrCreate())

    def directory(self, name):
        self.count += 1
        return os.path.join(self.root, f"{self.count}-{name}")

    def convert(self, *arguments):
        done = subprocess.run([self.exchange, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[:500])
        return done.stdout

    def compare(self, what, wanted, make_found):
        try:
            found = make_found()
            good = found == wanted
            detail = "" if good else next(
                (f"\n  want {a}\n  have {b}" for a, b in zip(wanted, found) if a != b),
                f"{len(found)} rows instead of {len(wanted)}")
        except Exception as error:
            good, detail = False, str(error)[:600]
        self.failures += not good
        print(("ok    " if good else "FAILED"), what, detail, flush=True)

    def lines(self, frame):
        return sorted(frame.toJSON().collect())

    def own_lines(self, form, source, schema, *options):
        """The rows as the program reads them, by way of JSON files."""
        target = self.directory("back")
        self.convert(form, source, "json", target, schema, *options)
        lines = []
        for path in glob.glob(target + "/part-*"):
            with open(path, encoding="utf-8") as file:
                lines += file.read().splitlines()
        return sorted(lines)

    def run(self):
        source = self.directory("source.json")
        with open(source, "w", encoding="utf-8") as file:
            for row in make_rows():
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        for form, codecs in CODECS.items():
            schema = {"csv": FLAT, "text": "s STRING"}.get(form, NESTED)
            frame = self.spark.read.schema(schema).json(source)
            if form == "text":
                frame = frame.where("s is not null")
            expected = self.lines(frame)
            pattern = {"timestampFormat": "yyyy-MM-dd HH:mm:ss.SSSSSS",
                       "timestampNTZFormat": "yyyy-MM-dd HH:mm:ss.SSSSSS"}
            options = {} if form != "csv" else {**pattern, "header": "true",
                                                "ignoreLeadingWhiteSpace": "false",
                                                "ignoreTrailingWhiteSpace": "false",
                                                "nullValue": "NULL"}
            if form == "json":
                options = pattern
            own = [f"{side}.{key}={value}" for side in ("from", "to")
                   for key, value in options.items()]
            theirs = [item for item in own if item.startswith("from.")]
            for codec in codecs:
                self.both_ways(form, codec, schema, source, frame, expected, options, own, theirs)
        self.partitions(source)
        self.spark.stop()

    def both_ways(self, form, codec, schema, source, frame, expected, options, own, theirs):
        target = self.directory(form)

        def spark_reads():
            only = [item for item in own if item.startswith("to.")]
            self.convert("json", source, form, target, schema, f"to.compression={codec}", *only)
            reader = self.spark.read.options(**options)
            if form in ("csv", "json", "text"):
                reader = reader.schema(schema)
            read = reader.format(form).load(target)
            return self.lines(read if form != "text" else read.where("s != '' or s is not null"))

        if form == "text":
            # A row without text is an empty line.
            expected = sorted(expected + ['{"s":""}'])
        self.compare(f"{form} {codec}: Spark reads ours", expected, spark_reads)
        if form == "text":
            expected.remove('{"s":""}')
        spark_target = self.directory("spark-" + form)
        try:
            writer = frame.coalesce(1).write.options(**options).option("compression", codec)
            writer.format(form).save(spark_target)
        except Exception as error:
            # Spark has zstd for text only where Hadoop's native library is installed.
            if "CODEC_NOT_AVAILABLE" not in str(error):
                raise
            print("none  ", f"{form} {codec}: Spark cannot write it here", flush=True)
            return
        self.compare(f"{form} {codec}: we read Spark's", expected,
                     lambda: self.own_lines(form, spark_target, schema, *theirs))

    def partitions(self, source):
        frame = self.spark.read.schema("i INT, s STRING").json(source)
        expected = self.lines(frame.selectExpr("i", "nullif(s, '') s"))
        for form in ("parquet", "orc", "json"):
            target = self.directory("partitions")

            def spark_reads():
                self.convert("json", source, form, target, "i INT, s STRING", "to.partitionBy=s")
                return self.lines(self.spark.read.schema("i INT, s STRING").format(form).load(target))

            self.compare(f"{form} partitions: Spark reads ours", expected, spark_reads)
            theirs = self.directory("spark-partitions")
            frame.write.partitionBy("s").format(form).save(theirs)
            self.compare(f"{form} partitions: we read Spark's", expected,
                         lambda: self.own_lines(form, theirs, "i INT, s STRING"))


def main():
    root = tempfile.mkdtemp(prefix="firesteel-files-")
    try:
        check = Check(os.path.abspath(sys.argv[1]), root)
        check.run()
        print("failures:", check.failures)
        return 1 if check.failures else 0
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
