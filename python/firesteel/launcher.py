"""Runs a PySpark program under `firesteel run`: python -m firesteel.launcher job.py [arguments].

Programs that were written for spark-submit run as they are. What only a JVM has is dropped with a
notice where it has no effect here, and named where the program needs something else instead.
"""

import os
import runpy
import sys
import traceback

# What Spark loads from packages and is built in here.
BUILT_IN = ("spark-sql-kafka", "spark-avro", "spark-protobuf", "spark-token-provider-kafka")
# Settings of how a JVM is started.
PACKAGE_SETTINGS = ("spark.jars.packages", "spark.jars", "spark.jars.repositories", "spark.jars.ivy")

_noticed = set()


def notice(text):
    if text not in _noticed:
        _noticed.add(text)
        print("firesteel run: " + text, file=sys.stderr)


def is_dropped(key, value):
    """Whether a setting of the session's builder has no meaning here; says so."""
    if key == "spark.master":
        if str(value).startswith("local"):
            notice("master %s is not needed: the program runs on Firesteel." % value)
        else:
            notice("master %s is not used: the program runs on Firesteel, here." % value)
        return True
    if key in PACKAGE_SETTINGS:
        foreign = [x for x in str(value).split(",") if x and not any(b in x for b in BUILT_IN)]
        if foreign and key in ("spark.jars.packages", "spark.jars"):
            notice("%s: %s cannot be loaded, there is no JVM." % (key, ", ".join(foreign)))
        return True
    return False


class SparkContext:
    """The few members of spark.sparkContext that programs use besides RDDs."""

    def __init__(self, session):
        self._session = session

    def setLogLevel(self, level):
        pass

    @property
    def appName(self):
        return self._session.conf.get("spark.app.name", "firesteel")

    @property
    def applicationId(self):
        return "firesteel-" + self._session.session_id

    @property
    def version(self):
        return self._session.version

    @property
    def defaultParallelism(self):
        return os.cpu_count() or 1

    @property
    def master(self):
        return "local[*]"

    def stop(self):
        self._session.stop()

    def __getattr__(self, name):
        raise NotImplementedError(
            "spark.sparkContext.%s needs a JVM. Firesteel offers setLogLevel, appName, applicationId, "
            "version, defaultParallelism; instead of RDDs use DataFrames: spark.createDataFrame, "
            "mapInArrow, mapInPandas, toArrow." % name
        )


def without_dropped_settings(builder):
    """The builder's class with a config() that leaves out what is_dropped."""
    original = builder.config

    def config(self, key=None, value=None, *, conf=None, map=None):
        if conf is not None:
            for name, setting in conf.getAll():
                config(self, name, setting)
            return self
        if map is not None:
            for name, setting in map.items():
                config(self, name, setting)
            return self
        return self if is_dropped(key, value) else original(self, key, value)

    def master(self, master):
        return config(self, "spark.master", master)

    builder.config = config
    builder.master = master


def rdd(frame):
    raise NotImplementedError(
        "df.rdd needs a JVM. Use mapInArrow or mapInPandas for functions of rows, toArrow or collect "
        "for the rows themselves."
    )


def adapt_pyspark():
    import pyspark.sql.connect.dataframe
    import pyspark.sql.connect.session
    import pyspark.sql.session

    for module in (pyspark.sql.session, pyspark.sql.connect.session):
        without_dropped_settings(module.SparkSession.Builder)
    pyspark.sql.connect.session.SparkSession.sparkContext = property(SparkContext)
    pyspark.sql.connect.dataframe.DataFrame.rdd = property(rdd)


def main():
    script = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    try:
        adapt_pyspark()
    except ImportError as error:
        sys.exit(
            "firesteel run: %s has no PySpark (%s). Install pyspark-client, or give another Python as "
            "--python." % (sys.executable, error)
        )
    try:
        runpy.run_path(script, run_name="__main__")
    except Exception as error:
        trace = error.__traceback__
        own = (__file__, "<frozen runpy>")
        while trace is not None and trace.tb_frame.f_code.co_filename in own:
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace)
        sys.exit(1)


if __name__ == "__main__":
    main()
