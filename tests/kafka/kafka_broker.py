"""A real Kafka broker for tests: one process in a directory of its own.

    with KafkaBroker.for_tests(JARS) as broker:  # ends the program, visibly, where it cannot
        broker.create_topic("events", 3)
        ... broker.address, broker.stop(), broker.kill(), broker.start() ...

`version` gives another version of Kafka than the one in pom.xml.

JARS is a directory that keeps the broker's jars from one run to the next; Maven fills it the first
time. Needs Java 17 and, that first time, Maven and its registry. Produces and consumes with kcat.
With FIRESTEEL_NEEDS_KAFKA=1 what is missing is a failure, not a reason to skip.
"""

import fcntl
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
POM = pathlib.Path(__file__).resolve().parent / "pom.xml"
JAVA = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
CLUSTER_ID = "ZmlyZXN0ZWVsLXRlc3RzLQ"
START_SECONDS = 90


def skip(reason):
    if os.environ.get("FIRESTEEL_NEEDS_KAFKA") == "1":
        sys.exit("kafka_broker: %s (FIRESTEEL_NEEDS_KAFKA=1)" % reason)
    print("SKIPPED: no Kafka broker here: %s" % reason)
    sys.exit(SKIPPED)


def fetch_jars(directory, version=None):
    """Fills the directory by Maven, once; test programs that come at the same time wait."""
    directory.mkdir(parents=True, exist_ok=True)
    done = directory / "complete"
    with open(directory / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists() and done.read_text() == POM.read_text():
            return
        if shutil.which("mvn") is None:
            skip("Maven is not installed (scripts/debian-packages-kafka.txt)")
        for jar in directory.glob("*.jar"):
            jar.unlink()
        got = subprocess.run(
            ["mvn", "-B", "-q", "-f", str(POM), "dependency:copy-dependencies",
             "-DincludeScope=runtime", "-DoutputDirectory=%s" % directory]
            + ([] if version is None else ["-Dkafka.version=" + version]),
            capture_output=True, text=True, timeout=600)
        if got.returncode != 0:
            skip("Maven could not get the jars: %s" % (got.stdout + got.stderr)[-600:])
        done.write_text(POM.read_text())


def free_ports(count):
    """Ports that nobody listens on, below those that the system gives to connections by itself."""
    ports = []
    # Programs that run at the same time have neighbouring ids, and look at different ports.
    port = 20000 + os.getpid() * 16 % 9000
    while len(ports) < count:
        port += 1
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                ports.append(port)
            except OSError:
                pass
    return ports


class KafkaBroker:
    def __init__(self, jars, properties=None):
        self.jars = jars
        self.properties = properties or {}
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="firesteel-kafka-"))
        self.port, self.controller_port = free_ports(2)
        self.address = "127.0.0.1:%d" % self.port
        self.process = None

    @classmethod
    def for_tests(cls, jars, properties=None, version=None):
        if shutil.which("java") is None:
            skip("Java is not installed (scripts/debian-packages-kafka.txt)")
        if shutil.which("kcat") is None:
            skip("kcat is not installed (scripts/debian-packages-kafka.txt)")
        directory = pathlib.Path(jars) if version is None else pathlib.Path(jars) / version
        fetch_jars(directory, version)
        return cls(directory, properties)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def settings(self):
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": "1@127.0.0.1:%d" % self.controller_port,
            "listeners": "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                         % (self.port, self.controller_port),
            "advertised.listeners": "PLAINTEXT://127.0.0.1:%d" % self.port,
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self.directory / "data",
            "auto.create.topics.enable": "false",
            # One broker keeps everything, and little of it.
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            # A killed broker is missed, and an old transaction ended, soon.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": 500,
            "log.retention.check.interval.ms": 500,
            "log.cleaner.backoff.ms": 500,
            "num.network.threads": 2,
            "num.io.threads": 2,
            "background.threads": 2,
            "log.cleaner.threads": 1,
            "log.cleaner.dedupe.buffer.size": 16 << 20,
        }
        settings.update(self.properties)
        return settings

    def start(self):
        file = self.directory / "server.properties"
        file.write_text("".join("%s=%s\n" % pair for pair in self.settings().items()))
        if not (self.directory / "data" / "meta.properties").exists():
            self.run_class("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(file))
        log_path = self.directory / "broker.log"
        with open(log_path, "w") as log:
            self.process = subprocess.Popen(
                JAVA + ["-Xms64m", "-Xmx400m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
                        "-cp", "%s/*" % self.jars, "kafka.Kafka", str(file)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + START_SECONDS
        while "Kafka Server started" not in log_path.read_text():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the broker does not start: %s" % log_path.read_text()[-2000:])
            time.sleep(0.05)
        return self.address

    def stop(self):
        self._end(signal.SIGTERM)

    def kill(self):
        self._end(signal.SIGKILL)

    def _end(self, how):
        self.process.send_signal(how)
        self.process.wait(timeout=60)
        self.process = None

    def run_class(self, name, *arguments):
        done = subprocess.run(
            JAVA + ["-Xmx256m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                    "-cp", "%s/*" % self.jars, name, *arguments],
            capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError("%s failed: %s%s" % (name, done.stdout, done.stderr))
        return done.stdout

    def tool(self, name, *arguments):
        """Runs a class of Kafka's own tools against this broker."""
        return self.run_class("org.apache.kafka.tools." + name, "--bootstrap-server", self.address,
                              *arguments)

    def add_scram_user(self, name, mechanism, password):
        """One mechanism at a time: the broker refuses a request with two for one user."""
        self.run_class("kafka.admin.ConfigCommand", "--bootstrap-server", self.address, "--alter",
                       "--add-config", "%s=[password=%s]" % (mechanism, password),
                       "--entity-type", "users", "--entity-name", name)

    def create_topic(self, name, partitions, **config):
        # Names of settings have dots, which keywords cannot have.
        settings = ["--config=%s=%s" % (key.replace("_", "."), value)
                    for key, value in config.items()]
        self.tool("TopicCommand", "--create", "--topic", name, "--partitions", str(partitions),
                  *settings)

    def delete_topic(self, name):
        self.tool("TopicCommand", "--delete", "--topic", name)

    def delete_records(self, topic, partition, before):
        file = self.directory / "delete.json"
        file.write_text('{"partitions":[{"topic":"%s","partition":%d,"offset":%d}],"version":1}'
                        % (topic, partition, before))
        self.tool("DeleteRecordsCommand", "--offset-json-file", str(file))

    def produce(self, topic, lines, *options):
        """Sends lines; `-p 1` chooses the partition, `-K :` splits off a key."""
        subprocess.run(["kcat", "-q", "-P", "-b", self.address, "-t", topic, *options],
                       input="".join(line + "\n" for line in lines), text=True, check=True,
                       timeout=120)

    def consume(self, topic, line_format="%s\\n", committed=True, *options):
        """All records of a topic, as lines."""
        level = "read_committed" if committed else "read_uncommitted"
        done = subprocess.run(
            ["kcat", "-q", "-C", "-e", "-o", "beginning", "-b", self.address, "-t", topic,
             "-X", "isolation.level=" + level, "-f", line_format, *options],
            capture_output=True, text=True, check=True, timeout=120)
        return done.stdout.splitlines()
