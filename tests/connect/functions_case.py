"""What tests of functions of Python have in common."""

import os
import tempfile
import unittest

from running_server import RunningServer, workers_of


class FunctionsTest(unittest.TestCase):
    firesteel = None  # the program

    @classmethod
    def setUpClass(cls):
        cls.server = RunningServer(cls.firesteel)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.spark = self.server.session()
        self.directory = tempfile.TemporaryDirectory()

    def tearDown(self):
        for query in self.spark.streams.active:
            query.stop()
        self.spark.stop()
        self.directory.cleanup()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def rows(self, frame):
        return [tuple(row) for row in frame.collect()]

    def workers(self):
        return workers_of(self.server.process.pid)

    def fails(self, *pieces):
        """Expects PythonException with all pieces in its text."""
        from pyspark.errors import PythonException

        test = self

        class Context:
            def __enter__(self):
                return self

            def __exit__(self, kind, error, trace):
                test.assertIsInstance(error, PythonException)
                for piece in pieces:
                    test.assertIn(piece, str(error))
                return True

        return Context()
