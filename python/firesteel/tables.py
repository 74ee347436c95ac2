"""Functions that give tables (Python UDTFs): asks what they give, and calls them row by row.

An object of the user's class sees the rows of one partition: `eval` for each of them (for each batch
of them if it is one of Arrow's functions), `terminate` behind the last, `cleanup` at the end
whatever happened. Without rows there is no object.
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
    partition = BatchPartition if task.calls[0].protocol == 302 else RowPartition
    if not task.key_columns:
        yield from partition(task).run(task.batches(frames))
        return
    for ((_, batches),) in frames:
        yield from partition(task).run(batches)


class Partition:
    """The life of an object of the user's class; what it is called with is up to who derives."""

    def __init__(self, task):
        self._task = task
        self._call = task.calls[0]
        self._object = None
        self._ended = False  # the function does not want the rest of the rows

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
            yield from self._terminate(last)
        finally:
            if hasattr(self._object, "cleanup"):
                self._guarded("cleanup")

    def _new_object(self):
        maker = self._call.function
        try:
            if self._call.analysis is not None and len(inspect.signature(maker).parameters) == 1:
                made = maker(copy.copy(self._call.analysis))
            else:
                made = maker()
        except Exception as error:
            raise method_failure("__init__", error) from error
        names = [name for name in self._call.names if name]
        try:
            inspect.signature(made.eval).bind(
                *[None] * (len(self._call.names) - len(names)), **dict.fromkeys(names)
            )
        except ValueError:  # Python does not know what it takes
            pass
        except TypeError as error:
            raise failure(
                "UDTF_EVAL_METHOD_ARGUMENTS_DO_NOT_MATCH_SIGNATURE",
                "The method 'eval' of %s cannot be called with these arguments: %s"
                % (self._call.name, error),
            ) from error
        return made

    def _items(self, method, arguments=(), named=None):
        """What one call gives, item by item."""
        from pyspark.sql.udtf import SkipRestOfInputTableException

        try:
            given = self._guarded(method, arguments, named)
            if given is None:
                return
            if not self._is_sequence(given):
                raise failure(
                    "UDTF_RETURN_NOT_ITERABLE",
                    "The method '%s' gave a %s, not rows one after the other."
                    % (method, type(given).__name__),
                )
            items = iter(given)
            while True:
                try:
                    item = next(items)
                except StopIteration:
                    return
                except SkipRestOfInputTableException:
                    raise
                except Exception as error:
                    raise method_failure(method, error) from error
                yield item
        except SkipRestOfInputTableException:
            self._ended = True

    def _is_sequence(self, given):
        return hasattr(given, "__iter__")

    def _guarded(self, method, arguments=(), named=None):
        from pyspark.sql.udtf import SkipRestOfInputTableException

        try:
            return getattr(self._object, method)(*arguments, **(named or {}))
        except SkipRestOfInputTableException:
            raise
        except Exception as error:
            raise method_failure(method, error) from error


class RowPartition(Partition):
    """Calls `eval` for each row. What is kept of the input goes beside the rows made of a row."""

    def __init__(self, task):
        super().__init__(task)
        self._kept = range(task.key_columns, min(self._call.columns, default=task.width))
        self._given = []
        self._origins = []  # for each of them, the row that it was made of

    def _evaluate(self, batch):
        from firesteel.functions import Views

        arguments, named = self._call.arguments(Views(self._task, batch).python)
        names = list(named)
        columns = arguments + list(named.values())
        count = len(arguments)
        rows = zip(*columns) if columns else ((),) * batch.num_rows
        for i, row in enumerate(rows):
            for given in self._items("eval", row[:count], dict(zip(names, row[count:]))):
                yield from self._add(given, i, batch)
            if self._ended:
                break
        yield from self._flush(batch)

    def _terminate(self, last):
        origin = last.slice(last.num_rows - 1, 1)
        if hasattr(self._object, "terminate"):
            for row in self._items("terminate"):
                yield from self._add(row, 0, origin)
        yield from self._flush(origin)

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


class BatchPartition(Partition):
    """Calls `eval` for each batch: with the table's rows as a RecordBatch, others as arrays."""

    def run(self, batches):
        return super().run(full_batches(batches, self._task.rows_per_batch))

    def _evaluate(self, batch):
        from firesteel.functions import Views

        views = Views(self._task, batch).arrow
        positional, named = [], {}
        for i, (column, name) in enumerate(zip(self._call.columns, self._call.names)):
            value = views[column]
            if i == self._call.table:
                value = pyarrow.RecordBatch.from_struct_array(value)
            if name:
                named[name] = value
            else:
                positional.append(value)
        yield from self._columns("eval", positional, named)

    def _terminate(self, last):
        if hasattr(self._object, "terminate"):
            yield from self._columns("terminate")

    def _is_sequence(self, given):
        # Tables and batches are sequences of columns, not of rows.
        return super()._is_sequence(given) and not isinstance(
            given, (pyarrow.Table, pyarrow.RecordBatch)
        )

    def _columns(self, method, arguments=(), named=None):
        for item in self._items(method, arguments, named):
            if isinstance(item, pyarrow.Table):
                parts = item.combine_chunks().to_batches()
            elif isinstance(item, pyarrow.RecordBatch):
                parts = [item]
            else:
                raise failure(
                    "UDTF_ARROW_TYPE_CONVERSION_ERROR",
                    "The method '%s' gave a %s, not a pyarrow.Table or RecordBatch."
                    % (method, type(item).__name__),
                )
            for part in parts:
                yield self._fitted(part, method)

    def _fitted(self, part, method):
        names = self._call.result.names
        if part.num_columns != len(names):
            raise failure(
                "UDTF_RETURN_SCHEMA_MISMATCH",
                "The function says that it gives %d columns, a batch of '%s' had %d."
                % (len(names), method, part.num_columns),
            )
        conversions.check_columns(part.schema.names, names, by_name=True)
        columns = []
        for name, field in zip(names, self._task.target):
            column = part.column(part.schema.names.index(name))
            try:
                columns.append(conversions.fitted(column, field.type))
            except (pyarrow.lib.ArrowException, TypeError) as error:
                raise failure(
                    "RESULT_COLUMN_TYPES_MISMATCH",
                    "The column %s is of the type %s instead of %s: %s"
                    % (name, column.type, field.type, error),
                ) from error
        return columns


def full_batches(batches, size):
    """The same rows in batches of this size, but for the last one."""
    held, rows = [], 0
    for batch in batches:
        while batch.num_rows > 0:
            part = batch.slice(0, size - rows)
            batch = batch.slice(part.num_rows)
            held.append(part)
            rows += part.num_rows
            if rows == size:
                yield one_batch(held)
                held, rows = [], 0
    if held:
        yield one_batch(held)


def one_batch(parts):
    if len(parts) == 1:
        return parts[0]
    return pyarrow.Table.from_batches(parts).combine_chunks().to_batches()[0]


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
        self._check_wishes(result)
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
                "select": [
                    {"expression": column.name, "alias": column.alias or ""}
                    for column in result.select
                ],
            }
        ).encode("utf-8")
        return struct.pack("<I", len(text)) + text + cloudpickle.dumps(result)

    def _check_wishes(self, result):
        """What is asked for of a table needs one among the arguments."""
        if any(argument["table"] for argument in self._arguments):
            return
        for wish in ("withSinglePartition", "partitionBy"):
            if getattr(result, wish):
                raise ValueError(
                    "The static method 'analyze' asked for '%s', but no argument of the call is a "
                    "table." % wish
                )

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
