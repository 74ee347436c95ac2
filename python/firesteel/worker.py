"""Runs functions of the user for the engine, which starts it and talks to it on descriptor 3.

A message is: uint32 length of its payload, little endian; one letter, its kind; the payload.

    L  load a function: uint32 length of a JSON object, the object, the pickled function
    B  call it with a DataFrame: JSON {frame, batchId}
    P  a partition begins: JSON {partition, batchId};  R  rows of it, an Arrow stream;  F  it ends
    C  call functions of columns: while they run, this side asks for input (I) and gets R or F, or
       X when nobody wants the rest, and gives rows (R); see functions.py

The answer is O (done, with what an analysis found) or E (failed: JSON {type, message, traceback}). The function's own output goes
to standard error; nothing but messages goes over the socket.
"""

import json
import os
import socket
import struct
import sys
import threading
import time
import traceback

from firesteel import files


class Channel:
    def __init__(self, connection):
        self._connection = connection

    def _read(self, count):
        pieces = bytearray()
        while len(pieces) < count:
            piece = self._connection.recv(min(count - len(pieces), 1 << 20))
            if not piece:
                os._exit(0)  # the engine does not want us any more
            pieces += piece
        return bytes(pieces)

    def receive(self):
        length, kind = struct.unpack("<Ic", self._read(5))
        return kind.decode("ascii"), self._read(length)

    def send(self, kind, payload=b""):
        size = payload.size if hasattr(payload, "size") else len(payload)
        header = struct.pack("<Ic", size, kind.encode("ascii"))
        if size < 1 << 16:
            self._connection.sendall(header + bytes(payload))
        else:
            self._connection.sendall(header)
            self._connection.sendall(payload)

    def send_error(self, error):
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        description = {"type": type(error).__name__, "message": str(error), "traceback": text}
        self.send("E", json.dumps(description).encode("utf-8"))


def unpickled(code):
    from pyspark import cloudpickle

    return cloudpickle.loads(code)


def check_version(wanted):
    own = "%d.%d" % sys.version_info[:2]
    if wanted and wanted != own:
        raise RuntimeError(
            "The program runs in Python %s, its functions would run in %s: pickled functions do not "
            "go from one to the other. Start the server with --python." % (wanted, own)
        )


def enter_partition(number, properties):
    """Tells code that asks TaskContext where it runs."""
    from pyspark.taskcontext import TaskContext

    context = TaskContext._getOrCreate()
    context._partitionId = number
    context._localProperties = properties
    TaskContext._setTaskContext(context)


class ForeachBatch:
    """A function of a DataFrame, which it reaches as a client of the session it came from."""

    def __init__(self, header, code):
        from pyspark.sql.connect.session import SparkSession

        self._session = SparkSession.builder.remote(header["sessionUrl"]).getOrCreate()
        self._function = unpickled(code)

    def call(self, channel, kind, payload):
        request = json.loads(payload)
        frame = self._session._create_remote_dataframe(request["frame"])
        self._function(frame, request["batchId"])


class Foreach:
    """A function of a partition's number and the rows in it."""

    def __init__(self, header, code):
        from pyspark.sql.types import StructType

        self._schema = StructType.fromJson(header["input"])
        self._function = unpickled(code)[0]

    def call(self, channel, kind, payload):
        request = json.loads(payload)
        enter_partition(
            request["partition"], {"streaming.sql.batchId": str(request["batchId"])}
        )
        rows = self._rows(channel)
        try:
            for _ in self._function(request["partition"], rows):
                pass
        finally:
            for _ in rows:  # what the function left
                pass

    def _rows(self, channel):
        ended = False
        try:
            while not ended:
                kind, payload = channel.receive()
                if kind == "F":
                    ended = True
                else:
                    yield from self._converted(payload)
        except GeneratorExit:
            while not ended:
                ended = channel.receive()[0] == "F"
            raise

    def _converted(self, payload):
        import pyarrow

        try:
            from pyspark.sql.conversion import ArrowTableToRowsConversion
        except ImportError:  # PySpark 4.0
            from pyspark.sql.connect.conversion import ArrowTableToRowsConversion
        with pyarrow.ipc.open_stream(payload) as stream:
            table = stream.read_all()
        return ArrowTableToRowsConversion.convert(table, self._schema)


def column_task(header, code):
    from firesteel import functions

    return functions.loaded(header, code)


def table_analysis(header, code):
    from firesteel import tables

    return tables.Analysis(header, code)


KINDS = {
    "foreachBatch": ForeachBatch,
    "foreach": Foreach,
    "columns": column_task,
    "analyze": table_analysis,
}


def loaded(payload):
    (length,) = struct.unpack_from("<I", payload)
    header = json.loads(payload[4 : 4 + length])
    check_version(header["pythonVersion"])
    files.use(header.get("files") or header.get("settings", {}).get("files"))
    return KINDS[header["kind"]](header, payload[4 + length :])


def serve(channel):
    function = None
    while True:
        kind, payload = channel.receive()
        if kind == "X":  # crossed with the end of the functions
            continue
        try:
            answer = None
            if kind == "L":
                function = None
                function = loaded(payload)
            else:
                answer = function.call(channel, kind, payload)
        except BaseException as error:  # sys.exit() of the user is no reason to end either
            channel.send_error(error)
        else:
            channel.send("O", answer or b"")


def end_with_parent(parent):
    """A function that never returns would outlive an engine that was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main():
    connection = socket.socket(fileno=3)
    connection.set_inheritable(False)
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    serve(Channel(connection))


if __name__ == "__main__":
    main()
