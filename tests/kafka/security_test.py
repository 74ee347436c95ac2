#!/usr/bin/env python3
"""SASL and TLS against a real broker, and that secrets appear nowhere. See kafka_case.py."""

import io
import pathlib
import shutil
import subprocess
import time
import tempfile
import unittest
from contextlib import redirect_stdout

from kafka_broker import KafkaBroker, free_ports
from kafka_case import RunningServer, arguments, run_tests, wait_for

CANARY = "canary-pa55word"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
# The last brokers that take SCRAM as librdkafka before 2.6.1 speaks it.
LENIENT_KAFKA = "3.9.1"
# How long the broker believes a client that speaks SASL without TLS: shorter than a test.
SESSION_MS = 1500


def make_certificate(directory):
    """A key with its certificate, for the broker, and the certificate alone, for clients."""
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out",
         str(certificate), "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    both = directory / "both.pem"
    both.write_text(key.read_text() + certificate.read_text())
    return both, certificate


class SecuredCase(unittest.TestCase):
    VERSION = None
    MECHANISMS = ["PLAIN"]

    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="firesteel-kafka-security-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        store, cls.certificate = make_certificate(cls.directory)
        cls.broker = KafkaBroker.for_tests(arguments["jars"], version=cls.VERSION)
        sasl, tls = free_ports(9)[7:]
        cls.addresses = {"SASL": "127.0.0.1:%d" % sasl, "TLS": "127.0.0.1:%d" % tls}
        names = "SASL://%(SASL)s,TLS://%(TLS)s" % cls.addresses
        cls.broker.properties = {
            "listeners": "PLAINTEXT://%s,CONTROLLER://127.0.0.1:%d,%s"
                         % (cls.broker.address, cls.broker.controller_port, names),
            "advertised.listeners": "PLAINTEXT://%s,%s" % (cls.broker.address, names),
            "listener.security.protocol.map":
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SASL_SSL",
            "inter.broker.listener.name": "PLAINTEXT",
            "sasl.enabled.mechanisms": ",".join(cls.MECHANISMS),
            "listener.name.sasl.connections.max.reauth.ms": SESSION_MS,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": store,
        }
        for listener in ("sasl", "tls"):
            cls.broker.properties["listener.name.%s.plain.sasl.jaas.config" % listener] = (
                '%s required user_reader="%s";' % (PLAIN, CANARY))
            for mechanism in ("scram-sha-256", "scram-sha-512"):
                cls.broker.properties["listener.name.%s.%s.sasl.jaas.config"
                                      % (listener, mechanism)] = SCRAM + " required;"
        cls.broker.start()
        cls.broker.create_topic("events", 1)
        cls.server = RunningServer(arguments["firesteel"], log=cls.directory / "server.log")
        cls.spark = cls.server.session()

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()
        cls.server.stop()
        cls.broker.__exit__()
        cls.server.check_kept(CANARY)

    def configure(self, target, listener, password=CANARY, mechanism="PLAIN"):
        options = {
            "kafka.bootstrap.servers": self.addresses[listener],
            "kafka.security.protocol": "SASL_SSL" if listener == "TLS" else "SASL_PLAINTEXT",
            "kafka.sasl.mechanism": mechanism,
            "kafka.sasl.jaas.config":
                '%s required username="reader" password="%s";'
                % (PLAIN if mechanism == "PLAIN" else SCRAM, password),
        }
        if listener == "TLS":
            options["kafka.ssl.truststore.location"] = str(self.certificate)
            options["kafka.ssl.truststore.type"] = "PEM"
        for name, value in options.items():
            target = target.option(name, value)
        return target

    def read(self, *how, **more):
        return self.configure(self.spark.read.format("kafka").option("subscribe", "events"), *how,
                              **more)

    def write(self, listener, exactly_once="false", **more):
        writer = (self.spark.sql("SELECT 'v' AS value").write.format("kafka")
                  .option("topic", "events").option("firesteel.kafka.exactlyOnce", exactly_once))
        self.configure(writer, listener, **more).save()


class SecurityTest(SecuredCase):
    def test_reads_and_writes(self):
        rows = 0
        for listener in ("SASL", "TLS"):
            for exactly_once in ("false", "true"):
                self.write(listener, exactly_once)
                rows += 1
            self.assertLessEqual(rows, self.read(listener).load().count())

    def test_a_wrong_password_fails_soon_and_is_not_told(self):
        with self.assertRaises(Exception) as caught:
            self.read("SASL", "wrong-" + CANARY).load().collect()
        self.assertIn("Authentication failed", str(caught.exception))
        self.assertNotIn(CANARY, str(caught.exception))

    def test_an_unknown_certificate_is_refused(self):
        other = self.directory / "other"
        other.mkdir(exist_ok=True)
        _, certificate = make_certificate(other)
        reader = self.read("TLS").option("kafka.ssl.truststore.location", str(certificate))
        with self.assertRaisesRegex(Exception, "(?i)certificate"):
            reader.load().collect()

    def test_a_stream_outlives_its_credentials(self):
        """The broker ends connections when their time is over; clients prove themselves anew."""
        frame = self.configure(
            self.spark.readStream.format("kafka").option("subscribe", "events")
            .option("startingOffsets", "latest"), "SASL").load()
        query = frame.select("offset").writeStream.format("memory").queryName("outlives").start()
        query.processAllAvailable()
        for i in range(1, 4):
            time.sleep(1.3 * SESSION_MS / 1000)  # the time of the credentials itself
            self.broker.produce("events", [str(i)])
            wait_for(lambda: self.spark.table("outlives").count() == i)
        self.assertTrue(query.isActive)
        query.stop()

    def test_secrets_are_in_no_output(self):
        frame = self.configure(self.spark.readStream.format("kafka").option("subscribe", "events"),
                               "SASL").load()
        checkpoint = self.directory / "checkpoint"
        query = (self.configure(frame.select("value").writeStream.format("kafka")
                                .option("topic", "events")
                                .option("checkpointLocation", str(checkpoint)), "SASL")
                 .start())
        query.processAllAvailable()
        shown = io.StringIO()
        with redirect_stdout(shown):
            frame.explain(True)
            query.explain(True)
        texts = [shown.getvalue(), str(query.lastProgress), str(query.status)]
        query.stop()
        for path in checkpoint.rglob("*"):
            if path.is_file():
                texts.append(path.read_bytes().decode(errors="replace"))
        for text in texts:
            self.assertNotIn(CANARY, text)


class ScramTest(SecuredCase):
    VERSION = LENIENT_KAFKA
    MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

    def test_reads_and_writes(self):
        for mechanism in self.MECHANISMS[1:]:
            password = CANARY + mechanism
            self.broker.add_scram_user("reader", mechanism, password)
            for listener in ("SASL", "TLS"):
                for exactly_once in ("false", "true"):
                    self.write(listener, exactly_once, mechanism=mechanism, password=password)
                rows = self.read(listener, mechanism=mechanism, password=password).load().count()
                self.assertLessEqual(2, rows)
            with self.assertRaises(Exception) as caught:
                self.read("SASL", mechanism=mechanism, password="wrong").load().collect()
            self.assertIn("Authentication failed", str(caught.exception))
            self.assertNotIn(CANARY, str(caught.exception))


class StrictScramTest(SecuredCase):
    """Brokers of Kafka 4 compare SCRAM's nonce as the standard has it."""

    MECHANISMS = ["PLAIN", "SCRAM-SHA-256"]

    def test_works_or_says_what_is_missing(self):
        self.broker.add_scram_user("reader", "SCRAM-SHA-256", CANARY)
        try:
            self.write("SASL", mechanism="SCRAM-SHA-256")
        except Exception as error:
            self.assertRegex(str(error), "librdkafka [0-9.]+ cannot authenticate by SCRAM")
            self.assertNotIn(CANARY, str(error))


if __name__ == "__main__":
    run_tests()
