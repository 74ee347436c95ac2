"""format("jdbc") from PySpark against a real PostgreSQL server.

    jdbc_test.py FIRESTEEL [TESTS…]
"""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "connect"))

from postgres_server import Missing, PostgresServer, find_programs  # noqa: E402
from running_server import RunningServer, skip_without_pyspark  # noqa: E402

arguments = {}


class Jdbc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = PostgresServer().__enter__()
        cls.addClassCleanup(cls.postgres.__exit__)
        directory = tempfile.mkdtemp(prefix="firesteel-jdbc-test-")
        cls.addClassCleanup(shutil.rmtree, directory)
        cls.server = RunningServer(arguments["firesteel"],
                                   log=os.path.join(directory, "server.log"))
        # In reverse order: what the server said is looked at when it has stopped.
        cls.addClassCleanup(cls.server.check_kept, cls.postgres.password)
        cls.addClassCleanup(cls.server.stop)
        cls.spark = cls.server.session()
        cls.spark.conf.set("spark.sql.session.timeZone", "UTC")
        cls.login = {"user": cls.postgres.user, "password": cls.postgres.password}

    def read(self, **options):
        return self.spark.read.format("jdbc").options(
            url=self.postgres.url, **self.login, **options).load()

    def write(self, frame, table, mode, **options):
        frame.write.jdbc(self.postgres.url, table, mode, {**self.login, **options})

    def error_of(self, call):
        with self.assertRaises(Exception) as caught:
            call()
        self.assertNotIn(self.postgres.password, str(caught.exception))
        return caught.exception.getCondition()

    def test_types_there_and_back(self):
        frame = self.spark.sql(
            "SELECT 1 AS id, true AS b, 2S AS s, 3L AS l, 1.5F AS f, 2.5D AS d, "
            "CAST(1.25 AS DECIMAL(10,2)) AS m, 'tab\\tline\\nquote''' AS t, X'00FF' AS x, "
            "DATE'2020-02-29' AS day, TIMESTAMP'2020-01-01 00:00:00.123456' AS at, "
            "TIMESTAMP_NTZ'2020-01-01 12:00:00' AS local, array('a', NULL, 'b\"c') AS a "
            "UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
            "NULL")
        self.write(frame, "kinds", "error")
        back = self.read(dbtable="kinds", preferTimestampNTZ="true").orderBy("id")
        self.assertEqual(back.collect(), frame.orderBy("id").collect())
        self.assertEqual([f.dataType for f in back.schema], [f.dataType for f in frame.schema])
        self.assertEqual(self.postgres.sql("SELECT at, m, x FROM kinds WHERE id = 1"),
                         [("2020-01-01 00:00:00.123456+00", "1.25", "\\x00ff")])

    def test_save_modes(self):
        table = "modes"
        rows = self.spark.range(3)
        self.write(rows, table, "error")
        self.assertEqual(self.error_of(lambda: self.write(rows, table, "error")),
                         "TABLE_OR_VIEW_ALREADY_EXISTS")
        self.write(rows, table, "ignore")
        self.assertEqual(self.read(dbtable=table).count(), 3)
        self.write(rows, table, "append")
        self.assertEqual(self.read(dbtable=table).count(), 6)
        self.postgres.sql("ALTER TABLE modes ADD COLUMN extra text DEFAULT 'kept'")
        self.write(rows, table, "overwrite", truncate="true")
        self.assertEqual(self.postgres.sql("SELECT count(*), min(extra) FROM modes"),
                         [("3", "kept")])
        self.write(rows.selectExpr("id AS other"), table, "overwrite")
        self.assertEqual(self.read(dbtable=table).columns, ["other"])

    def test_a_failing_write_leaves_no_trace(self):
        self.write(self.spark.range(5), "whole", "overwrite")
        bad = self.spark.range(100000).selectExpr(
            "CASE WHEN id = 99999 THEN raise_error('no') ELSE id END AS id")
        self.error_of(lambda: self.write(bad, "whole", "overwrite"))
        self.assertEqual(self.postgres.sql("SELECT count(*) FROM whole"), [("5",)])
        self.postgres.sql("CREATE TABLE small (id smallint)")
        wide = self.spark.range(40000)
        self.assertEqual(self.error_of(lambda: self.write(wide, "small", "append")),
                         "FAILED_JDBC.UNCLASSIFIED")
        self.assertEqual(self.postgres.sql("SELECT count(*) FROM small"), [("0",)])

    def test_partitioned_reads(self):
        self.postgres.sql("CREATE TABLE parts AS SELECT i, DATE '2020-01-01' + i AS day "
                          "FROM generate_series(1, 1000) AS i; INSERT INTO parts VALUES (NULL, NULL)")
        for column, lower, upper in (("i", 1, 900), ("day", "2020-01-01", "2022-01-01")):
            frame = self.spark.read.jdbc(self.postgres.url, "parts", column, lower, upper, 4,
                                         properties=self.login)
            self.assertEqual(frame.selectExpr("count(*)", "count(i)", "sum(i)").first(),
                             (1001, 1000, 500500))
            self.assertEqual(frame.selectExpr("spark_partition_id() AS p").distinct().count(), 4)
        frame = self.spark.read.jdbc(self.postgres.url, "parts", predicates=["i <= 10", "i > 990"],
                                     properties=self.login)
        self.assertEqual(frame.selectExpr("count(*)", "min(i)", "max(i)").first(), (20, 1, 1000))
        query = self.read(query="SELECT i % 10 AS k, count(*) AS n FROM parts GROUP BY 1")
        self.assertEqual(query.where("k = 3").collect(), [(3, 100)])

    def test_foreach_batch(self):
        url, login = self.postgres.url, self.login
        with tempfile.TemporaryDirectory() as directory:
            source = os.path.join(directory, "in")
            os.mkdir(source)
            with open(os.path.join(source, "a.json"), "w", encoding="ascii") as file:
                file.write('{"id": 1}\n{"id": 2}\n')
            stream = self.spark.readStream.schema("id INT").json(source)

            def save(frame, batch):
                frame.write.jdbc(url, "streamed", "append", login)

            query = (stream.writeStream.foreachBatch(save)
                     .option("checkpointLocation", os.path.join(directory, "checkpoint"))
                     .trigger(availableNow=True).start())
            query.awaitTermination(60)
            self.assertIsNone(query.exception())
        self.assertEqual(self.postgres.sql("SELECT id FROM streamed ORDER BY 1"), [("1",), ("2",)])

    def test_errors(self):
        self.assertEqual(self.error_of(lambda: self.read(dbtable="nowhere").collect()),
                         "FAILED_JDBC.UNCLASSIFIED")
        wrong = dict(url=self.postgres.url, dbtable="x", user=self.postgres.user,
                     password="canary-pa55word-wrong")
        self.assertEqual(
            self.error_of(lambda: self.spark.read.format("jdbc").options(**wrong).load().collect()),
            "FAILED_JDBC.CONNECTION")
        mysql = self.spark.read.format("jdbc").options(url="jdbc:mysql://h/d", dbtable="t")
        self.assertEqual(self.error_of(lambda: mysql.load().collect()),
                         "UNSUPPORTED_BUILT_IN_JDBC_DIALECT")

    def test_passwords_show_nowhere(self):
        self.write(self.spark.range(1), "secret", "overwrite")
        frame = self.read(dbtable="secret")
        text = frame._explain_string(extended=True) + str(frame)
        self.assertIn("JDBCRelation(secret)", text)
        self.assertNotIn(self.postgres.password, text)


if __name__ == "__main__":
    skip_without_pyspark()
    arguments["firesteel"] = sys.argv.pop(1)
    try:
        find_programs()
    except Missing as missing:
        if os.environ.get("FIRESTEEL_NEEDS_POSTGRES"):
            raise
        print("SKIPPED: %s" % missing)
        sys.exit(77)
    unittest.main()
