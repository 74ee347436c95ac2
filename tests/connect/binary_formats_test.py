"""from_avro, to_avro, from_protobuf and to_protobuf from PySpark.

    binary_formats_test.py FIRESTEEL [TESTS…]
"""

import os
import sys
import tempfile
import unittest

from running_server import RunningServer, skip_without_pyspark

arguments = {}
SCHEMA = ('{"type":"record","name":"event","fields":[{"name":"id","type":"long"},'
          '{"name":"tags","type":["null",{"type":"array","items":"string"}]}]}')


def descriptors():
    """A FileDescriptorSet with `message Event { int64 id = 1; repeated string tags = 2; }`."""
    from google.protobuf import descriptor_pb2

    files = descriptor_pb2.FileDescriptorSet()
    file = files.file.add(name="event.proto", syntax="proto3")
    message = file.message_type.add(name="Event")
    kind = descriptor_pb2.FieldDescriptorProto
    message.field.add(name="id", number=1, type=kind.TYPE_INT64, label=kind.LABEL_OPTIONAL)
    message.field.add(name="tags", number=2, type=kind.TYPE_STRING, label=kind.LABEL_REPEATED)
    return files.SerializeToString()


class BinaryFormats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = RunningServer(arguments["firesteel"])
        cls.addClassCleanup(cls.server.stop)
        cls.spark = cls.server.session()
        cls.rows = cls.spark.sql(
            "SELECT named_struct('id', id, 'tags', IF(id % 2 = 0, array('a', 'b'), NULL)) AS event "
            "FROM range(1000)")

    def test_avro(self):
        from pyspark.sql.avro.functions import from_avro, to_avro

        there = self.rows.select(to_avro("event", SCHEMA).alias("bytes"))
        self.assertEqual(bytes(there.first()["bytes"]), b"\x00\x02\x04\x02a\x02b\x00")
        back = there.select(from_avro("bytes", SCHEMA).alias("event"))
        self.assertEqual(back.collect(), self.rows.collect())
        bad = self.spark.sql("SELECT X'FF' AS bytes")
        self.assertEqual(
            bad.select(from_avro("bytes", SCHEMA, {"mode": "PERMISSIVE"}).alias("event")).collect(),
            [((None, None),)])

    def test_avro_in_a_stream(self):
        from pyspark.sql.avro.functions import from_avro, to_avro

        with tempfile.TemporaryDirectory() as directory:
            source, target = os.path.join(directory, "in"), os.path.join(directory, "out")
            self.rows.select("event.*").write.parquet(source)
            stream = (self.spark.readStream.schema("id BIGINT, tags ARRAY<STRING>").parquet(source)
                      .selectExpr("struct(*) AS event").select(to_avro("event").alias("bytes"))
                      .select(from_avro("bytes", SCHEMA.replace('"long"', '["long","null"]')
                                        .replace('["null",{"type":"array","items":"string"}]',
                                                 '[{"type":"array","items":["string","null"]},"null"]'))
                              .alias("event")).select("event.*"))
            query = (stream.writeStream.format("parquet")
                     .option("checkpointLocation", os.path.join(directory, "checkpoint"))
                     .trigger(availableNow=True).start(target))
            query.awaitTermination(60)
            self.assertIsNone(query.exception())
            self.assertEqual(self.spark.read.parquet(target).orderBy("id").collect(),
                             self.rows.select("event.*").orderBy("id").collect())

    def test_protobuf(self):
        from pyspark.sql.protobuf.functions import from_protobuf, to_protobuf

        rows = self.rows.selectExpr(
            "named_struct('id', event.id + 1, 'tags', coalesce(event.tags, array())) AS event")
        with tempfile.NamedTemporaryFile() as file:
            file.write(descriptors())
            file.flush()
            there = rows.select(to_protobuf("event", "Event", file.name).alias("bytes"))
            self.assertEqual(bytes(there.first()["bytes"]), b"\x08\x01\x12\x01a\x12\x01b")
            back = there.select(from_protobuf("bytes", "Event", file.name).alias("event"))
            self.assertEqual(back.collect(), rows.collect())
            sql = self.spark.sql(
                "SELECT from_protobuf(X'0807', 'Event', '%s').id AS id" % file.name)
            self.assertEqual(sql.collect(), [(7,)])


if __name__ == "__main__":
    skip_without_pyspark()
    arguments["firesteel"] = sys.argv.pop(1)
    unittest.main()
