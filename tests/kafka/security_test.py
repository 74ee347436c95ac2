#!/usr/bin/env python3
"""SASL and TLS against a real broker, and that secrets appear nowhere. See kafka_case.py."""

import io
import pathlib
import subprocess
import tempfile
import unittest
from contextlib import redirect_stdout

from kafka_broker import KafkaBroker, free_ports
from kafka_case import RunningServer, arguments, run_tests

CANARY = "canary-pa55word"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"


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


class SecurityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="firesteel-kafka-security-"))
        store, cls.certificate = make_certificate(cls.directory)
        cls.broker = KafkaBroker.for_tests(arguments["jars"])
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
            "sasl.enabled.mechanisms": "PLAIN",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": store,
        }
        for listener in ("sasl", "tls"):
            cls.broker.properties["listener.name.%s.plain.sasl.jaas.config" % listener] = (
                '%s required user_reader="%s";' % (PLAIN, CANARY))
        cls.broker.start()
        cls.broker.create_topic("events", 1)
        cls.server = RunningServer(arguments["firesteel"])
        cls.spark = cls.server.session()

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()
        cls.server.stop()
        cls.broker.__exit__()

    def configure(self, target, listener, password=CANARY):
        options = {
            "kafka.bootstrap.servers": self.addresses[listener],
            "kafka.security.protocol": "SASL_SSL" if listener == "TLS" else "SASL_PLAINTEXT",
            "kafka.sasl.mechanism": "PLAIN",
            "kafka.sasl.jaas.config":
                '%s required username="reader" password="%s";' % (PLAIN, password),
        }
        if listener == "TLS":
            options["kafka.ssl.truststore.location"] = str(self.certificate)
            options["kafka.ssl.truststore.type"] = "PEM"
        for name, value in options.items():
            target = target.option(name, value)
        return target

    def read(self, *how):
        return self.configure(self.spark.read.format("kafka").option("subscribe", "events"), *how)

    def test_reads_and_writes(self):
        rows = 0
        for listener in ("SASL", "TLS"):
            for exactly_once in ("false", "true"):
                writer = (self.spark.sql("SELECT 'v' AS value").write.format("kafka")
                          .option("topic", "events")
                          .option("firesteel.kafka.exactlyOnce", exactly_once))
                self.configure(writer, listener).save()
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


if __name__ == "__main__":
    run_tests()
