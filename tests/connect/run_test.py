"""Programs under `firesteel run`: those in jobs/, each of which prints what it should, and how their
ends and signals come through.

usage: run_test.py FIRESTEEL [unittest's arguments]
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from running_server import skip_without_pyspark

FIRESTEEL = None
JOBS = pathlib.Path(__file__).resolve().parent / "jobs"


def command(script, *arguments):
    return [FIRESTEEL, "run", "--python", sys.executable, str(script), *arguments]


class RunTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.directory.cleanup()

    def script(self, text, name="job.py"):
        path = os.path.join(self.directory.name, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def run_script(self, text, *arguments, name="job.py"):
        return subprocess.run(
            command(self.script(text, name), *arguments), capture_output=True, text=True, timeout=120
        )


def test_of(job):
    expected = [line[4:] for line in job.read_text().splitlines() if line.startswith("#=> ")]

    def test(self):
        done = subprocess.run(
            command(job, self.directory.name), cwd=self.directory.name, capture_output=True,
            text=True, timeout=120,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines(), expected, done.stderr)

    return test


class Examples(RunTest):
    def test_network_word_count(self):
        example = JOBS.parents[2] / "examples" / "structured_network_wordcount.py"
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(120)
            port = str(server.getsockname()[1])
            process = subprocess.Popen(
                command(example, "127.0.0.1", port), stdout=subprocess.PIPE, text=True
            )
            try:
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"cat dog\ndog owl\n")
                    output = ""
                    for line in process.stdout:
                        output += line
                        if "| dog|    2|" in output and "| owl|    1|" in output:
                            break
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)
        self.assertIn("| dog|    2|", output)


class Jobs(RunTest):
    pass


for job in sorted(JOBS.glob("*.py")):
    setattr(Jobs, "test_" + job.stem, test_of(job))


class Ends(RunTest):
    def test_the_exit_status_is_the_programs(self):
        self.assertEqual(self.run_script("import sys\nsys.exit(7)").returncode, 7)

    def test_an_exception_prints_its_traceback(self):
        done = self.run_script("def f():\n    raise KeyError('lost')\nf()\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("KeyError: 'lost'", done.stderr)
        self.assertIn("line 2, in f", done.stderr)
        self.assertNotIn("launcher.py", done.stderr)

    def test_a_missing_script_is_told(self):
        done = subprocess.run(command("/no/such/job.py"), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("/no/such/job.py", done.stderr)

    def test_options_after_the_script_are_the_scripts(self):
        done = self.run_script("import sys\nprint(sys.argv[1:])", "--python", "x", "--conf", "-h")
        self.assertEqual(done.stdout, "['--python', 'x', '--conf', '-h']\n", done.stderr)

    def test_a_sql_script(self):
        done = self.run_script("SELECT 6 * 7 AS answer;", name="job.sql")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("42", done.stdout)

    def signalled(self, text, number):
        process = subprocess.Popen(
            command(self.script(text)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(number)
        out, _ = process.communicate(timeout=60)
        return process.returncode, out

    def test_a_signal_reaches_the_program(self):
        text = (
            "import signal, sys, time\n"
            "signal.signal(signal.SIGTERM, lambda *_: (print('asked', flush=True), sys.exit(3)))\n"
            "print('ready', flush=True)\n"
            "time.sleep(1000)\n"
        )
        self.assertEqual(self.signalled(text, signal.SIGTERM), (3, "asked\n"))

    def test_a_program_that_a_signal_ends(self):
        text = "import time\nprint('ready', flush=True)\ntime.sleep(1000)\n"
        started = time.monotonic()
        self.assertEqual(self.signalled(text, signal.SIGTERM)[0], 128 + signal.SIGTERM)
        self.assertLess(time.monotonic() - started, 60)


if __name__ == "__main__":
    FIRESTEEL = sys.argv.pop(1)
    skip_without_pyspark()
    unittest.main(verbosity=2)
