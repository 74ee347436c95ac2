"""A client of Spark Connect that sends what PySpark would not."""

import uuid

import grpc
import pyspark.sql.connect.proto as messages
from pyspark.sql.connect.proto.base_pb2_grpc import SparkConnectServiceStub

UNARY = [
    "Config",
    "AnalyzePlan",
    "Interrupt",
    "ReleaseExecute",
    "ReleaseSession",
    "ArtifactStatus",
    "FetchErrorDetails",
    "CloneSession",
    "GetStatus",
]
STREAMING = ["ExecutePlan", "ReattachExecute"]
LARGEST_MESSAGE = 128 << 20


class RawClient:
    def __init__(self, url, token=None):
        options = [
            ("grpc.max_send_message_length", -1),
            ("grpc.max_receive_message_length", LARGEST_MESSAGE),
        ]
        self.channel = grpc.insecure_channel(url[len("sc://") :], options)
        self.stub = SparkConnectServiceStub(self.channel)
        self.metadata = [("authorization", "Bearer " + token)] if token else []
        self.session_id = str(uuid.uuid4())

    def close(self):
        self.channel.close()

    def send_bytes(self, method, request, timeout=60):
        """Calls a method with bytes; the bytes of its responses."""
        path = "/spark.connect.SparkConnectService/" + method
        if method in STREAMING:
            call = self.channel.unary_stream(path, bytes, bytes)
            return list(call(request, timeout=timeout, metadata=self.metadata))
        if method == "AddArtifacts":
            call = self.channel.stream_unary(path, bytes, bytes)
            return [call(iter([request]), timeout=timeout, metadata=self.metadata)]
        call = self.channel.unary_unary(path, bytes, bytes)
        return [call(request, timeout=timeout, metadata=self.metadata)]

    def plan_request(self, relation=None, reattachable=False):
        request = messages.ExecutePlanRequest(
            session_id=self.session_id, operation_id=str(uuid.uuid4())
        )
        request.user_context.user_id = "raw"
        if reattachable:
            request.request_options.add().reattach_options.reattachable = True
        if relation is not None:
            request.plan.root.CopyFrom(relation)
        return request

    def execute(self, request, timeout=120):
        return list(self.stub.ExecutePlan(request, timeout=timeout, metadata=self.metadata))

    def rows(self, relation):
        """How many rows a relation has."""
        responses = self.execute(self.plan_request(relation))
        return sum(r.arrow_batch.row_count for r in responses if r.HasField("arrow_batch"))

    def spark_version(self, session_id=None, timeout=60):
        request = messages.AnalyzePlanRequest(session_id=session_id or self.session_id)
        request.user_context.user_id = "raw"
        request.spark_version.SetInParent()
        answer = self.stub.AnalyzePlan(request, timeout=timeout, metadata=self.metadata)
        return answer.spark_version.version


def range_relation(end):
    relation = messages.Relation()
    relation.range.end = end
    relation.range.step = 1
    return relation


def literal(value):
    expression = messages.Expression()
    expression.literal.integer = value
    return expression


def call(name, *arguments):
    expression = messages.Expression()
    expression.unresolved_function.function_name = name
    for argument in arguments:
        expression.unresolved_function.arguments.add().CopyFrom(argument)
    return expression


# Messages so deep that Python cannot build them: written by hand, from the inside.


def varint(number):
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(encoded + bytes([number]))


def field(number, payload):
    """A length-delimited field."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def nested(levels, wrap, innermost):
    for _ in range(levels):
        innermost = wrap(innermost)
    return innermost
