#!/usr/bin/env python3
"""Writes the Spark Connect message definitions of an installed PySpark as a FileDescriptorSet.

    connect_descriptors.py SITE_PACKAGES OUTPUT

The package's generated modules each carry one serialized FileDescriptorProto, which is taken out of
their source: importing them would need the protobuf version they were made for. Prints the names of
the .proto files, each after those that it imports.
"""
import ast
import pathlib
import sys


def field(data, number):
    """Yields the values of a length-delimited field of a serialized message."""
    position = 0

    def varint():
        nonlocal position
        value = shift = 0
        while True:
            byte = data[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(data):
        key = varint()
        if key & 7 == 2:
            length = varint()
            if key >> 3 == number:
                yield data[position:position + length]
            position += length
        elif key & 7 == 0:
            varint()
        else:
            position += {1: 8, 5: 4}[key & 7]


def serialized_file(module):
    """The bytes that the module hands to AddSerializedFile."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "AddSerializedFile":
            return ast.literal_eval(node.args[0])
    sys.exit(f"connect_descriptors: {module} holds no descriptor")


def length_prefix(size):
    encoded = bytearray()
    while size > 127:
        encoded.append(size & 127 | 128)
        size >>= 7
    return bytes(encoded + bytes([size]))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip().split("\n\n")[1].strip())
    directory = pathlib.Path(sys.argv[1]) / "pyspark/sql/connect/proto"
    files = {}
    for module in sorted(directory.glob("*_pb2.py")):
        descriptor = serialized_file(module)
        files[next(field(descriptor, 1)).decode()] = descriptor
    # The server's service and what it needs, not the examples of extensions.
    ordered = []

    def visit(name):
        if name in ordered or name not in files:
            return
        for imported in field(files[name], 3):
            visit(imported.decode())
        ordered.append(name)

    visit("spark/connect/base.proto")
    if not ordered:
        sys.exit(f"connect_descriptors: no spark/connect/base.proto below {directory}")
    with open(sys.argv[2], "wb") as output:
        for name in ordered:
            output.write(b"\x0a" + length_prefix(len(files[name])) + files[name])
    print("\n".join(ordered))


if __name__ == "__main__":
    main()
