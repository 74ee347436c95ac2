"""Functions that give tables (Python UDTFs): asks what they give, and calls them row by row.

An object of the user's class sees the rows of one partition: `eval` for each of them, `terminate`
behind the last, `cleanup` at the end whatever happened. Without rows there is no object.
"""

import copy
import inspect
import json
import struct

import pyarrow

from firesteel import conversions
from firesteel.conversions import failure


def table_rows(task, frames):
    """Columns of rows: those of the input that are kept, then what the function gives."""
    if not task.key_columns:
        yield from Partition(task).run(task.batches(frames))
        return
    for ((_, batches),) in frames:
        yield from Partition(task).run(batches)


class Partition:
    def __init__(self, task):
        self._task = task
        self._call = task.calls[0]
        self._kept = range(task.key_columns, min(self._call.columns, default=task.width))
        self._object = None
        self._ended = False  # the function does not want the rest of the rows
        self._given = []
        self._origins = []  # for each of them, the row that it was made of

    def run(self, batches):
        last = None
        try:
            for batch in batches:
                if batch.num_rows == 0:
                    continue
                last = batch
                if self._object is None:
                    self._object = self._new_object()
                if not self._ended:
                    yield from self._evaluate(batch)
            if last is None:
                return
            if hasattr(self._object, "terminate"):
                for row in self._rows("terminate"):
                    yield from self._add(row, 0, last.slice(last.num_rows - 1, 1))
            yield from self._flush(last.slice(last.num_rows - 1, 1))
        finally:
            if hasattr(self._object, "cleanup"):
                self._guarded("cleanup")

    def _new_object(self):
        maker = self._call.function
        try:
            if self._call.analysis is not None and len(inspect.signature(maker).parameters) == 1:
                return maker(copy.copy(self._call.analysis))
            return maker()
        except Exception as error:
            raise method_failure("__init__", error) from error

    def _evaluate(self, batch):
        from firesteel.functions import Views

        arguments, named = self._call.arguments(Views(self._task, batch).python)
        names = list(named)
        columns = arguments + list(named.values())
        count = len(arguments)
        rows = zip(*columns) if columns else ((),) * batch.num_rows
        for i, row in enumerate(rows):
            for given in self._rows("eval", row[:count], dict(zip(names, row[count:]))):
                yield from self._add(given, i, batch)
            if self._ended:
                break
        yield from self._flush(batch)

    def _rows(self, method, arguments=(), named=None):
        """What one call gives, row by row."""
        from pyspark.sql.udtf import SkipRestOfInputTableException

        try:
            given = self._guarded(method, arguments, named)
            if given is None:
                return
            if not hasattr(given, "__iter__"):
                raise failure(
                    "UDTF_RETURN_NOT_ITERABLE",
                    "The method '%s' gave a %s, not rows one after the other."
                    % (method, type(given).__name__),
                )
            rows = iter(given)
            while True:
                try:
                    row = next(rows)
                except StopIteration:
                    return
                except SkipRestOfInputTableException:
                    raise
                except Exception as error:
                    raise method_failure(method, error) from error
                yield row
        except SkipRestOfInputTableException:
            self._ended = True

    def _guarded(self, method, arguments=(), named=None):
        from pyspark.sql.udtf import SkipRestOfInputTableException

        try:
            return getattr(self._object, method)(*arguments, **(named or {}))
        except SkipRestOfInputTableException:
            raise
        except Exception as error:
            raise method_failure(method, error) from error

    # ---- Rows out ----

    def _add(self, row, origin, batch):
        width = len(self._call.result.fields)
        if not isinstance(row, (tuple, list)):
            # A value stands for a row of one.
            if width != 1 or isinstance(row, dict) or hasattr(row, "__len__") and not isinstance(
                row, (str, bytes, bytearray)
            ):
                raise failure(
                    "UDTF_INVALID_OUTPUT_ROW_TYPE",
                    "A row has to be a tuple, a list or a Row, not a %s." % type(row).__name__,
                )
            row = (row,)
        if len(row) != width:
            raise failure(
                "UDTF_RETURN_SCHEMA_MISMATCH",
                "The function says that it gives %d columns, a row had %d." % (width, len(row)),
            )
        self._given.append(row)
        self._origins.append(origin)
        if len(self._given) >= self._task.rows_per_batch:
            yield from self._flush(batch)

    def _flush(self, batch):
        if not self._given:
            return
        origins = pyarrow.array(self._origins, type=pyarrow.int64())
        columns = [batch.column(i).take(origins) for i in self._kept]
        target = self._task.target
        rules = (
            conversions.PickledResults
            if self._call.protocol == 300
            else conversions.ArrowResults
        )
        values = zip(*self._given) if self._call.result.fields else ()
        for field, column in zip(self._call.result.fields, values):
            of_type = target.field(len(columns)).type
            try:
                columns.append(
                    conversions.column_of_values(
                        column, field.dataType, of_type, rules, self._task.safe
                    )
                )
            except (pyarrow.lib.ArrowException, TypeError, ValueError) as error:
                raise failure(
                    "UDTF_ARROW_DATA_CONVERSION_ERROR",
                    "What was given for the column %s is no %s: %s"
                    % (field.name, field.dataType.simpleString(), error),
                ) from error
        self._given, self._origins = [], []
        yield columns


def method_failure(method, error):
    return failure(
        "UDTF_EXEC_ERROR", "The method '%s' of a table function failed: %s" % (method, error)
    )


class Analysis:
    """Asks the static method `analyze` what a call would give."""

    def __init__(self, header, payload):
        from pyspark import cloudpickle
        from pyspark.sql.types import StructType

        size = header["constantsSize"]
        with pyarrow.ipc.open_stream(payload[:size]) as stream:
            self._constants = stream.read_all()
        self._class = cloudpickle.loads(payload[size:])
        self._arguments = header["arguments"]
        self._types = StructType.fromJson(header["types"])

    def call(self, channel, kind, payload):
        from pyspark import cloudpickle
        from pyspark.sql.udtf import AnalyzeResult

        positional, named = [], {}
        for i, argument in enumerate(self._arguments):
            described = self._described(i, argument)
            if argument["name"]:
                named[argument["name"]] = described
            else:
                positional.append(described)
        inspect.signature(self._class.analyze).bind(*positional, **named)
        result = self._class.analyze(*positional, **named)
        if not isinstance(result, AnalyzeResult):
            raise TypeError(
                "The static method 'analyze' gave a %s, not an AnalyzeResult."
                % type(result).__name__
            )
        text = json.dumps(
            {
                "schema": result.schema.jsonValue(),
                "singlePartition": bool(result.withSinglePartition),
                "partitionBy": [column.name for column in result.partitionBy],
                "orderBy": [
                    {
                        "name": column.name,
                        "ascending": bool(column.ascending),
                        "nullsFirst": column.ascending
                        if column.overrideNullsFirst is None
                        else bool(column.overrideNullsFirst),
                    }
                    for column in result.orderBy
                ],
                "selects": len(result.select) > 0,
            }
        ).encode("utf-8")
        return struct.pack("<I", len(text)) + text + cloudpickle.dumps(result)

    def _described(self, i, argument):
        from pyspark.sql.udtf import AnalyzeArgument

        of_type = self._types.fields[i].dataType
        constant = argument["constant"]
        values = {
            "dataType": of_type,
            "value": None,
            "isTable": argument["table"],
            "isConstantExpression": constant >= 0,
        }
        if constant >= 0:
            values["value"] = conversions.python_values(
                self._constants.column(constant), of_type
            )[0]
        return AnalyzeArgument(**values)
