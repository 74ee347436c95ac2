#!/usr/bin/env python3
"""Whether the broker of these tests works at all: topics, records, a stop and a crash.

    broker_test.py JARS
"""

import sys
import unittest

from kafka_broker import KafkaBroker


class BrokerTest(unittest.TestCase):
    def test_records_survive_a_stop_and_a_crash(self):
        with KafkaBroker.for_tests(JARS) as broker:
            broker.create_topic("events", 2)
            broker.produce("events", ["a:1", "b:2"], "-p", "1", "-K", ":")
            broker.stop()
            broker.start()
            self.assertEqual(broker.consume("events", "%p %o %k %s\\n"), ["1 0 a 1", "1 1 b 2"])
            broker.produce("events", ["3"], "-p", "0")
            broker.kill()
            broker.start()
            self.assertEqual(sorted(broker.consume("events")), ["1", "2", "3"])


if __name__ == "__main__":
    JARS = sys.argv.pop(1)
    KafkaBroker.for_tests(JARS).__exit__()
    unittest.main()
