"""Firesteel for Python: a session of PySpark on a Firesteel server."""

import os

__all__ = ["session"]


def session(remote=None):
    """The PySpark session on the server at `remote`, $SPARK_REMOTE or sc://127.0.0.1:15002."""
    from pyspark.sql import SparkSession

    url = remote or os.environ.get("SPARK_REMOTE") or "sc://127.0.0.1:15002"
    return SparkSession.builder.remote(url).getOrCreate()
