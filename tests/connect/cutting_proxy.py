"""A proxy between a client of Spark Connect and its server that cuts their connections.

It forwards bytes and understands as much of HTTP/2 and gRPC as it needs to know where a response
ends (RFC 9113, RFC 7541): frames, the path of each stream, the messages in a stream's data.
"""

import random
import socket
import threading

PREFACE_BYTES = 24
FRAME_HEADER_BYTES = 9
MESSAGE_HEADER_BYTES = 5
DATA, HEADERS, CONTINUATION = 0, 1, 9
END_STREAM, END_HEADERS, PADDED, PRIORITY = 1, 4, 8, 32
# The paths of these have many responses, and their client comes back for the rest.
STREAMING = ("ExecutePlan", "ReattachExecute")


class HeaderTable:
    """Finds the paths in a client's header blocks; all that it must know of the other headers is
    which of them stand in the table that later blocks refer to."""

    STATIC_ENTRIES = 61
    STATIC_PATHS = {4: "/", 5: "/index.html"}
    STATIC_PATH_NAMES = (4, 5)
    CAPACITY_BYTES = 4096

    def __init__(self):
        self.entries = []  # (whether it is the path, value, bytes), newest first

    def path(self, block):
        at, path = 0, None
        while at < len(block):
            first = block[at]
            if first & 0x80:  # all of it stands in a table
                index, at = self.number(block, at, 7)
                if index > self.STATIC_ENTRIES:
                    is_path, value, _ = self.entries[index - self.STATIC_ENTRIES - 1]
                    path = value if is_path else path
                else:
                    path = self.STATIC_PATHS.get(index, path)
            elif first & 0xE0 == 0x20:  # a new capacity; entries leave it as they come
                self.CAPACITY_BYTES, at = self.number(block, at, 5)
            else:
                kept = first & 0x40
                is_path, name_bytes, value, at = self.literal(block, at, 6 if kept else 4)
                path = value if is_path else path
                if kept:
                    self.entries.insert(0, (is_path, value, name_bytes + len(value) + 32))
            while sum(entry[2] for entry in self.entries) > self.CAPACITY_BYTES:
                self.entries.pop()
        return path

    def literal(self, block, at, bits):
        index, at = self.number(block, at, bits)
        if index > self.STATIC_ENTRIES:
            is_path, old, size = self.entries[index - self.STATIC_ENTRIES - 1]
            name_bytes = size - 32 - len(old)
        elif index:
            is_path, name_bytes = index in self.STATIC_PATH_NAMES, 16  # about so
        else:
            name, at = self.text(block, at)
            is_path, name_bytes = name == ":path", len(name)
        value, at = self.text(block, at)
        return is_path, name_bytes, value, at

    @staticmethod
    def number(block, at, bits):
        limit = (1 << bits) - 1
        value = block[at] & limit
        at += 1
        shift = 0
        while value >= limit:
            value += (block[at] & 0x7F) << shift
            shift += 7
            at += 1
            if not block[at - 1] & 0x80:
                break
        return value, at

    def text(self, block, at):
        compressed = block[at] & 0x80
        length, at = self.number(block, at, 7)
        piece = block[at : at + length]
        # Clients of gRPC do not compress the names of methods.
        return "" if compressed else piece.decode("latin-1"), at + length


def frames(buffer):
    """Takes the whole frames off a bytearray: (type, flags, stream, all bytes of it)."""
    while len(buffer) >= FRAME_HEADER_BYTES:
        length = FRAME_HEADER_BYTES + int.from_bytes(buffer[0:3], "big")
        if len(buffer) < length:
            return
        frame = bytes(buffer[:length])
        del buffer[:length]
        yield frame[3], frame[4], int.from_bytes(frame[5:9], "big") & 0x7FFFFFFF, frame


def without_padding(flags, payload):
    if flags & PADDED:
        return payload[1 : len(payload) - payload[0]]
    return payload


class Connection:
    """One connection of a client and the one it was given to the server."""

    def __init__(self, proxy, client):
        self.proxy = proxy
        self.client = client
        self.server = socket.create_connection(proxy.server)
        for side in (self.client, self.server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lock = threading.Lock()
        self.cut_off = False
        self.paths = {}  # by stream
        self.threads = [
            threading.Thread(target=self.run, args=(function,), daemon=True)
            for function in (self.requests, self.responses)
        ]

    def run(self, function):
        try:
            function()
        except OSError:
            pass
        self.close()

    def close(self):
        for side in (self.client, self.server):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """What the client has been sent it can still read; nothing else comes through."""
        with self.lock:
            if self.cut_off:
                return
            self.cut_off = True
        self.proxy.count_cut()
        self.server.close()
        self.client.shutdown(socket.SHUT_WR)

    def requests(self):
        raise NotImplementedError

    def responses(self):
        raise NotImplementedError


class CutAfterEveryResponse(Connection):
    """Ends after the first message of a stream of responses, or after a response that is alone."""

    def __init__(self, proxy, client):
        super().__init__(proxy, client)
        self.left = {}  # bytes that come before the end of the message, by stream

    def requests(self):
        table, buffer, started, block = HeaderTable(), bytearray(), False, b""
        while data := self.client.recv(65536):
            if self.cut_off:
                continue
            buffer += data
            if not started and len(buffer) >= PREFACE_BYTES:
                started = True
                del buffer[:PREFACE_BYTES]
            for kind, flags, stream, frame in frames(buffer) if started else ():
                if kind not in (HEADERS, CONTINUATION):
                    continue
                payload = frame[FRAME_HEADER_BYTES:]
                if kind == HEADERS:
                    payload = without_padding(flags, payload)[5 if flags & PRIORITY else 0 :]
                    block = b""
                block += payload
                if flags & END_HEADERS:
                    self.paths[stream] = table.path(block) or ""
            self.server.sendall(data)

    def responses(self):
        buffer = bytearray()
        while data := self.server.recv(65536):
            buffer += data
            for kind, flags, stream, frame in frames(buffer):
                end = len(frame)
                streaming = self.paths.get(stream, "").endswith(STREAMING)
                if kind == DATA and streaming:
                    end = self.end_of_message(stream, frame)
                if end is None or (flags & END_STREAM and end == len(frame)):
                    self.client.sendall(frame)
                    if flags & END_STREAM and self.paths.get(stream):
                        return self.cut()
                elif kind == DATA and streaming:
                    # The frame as if it were over where the message is.
                    length = (end - FRAME_HEADER_BYTES).to_bytes(3, "big")
                    self.client.sendall(length + frame[3:end])
                    return self.cut()
                else:
                    self.client.sendall(frame)

    def end_of_message(self, stream, frame):
        """Where in the frame the stream's first message ends; None where it does not."""
        header, at = self.left.setdefault(stream, [b"", 0]), FRAME_HEADER_BYTES
        while at < len(frame):
            if len(header[0]) < MESSAGE_HEADER_BYTES:
                header[0] += frame[at : at + 1]
                at += 1
                if len(header[0]) == MESSAGE_HEADER_BYTES:
                    header[1] = int.from_bytes(header[0][1:], "big")
                    if header[1] == 0:
                        return at
                continue
            taken = min(header[1], len(frame) - at)
            header[1] -= taken
            at += taken
            if header[1] == 0:
                return at
        return None


class CutAtRandomBytes(Connection):
    """Ends after a number of bytes, wherever that is: small numbers are as likely as large ones."""

    SMALLEST, DOUBLINGS = 64, 20

    def __init__(self, proxy, client):
        super().__init__(proxy, client)
        self.left = int(self.SMALLEST * 2 ** (proxy.random.random() * self.DOUBLINGS))

    def forward(self, source, target):
        while data := source.recv(65536):
            if self.cut_off:
                continue
            with self.lock:
                piece = data[: self.left]
                self.left -= len(piece)
            target.sendall(piece)
            if self.left == 0:
                self.cut()

    def requests(self):
        self.forward(self.client, self.server)

    def responses(self):
        self.forward(self.server, self.client)


class CuttingProxy:
    def __init__(self, server_url, kind, seed=1):
        host, port = server_url[len("sc://") :].rsplit(":", 1)
        self.server = (host, int(port))
        self.kind = kind
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.cuts = 0
        self.stopped = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "sc://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                connection = self.kind(self, client)
            except OSError:
                client.close()
                continue
            for thread in connection.threads:
                thread.start()

    def count_cut(self):
        with self.lock:
            self.cuts += 1

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
