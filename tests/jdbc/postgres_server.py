"""A PostgreSQL server of one's own for a test: in a new directory, on a free port, gone at the end.

    with PostgresServer() as server:
        server.url, server.user, server.password

Raises Missing where Debian's postgresql is not installed. As root it runs the server as `nobody`,
since PostgreSQL refuses to run as root.
"""
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time


class Missing(Exception):
    """The server's programs are not there."""


def find_programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not found:
        raise Missing("PostgreSQL's server is missing: install Debian's postgresql "
                      "(scripts/bootstrap --with-postgres)")
    return os.path.dirname(found[-1])


class PostgresServer:
    user = "firesteel"
    password = "canary-pa55word"

    def __enter__(self):
        self.programs = find_programs()
        self.directory = tempfile.mkdtemp(prefix="firesteel-postgres-")
        self.process = None
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _command(self, program, *arguments):
        return [os.path.join(self.programs, program), *arguments]

    def _identity(self):
        """Keyword arguments that run a program as somebody who is not root."""
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        os.chown(self.directory, nobody.pw_uid, nobody.pw_gid)
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def _start(self):
        identity = self._identity()
        data = os.path.join(self.directory, "data")
        secret = os.path.join(self.directory, "secret")
        with open(secret, "w", encoding="ascii") as file:
            file.write(self.password + "\n")
        os.chmod(secret, 0o644)
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        subprocess.run(
            self._command("initdb", "-D", data, "-U", self.user, "--pwfile", secret, "--auth",
                          "scram-sha-256", "-E", "UTF8", "--no-sync"),
            check=True, capture_output=True, cwd=self.directory, env=environment, **identity)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(os.path.join(self.directory, "log"), "wb") as log:
            self.process = subprocess.Popen(
                self._command("postgres", "-D", data, "-h", "127.0.0.1", "-p", str(self.port),
                              "-k", self.directory, "-c", "fsync=off"),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                cwd=self.directory, env=environment, **identity)
        self.url = f"jdbc:postgresql://127.0.0.1:{self.port}/postgres"
        deadline = time.monotonic() + 60
        while True:
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(os.path.join(self.directory, "log"), encoding="utf-8") as log:
                    raise RuntimeError("PostgreSQL did not start:\n" + log.read())
            ready = subprocess.run(
                self._command("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)),
                check=False)
            if ready.returncode == 0:
                return
            time.sleep(0.1)

    def sql(self, text):
        """Runs SQL by psql; gives the rows' values as text, NULL as None."""
        done = subprocess.run(
            self._command("psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-P", "null=\x1e",
                          "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                          "-U", self.user, "-d", "postgres", "-c", text),
            check=True, capture_output=True, text=True,
            env={"PATH": os.environ["PATH"], "PGPASSWORD": self.password, "PGTZ": "UTC"})
        return [tuple(None if value == "\x1e" else value for value in line.split("\x1f"))
                for line in done.stdout.split("\n")[:-1]]

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
