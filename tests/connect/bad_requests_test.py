"""What no well-behaved client sends: each gets a clear error, the server lives, memory returns.

usage: bad_requests_test.py FIRESTEEL [unittest's arguments]

SEED=n repeats the random bytes of a run.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import uuid

from running_server import RunningServer, skip_without_pyspark, wait_for

FIRESTEEL = None
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(1 << 32))
MEGABYTE = 1 << 20
# One after which a server forgets what its client does not come back for.
QUICK_TIMEOUTS = ["--conf", "spark.connect.execute.manager.detachedTimeout=500ms"]


def status_of(server, name):
    """A number of /proc/PID/status: kilobytes for sizes."""
    with open("/proc/%d/status" % server.process.pid) as status:
        for line in status:
            if line.startswith(name + ":"):
                return int(line.split()[1])
    raise AssertionError(name)


def resident_bytes(server):
    return status_of(server, "VmRSS") * 1024


def is_sanitized(server):
    """The sanitizer keeps what is freed for a while, and reserves terabytes of addresses."""
    return status_of(server, "VmSize") > 1 << 33


class BadRequests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = RunningServer(FIRESTEEL, *QUICK_TIMEOUTS)

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        assert status == 0, status

    def setUp(self):
        from raw_client import RawClient

        self.client = RawClient(self.server.url)

    def tearDown(self):
        self.assertEqual(self.client.spark_version(str(uuid.uuid4())), "4.3.0")  # it lives
        self.client.close()

    def refused(self, function, *parts):
        """Calls a function that must fail with a gRPC error that says these things."""
        import grpc

        with self.assertRaises(grpc.RpcError) as raised:
            function()
        text = "%s %s" % (raised.exception.code().name, raised.exception.details())
        self.assertTrue(raised.exception.details(), text)
        for part in parts:
            self.assertIn(part, text)
        return text

    def plan_bytes(self, root):
        """A request with a relation given as bytes."""
        from raw_client import field

        # ExecutePlanRequest.plan = 3, Plan.root = 1.
        return self.client.plan_request().SerializeToString() + field(3, field(1, root))


class Malformed(BadRequests):
    def test_bytes_that_are_no_message(self):
        from raw_client import STREAMING, UNARY

        for method in UNARY + STREAMING:
            for bytes_ in (b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x05ab", b"\x00\x00"):
                self.refused(lambda: self.client.send_bytes(method, bytes_), "no message")
        # A stream of requests ends where one cannot be read.
        self.client.send_bytes("AddArtifacts", b"\xff")

    def test_random_changes_of_good_requests(self):
        import grpc
        from raw_client import UNARY, STREAMING, range_relation

        chance = random.Random(SEED)
        good = self.client.plan_request(range_relation(3)).SerializeToString()
        outcomes = set()
        for i in range(600):
            request = bytearray(good)
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(request))
                change = chance.randrange(3)
                if change == 0:
                    request[at] = chance.randrange(256)
                elif change == 1:
                    del request[at : at + chance.randint(1, 8)]
                else:
                    request[at:at] = bytes(chance.randrange(256) for _ in range(4))
            try:
                self.client.send_bytes(chance.choice(UNARY + STREAMING), bytes(request))
                outcomes.add("answered")
            except grpc.RpcError as error:
                self.assertTrue(error.details(), "%d: %s" % (i, error))
                outcomes.add(error.code().name)
        self.assertIn("INVALID_ARGUMENT", outcomes)
        self.assertLessEqual(outcomes, {"answered", "INVALID_ARGUMENT", "INTERNAL"})

    def test_what_newer_clients_add_is_ignored(self):
        from raw_client import field, messages, range_relation

        unknown = field(4000, b"new") + field(4001, field(1, b"newer"))
        relation = range_relation(7).SerializeToString() + unknown
        responses = self.client.send_bytes("ExecutePlan", self.plan_bytes(relation) + unknown)
        rows = [messages.ExecutePlanResponse.FromString(r).arrow_batch.row_count for r in responses]
        self.assertEqual(sum(rows), 7)

    def test_unknown_kinds_are_named(self):
        from raw_client import field, messages

        client = self.client
        self.refused(lambda: client.execute(client.plan_request()), "without a relation")
        self.refused(
            lambda: client.send_bytes("ExecutePlan", self.plan_bytes(field(4000, b""))), "Relation"
        )
        relation = messages.Relation()
        relation.project.input.range.end = 1
        relation.project.input.range.step = 1
        relation.project.expressions.add()
        self.refused(lambda: client.rows(relation), "Expression")
        request = client.plan_request()
        request.plan.command.SetInParent()
        self.refused(lambda: client.execute(request), "Command")

    def test_unknown_values_of_enumerations(self):
        from raw_client import messages, range_relation

        client, three = self.client, range_relation(3)
        relation = messages.Relation()
        relation.set_op.left_input.CopyFrom(three)
        relation.set_op.right_input.CopyFrom(three)
        relation.set_op.set_op_type = 77
        self.refused(lambda: client.rows(relation), "UNSUPPORTED_CONNECT_MESSAGE")
        relation = messages.Relation()
        relation.join.left.CopyFrom(three)
        relation.join.right.CopyFrom(three)
        relation.join.join_type = 77
        self.refused(lambda: client.rows(relation), "UNSUPPORTED_CONNECT_MESSAGE")
        relation = messages.Relation()
        relation.aggregate.input.CopyFrom(three)
        relation.aggregate.group_type = 77
        self.refused(lambda: client.rows(relation), "UNSUPPORTED_CONNECT_MESSAGE")
        relation = messages.Relation()
        relation.parse.input.CopyFrom(three)
        relation.parse.format = 77
        self.refused(lambda: client.rows(relation), "UNSUPPORTED_CONNECT_MESSAGE")
        request = client.plan_request()
        request.plan.command.write_operation.input.CopyFrom(three)
        request.plan.command.write_operation.path = "/nowhere"
        request.plan.command.write_operation.mode = 77
        self.refused(lambda: client.execute(request), "UNSUPPORTED_CONNECT_MESSAGE")

    def test_rows_that_are_no_arrow(self):
        from raw_client import messages

        for data in (b"", b"nonsense", b"\xff\xff\xff\xff\x10\x00\x00\x00" + b"\x00" * 16):
            relation = messages.Relation()
            relation.local_relation.data = data
            self.refused(lambda: self.client.rows(relation))
        relation.local_relation.ClearField("data")
        relation.local_relation.schema = "a INT,,"
        self.refused(lambda: self.client.rows(relation), "PARSE_SYNTAX_ERROR")

    def test_any_byte_of_arrow_may_be_wrong(self):
        import grpc
        import pyarrow as pa
        from raw_client import messages

        chance = random.Random(SEED)
        columns = {"a": [1, 2, None], "b": ["x", None, "yz"], "c": [[1], [], None]}
        table = pa.table(columns)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        good = sink.getvalue().to_pybytes()
        for _ in range(300):
            data = bytearray(good)
            for _ in range(chance.randint(1, 3)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            relation = messages.Relation()
            relation.local_relation.data = bytes(data)
            try:
                self.client.rows(relation)
            except grpc.RpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.INTERNAL)
                self.assertTrue(error.details())


class Deep(BadRequests):
    """Numbers of fields are those of relations.proto and expressions.proto."""

    def limits(self, levels):
        from raw_client import field, nested, range_relation

        # Relation.limit = 8: {input = 1, limit = 2}.
        def wrap(inner):
            return field(8, field(1, inner) + b"\x10\x05")

        return nested(levels, wrap, range_relation(10).SerializeToString())

    def filters(self, levels):
        from raw_client import field, nested, range_relation

        # Relation.filter = 4: {input = 1, condition = 2}; Expression.expression_string = 4.
        def wrap(inner):
            return field(4, field(1, inner) + field(2, field(4, field(1, b"id >= 0"))))

        return nested(levels, wrap, range_relation(10).SerializeToString())

    def negations(self, levels):
        from raw_client import field, literal, nested, range_relation

        # Expression.unresolved_function = 3: {function_name = 1, arguments = 2}.
        def wrap(inner):
            return field(3, field(1, b"negative") + field(2, inner))

        expression = nested(levels, wrap, literal(1).SerializeToString())
        # Relation.project = 3: {input = 1, expressions = 3}.
        return field(3, field(1, range_relation(1).SerializeToString()) + field(3, expression))

    def test_plans_nested_as_deep_as_we_go(self):
        for make in (self.limits, self.filters, self.negations):
            for levels in (60, 200, 480):
                self.client.send_bytes("ExecutePlan", self.plan_bytes(make(levels)))

    def test_plans_nested_deeper(self):
        for make in (self.limits, self.filters, self.negations):
            for levels in (600, 3000):
                request = self.plan_bytes(make(levels))
                text = self.refused(lambda: self.client.send_bytes("ExecutePlan", request))
                self.assertTrue("TOO_DEEP" in text or "nested" in text, text)

    def test_literals_and_types_nested_deeper(self):
        from raw_client import field, nested, range_relation

        source = field(1, range_relation(1).SerializeToString())
        # Expression.literal = 1, Literal.array = 22: {elements = 2}; Literal.integer = 6.
        literal = field(1, nested(2000, lambda inner: field(22, field(2, inner)), b"\x30\x01"))
        # Expression.cast = 7: {expr = 1, type = 2}; DataType.array = 20: {element_type = 1}.
        deep_type = nested(2000, lambda inner: field(20, field(1, inner)), field(6, b""))
        cast = field(7, field(1, field(1, b"\x30\x01")) + field(2, deep_type))
        for expression in (literal, cast):
            request = self.plan_bytes(field(3, source + field(3, expression)))
            self.refused(lambda: self.client.send_bytes("ExecutePlan", request), "nested")

    def test_texts_nested_deeper(self):
        from raw_client import messages

        deep = 20_000
        relation = messages.Relation()
        for query in (
            "SELECT " + "(" * deep + "1" + ")" * deep,
            "SELECT " + "abs(" * deep + "1" + ")" * deep,
            "SELECT * FROM " + "(SELECT * FROM " * deep + "t" + ")" * deep,
            "SELECT CAST(1 AS " + "array<" * deep + "int" + ">" * deep + ")",
        ):
            relation.sql.query = query
            self.refused(lambda: self.client.rows(relation), "FAILED_TO_PARSE_TOO_COMPLEX")
        for schema in (
            "a " + "array<" * deep + "int" + ">" * deep,
            '{"type":"array","elementType":' * deep + '"integer"' + "}" * deep,
        ):
            relation.local_relation.schema = schema
            self.refused(lambda: self.client.rows(relation))


class Identity(BadRequests):
    def test_session_ids_that_are_none(self):
        from raw_client import messages

        for session_id in ("", "x", "0" * 36, "../../etc/passwd", "é" * 36, "x" * 100_000):
            request = messages.ConfigRequest(session_id=session_id)
            request.operation.get_all.SetInParent()
            self.refused(lambda: self.client.stub.Config(request), "INVALID_HANDLE.FORMAT")

    def test_sessions_and_operations_that_do_not_exist(self):
        from raw_client import messages, range_relation

        client = self.client
        reattach = messages.ReattachExecuteRequest(
            session_id=str(uuid.uuid4()), operation_id=str(uuid.uuid4())
        )
        self.refused(lambda: list(client.stub.ReattachExecute(reattach)), "SESSION_NOT_FOUND")
        client.rows(range_relation(1))
        reattach.session_id = client.session_id
        reattach.user_context.user_id = "raw"
        self.refused(lambda: list(client.stub.ReattachExecute(reattach)), "OPERATION_NOT_FOUND")
        request = client.plan_request(range_relation(1))
        request.operation_id = "x"
        self.refused(lambda: client.execute(request), "INVALID_HANDLE.FORMAT")

    def test_the_session_of_another_server(self):
        from raw_client import range_relation

        request = self.client.plan_request(range_relation(1))
        request.client_observed_server_side_session_id = str(uuid.uuid4())
        self.refused(lambda: self.client.execute(request), "INVALID_HANDLE.SESSION_CHANGED")
        self.client.rows(range_relation(1))
        self.refused(lambda: self.client.execute(request), "INVALID_HANDLE.SESSION_CHANGED")

    def test_a_session_that_was_released(self):
        from raw_client import messages, range_relation

        client = self.client
        client.rows(range_relation(1))
        release = messages.ReleaseSessionRequest(session_id=client.session_id)
        release.user_context.user_id = "raw"
        client.stub.ReleaseSession(release)
        self.refused(lambda: client.rows(range_relation(1)), "INVALID_HANDLE.SESSION_CLOSED")

    def test_a_bad_token(self):
        import grpc
        from raw_client import RawClient, UNARY, STREAMING, range_relation

        with tempfile.NamedTemporaryFile("w", suffix=".token") as file:
            file.write("the right one\n")
            file.flush()
            server = RunningServer(FIRESTEEL, "--token-file", file.name)
            for token in (None, "", "the wrong 1ne", "the right one and more"):
                client = RawClient(server.url, token)
                for method in UNARY + STREAMING + ["AddArtifacts"]:
                    with self.assertRaises(grpc.RpcError) as raised:
                        client.send_bytes(method, b"")
                    self.assertEqual(raised.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
                client.close()
            client = RawClient(server.url, "the right one")
            self.assertEqual(client.rows(range_relation(4)), 4)
            client.close()
            self.assertEqual(server.stop(), 0)


class Volume(BadRequests):
    def assert_memory_returns(self, function, each_bytes):
        """Does it a few times; the memory is not that of all of them in the end."""
        function()  # what is made once
        before = resident_bytes(self.server)
        times = 4
        for _ in range(times):
            function()
        if is_sanitized(self.server):
            return
        allowed = times * each_bytes // 2
        wait_for(lambda: resident_bytes(self.server) - before < allowed)

    def local_relation(self, megabytes):
        import pyarrow as pa
        from raw_client import messages

        table = pa.table({"v": pa.array(range(megabytes * MEGABYTE // 8), pa.int64())})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        relation = messages.Relation()
        # Only how many: an answer is not what this is about.
        relation.aggregate.group_type = 1
        relation.aggregate.input.local_relation.data = sink.getvalue().to_pybytes()
        count = relation.aggregate.aggregate_expressions.add().unresolved_function
        count.function_name = "count"
        count.arguments.add().literal.integer = 1
        return relation

    def test_a_local_relation_of_100_megabytes(self):
        relation = self.local_relation(100)
        self.assert_memory_returns(lambda: self.client.rows(relation), 100 * MEGABYTE)

    def test_a_message_beyond_the_limit(self):
        relation = self.local_relation(130)
        self.refused(lambda: self.client.rows(relation), "RESOURCE_EXHAUSTED")

    def test_a_cached_local_relation_of_100_megabytes(self):
        import pyarrow as pa

        table = pa.table({"v": pa.array(range(100 * MEGABYTE // 8), pa.int64())})

        def run():
            spark = self.server.session()
            self.assertEqual(spark.createDataFrame(table).count(), table.num_rows)
            spark.stop()

        self.assert_memory_returns(run, 100 * MEGABYTE)

    def test_clients_that_vanish_in_the_middle_of_an_answer(self):
        script = (
            "import sys\n"
            "from pyspark.sql.connect.session import SparkSession\n"
            "spark = SparkSession.builder.remote(sys.argv[1]).create()\n"
            "rows = spark.range(4_000_000).selectExpr('id', 'id + 1 AS next').toLocalIterator()\n"
            "next(rows)\n"
            "print('reading', flush=True)\n"
            "sys.stdin.read()\n"
        )

        # In a file: without one the client takes its own doctests to be running.
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        program = os.path.join(directory.name, "reader.py")
        with open(program, "w") as file:
            file.write(script)

        def vanish():
            client = subprocess.Popen(
                [sys.executable, program, self.server.url],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            self.assertEqual(client.stdout.readline().strip(), "reading")
            client.send_signal(signal.SIGKILL)
            client.wait()
            client.stdin.close()
            client.stdout.close()

        threads = status_of(self.server, "Threads")
        self.assert_memory_returns(vanish, 64 * MEGABYTE)
        # Their operations are over as well.
        wait_for(lambda: status_of(self.server, "Threads") <= threads + 8)

    def test_a_thousand_idle_connections(self):
        host, port = self.server.url[len("sc://") :].rsplit(":", 1)
        # What HTTP/2 begins with: the preface and empty SETTINGS.
        hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
        threads = status_of(self.server, "Threads")
        before = resident_bytes(self.server)
        connections = []
        for i in range(1000):
            connection = socket.create_connection((host, int(port)))
            # Some say nothing at all, and some stop in the middle of a frame.
            if i % 3 != 0:
                connection.sendall(hello if i % 3 == 1 else hello[:-2])
            connections.append(connection)
        self.assertEqual(self.client.spark_version(str(uuid.uuid4()), timeout=5), "4.3.0")
        self.assertLess(status_of(self.server, "Threads"), threads + 50)
        for connection in connections:
            connection.close()
        descriptors = "/proc/%d/fd" % self.server.process.pid
        wait_for(lambda: len(os.listdir(descriptors)) < 500)
        if not is_sanitized(self.server):
            wait_for(lambda: resident_bytes(self.server) - before < 100 * MEGABYTE)


if __name__ == "__main__":
    FIRESTEEL = sys.argv.pop(1)
    skip_without_pyspark()
    print("SEED=%d" % SEED, flush=True)
    unittest.main(verbosity=2)
