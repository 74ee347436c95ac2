#!/usr/bin/env python3
"""Compares the lists of messages in docs/pyspark.md with what the server's translator takes.

    pyspark_doc_test.py docs/pyspark.md SOURCES [--write]

The kinds of messages come from the protocol of the PySpark client that runs this, those that are
taken from the `case` labels of the translator's switches, which name them all.
"""
import os
import re
import sys
import textwrap

SKIPPED = 77
BEGIN, END = "<!-- messages: begin -->\n", "<!-- messages: end -->\n"
SERVER = "connect/server/"
# Kinds that nobody sends, or that are no part of SQL, DataFrames and streaming.
LEFT_OUT = {"unknown", "extension", "ml_command", "ml_relation", "pipeline_command",
            "pipeline_event_result"}


def kinds():
    """(title, the names of a protocol's oneof, how the switch calls it, its files) for each row."""
    from pyspark.sql.connect.proto import base_pb2, catalog_pb2, commands_pb2
    from pyspark.sql.connect.proto import expressions_pb2, relations_pb2

    def oneof(message, name):
        return [field.name for field in message.DESCRIPTOR.oneofs_by_name[name].fields]

    yield ("Relations", oneof(relations_pb2.Relation, "rel_type"), "Relation",
           ["plan_translator.cc"])
    yield ("Expressions", oneof(expressions_pb2.Expression, "expr_type"), "ProtocolExpression",
           ["translate/expressions.cc"])
    yield ("Commands", oneof(commands_pb2.Command, "command_type"), "Command",
           ["execute_command.cc"])
    yield ("Catalog", oneof(catalog_pb2.Catalog, "cat_type"), "Message",
           ["translate/catalog.cc", "catalog_lists.cc"])
    yield ("AnalyzePlan", oneof(base_pb2.AnalyzePlanRequest, "analyze"), "Request",
           ["analyze_request.cc"])


def camel(name):
    return "k" + "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def lists(sources):
    lines = ["| messages | taken | refused |\n", "|---|---|---|\n"]
    for title, names, scope, files in kinds():
        text = ""
        for name in files:
            with open(os.path.join(sources, SERVER, name), encoding="utf-8") as file:
                text += file.read()
        cases = set(re.findall(r"case \w*%s::(k\w+)" % scope, text))
        unknown = cases - {camel(name) for name in names}
        if len(cases) == 0:
            sys.exit("No case of %s in %s" % (scope, files))
        names = [name for name in names if name not in LEFT_OUT]
        taken = [name for name in names if camel(name) in cases]
        refused = [name for name in names if camel(name) not in cases]
        # Of a newer protocol than this client's.
        taken += sorted(name[1:] for name in unknown)
        lines.append("| %s | %s | %s |\n" % (title, code(taken), code(refused)))
    return "".join(lines)


def code(names):
    return ", ".join("`%s`" % name for name in names) or "–"


def main():
    document, sources = sys.argv[1:3]
    try:
        import pyspark.sql.connect.proto  # noqa: F401
    except ImportError as error:
        print("SKIPPED: %s has no PySpark client: %s" % (sys.executable, error))
        sys.exit(SKIPPED)
    with open(document, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    current, after = rest.split(END)
    wanted = lists(sources)
    if current == wanted:
        return
    if "--write" in sys.argv:
        with open(document, "w", encoding="utf-8") as file:
            file.write(before + BEGIN + wanted + END + after)
        return
    sys.exit(textwrap.fill(
        "%s does not say what the translator takes; run tests/pyspark_doc_test.py with the same "
        "arguments and --write" % document))


if __name__ == "__main__":
    main()
