"""Calls functions of columns: UDFs of all kinds, and those that make rows of rows.

The engine gives a frame (an Arrow stream) for each message I; see worker.py. What a function is
called with follows from its number, PySpark's eval type.
"""

import inspect

import pyarrow

from firesteel import conversions, tables
from firesteel.conversions import failure

# So many values of groups go back in one message.
GROUPS_PER_ANSWER = 256


class Abandoned(BaseException):
    """The engine does not want the rest."""


def loaded(header, payload):
    """A task from its description and what follows it: the output's schema, then the functions."""
    size = header["outputSize"]
    target = pyarrow.ipc.read_schema(pyarrow.py_buffer(payload[:size]))
    from pyspark import cloudpickle

    functions = []
    at = size
    for call in header["calls"]:
        code = cloudpickle.loads(payload[at : at + call["size"]])
        at += call["size"]
        analysis = payload[at : at + call["analysisSize"]]
        at += call["analysisSize"]
        if call["shape"] == "table":
            functions.append((code, None, cloudpickle.loads(analysis) if analysis else None))
        else:
            functions.append((*code[:2], None))
    return ColumnTask(header, target, functions)


class Call:
    """One function and where its arguments are."""

    def __init__(self, description, function):
        self.function, self.result, self.analysis = function
        self.name = description["name"]
        self.protocol = description["protocol"]
        self.shape = description["shape"]
        self.columns = description["columns"]
        self.names = description["names"]
        self.table = description["table"]
        if self.shape == "table":
            from pyspark.sql.types import StructType

            self.result = StructType.fromJson(description["result"])

    def arguments(self, columns):
        """Positional and named arguments out of a batch's columns."""
        named = {n: columns[c] for c, n in zip(self.columns, self.names) if n}
        return [columns[c] for c, n in zip(self.columns, self.names) if not n], named

    def positional(self, columns):
        """All arguments of an iterator's element: itself when it is one only."""
        values = tuple(columns[c] for c in self.columns)
        return values[0] if len(values) == 1 else values

    def parameter_count(self):
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameters = inspect.signature(self.function).parameters.values()
        return sum(parameter.kind in kinds for parameter in parameters)


class ColumnTask:
    def __init__(self, header, target, functions):
        from pyspark.sql.types import StructType

        settings = header["settings"]
        self.zone = settings.get("spark.sql.session.timeZone", "UTC")
        self.safe = settings.get(
            "spark.sql.execution.pandas.convertToArrowArraySafely", "true"
        ) == "true"
        self.by_name = settings.get(
            "spark.sql.legacy.execution.pandas.groupedMap.assignColumnsByName", "true"
        ) == "true"
        self.target = target
        self.output = StructType.fromJson(header["output"])
        self.inputs = [StructType.fromJson(schema).fields for schema in header["inputs"]]
        self.width = len(self.inputs[0])
        self.rows_per_batch = header["rowsPerBatch"]
        self.key_columns = header["keyColumns"]
        self.partition = header["partition"]
        self.calls = [Call(d, f) for d, f in zip(header["calls"], functions)]

    def call(self, channel, kind, payload):
        from firesteel.worker import enter_partition

        enter_partition(self.partition, {})
        run = {
            "scalar": self._scalars,
            "scalarIterator": self._scalar_iterator,
            "aggregate": self._aggregates,
            "rows": self._rows,
            "group": self._groups,
            "coGroup": self._groups,
            "table": lambda frames: tables.table_rows(self, frames),
        }[self.calls[0].shape]
        frames = self._frames(channel)
        try:
            for columns in run(frames):
                self._give(channel, columns)
        except Abandoned:
            pass

    # ---- Frames in, columns out ----

    def _frames(self, channel):
        """Lists of tables, one per input of the task."""
        while True:
            channel.send("I")
            tables = []
            while len(tables) < len(self.inputs):
                kind, payload = channel.receive()
                if kind == "F":
                    return
                if kind == "X":
                    raise Abandoned()
                with pyarrow.ipc.open_stream(payload) as stream:
                    # Tables forget how many rows they have when they have no columns.
                    tables.append((stream.schema, list(stream)))
            yield tables

    def batches(self, frames):
        for ((_, batches),) in frames:
            yield from batches

    def _give(self, channel, columns):
        batch = pyarrow.RecordBatch.from_arrays(
            [pyarrow.array(c) if not isinstance(c, pyarrow.Array) else c for c in columns],
            schema=self.target,
        )
        sink = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sink, self.target) as stream:
            stream.write_batch(batch)
        channel.send("R", sink.getvalue())

    # ---- One value per row ----

    def _scalars(self, frames):
        for batch in self.batches(frames):
            views = Views(self, batch)
            yield [self._scalar(i, call, views) for i, call in enumerate(self.calls)]

    def _scalar(self, index, call, views):
        target = self.target.field(index).type
        if call.protocol == 200:
            arguments, named = call.arguments(views.pandas)
            result = call.function(*arguments, **named)
            check_length(result, call, views.rows)
            return self._from_pandas(result, call, target)
        if call.protocol == 250:
            arguments, named = call.arguments(views.arrow)
            result = call.function(*arguments, **named)
            check_array(result)
            check_length(result, call, views.rows)
            return conversions.fitted(result, target)
        return self._row_by_row(call, views, target)

    def _row_by_row(self, call, views, target):
        arguments, named = call.arguments(views.python)
        function = call.function
        if not arguments and not named:
            results = [function() for _ in range(views.rows)]
        elif named:
            names = list(named)
            count = len(arguments)
            results = [
                function(*row[:count], **dict(zip(names, row[count:])))
                for row in zip(*arguments, *named.values())
            ]
        else:
            results = [function(*row) for row in zip(*arguments)]
        rules = conversions.PickledResults if call.protocol == 100 else conversions.ArrowResults
        return conversions.column_of_values(results, call.result, target, rules, self.safe)

    def _from_pandas(self, result, call, target):
        import pandas
        from pyspark.sql.types import StructType

        if isinstance(call.result, StructType) and not isinstance(result, pandas.DataFrame):
            raise ValueError(
                "Invalid return type: a function whose type is a struct gives a pandas.DataFrame."
            )
        return conversions.column_of_series(
            result, call.result, target, self.zone, self.safe, self.by_name
        )

    def _scalar_iterator(self, frames):
        call = self.calls[0]
        target = self.target.field(0).type
        counts = [0, 0]  # rows in, rows out

        def arguments():
            for batch in self.batches(frames):
                counts[0] += batch.num_rows
                views = Views(self, batch)
                yield call.positional(views.arrow if call.protocol == 251 else views.pandas)

        given = arguments()
        for result in checked_iterator(call.function(given), call):
            if call.protocol == 251:
                check_array(result)
                column = conversions.fitted(result, target)
            else:
                column = self._from_pandas(result, call, target)
            counts[1] += len(column)
            if counts[1] > counts[0]:
                raise failure("OUTPUT_EXCEEDS_INPUT_ROWS", "More values were given than rows read.")
            yield [column]
        if next(given, None) is not None:
            raise failure("INPUT_NOT_FULLY_CONSUMED", "The function did not read all of its input.")
        check_row_count(counts[1], counts[0])

    # ---- One value per group ----

    def _aggregates(self, frames):
        values = [[] for _ in self.calls]
        for ((schema, batches),) in frames:
            group = GroupViews(self, schema, batches)
            for of_call, call in zip(values, self.calls):
                of_call.append(self._aggregate(call, group))
            if len(values[0]) == GROUPS_PER_ANSWER:
                yield self._aggregated(values)
                values = [[] for _ in self.calls]
        if values[0]:
            yield self._aggregated(values)

    def _aggregate(self, call, group):
        if call.protocol in (202, 252):
            arguments, named = call.arguments(
                group.whole.pandas if call.protocol == 202 else group.whole.arrow
            )
            return call.function(*arguments, **named)
        parts = (
            call.positional(views.pandas if call.protocol == 217 else views.arrow)
            for views in group.parts()
        )
        return call.function(parts)

    def _aggregated(self, values):
        import pandas

        columns = []
        for i, (call, of_call) in enumerate(zip(self.calls, values)):
            target = self.target.field(i).type
            if call.protocol in (252, 254):
                plain = [v.as_py() if isinstance(v, pyarrow.Scalar) else v for v in of_call]
                columns.append(pyarrow.array(plain, type=target))
                continue
            # Values of several types one by one: together integers and NaN would become floats.
            alike = len({type(value) for value in of_call}) == 1
            pieces = [
                conversions.column_of_series(
                    pandas.Series(part), call.result, target, self.zone, self.safe
                )
                for part in ([of_call] if alike else [[value] for value in of_call])
            ]
            columns.append(pyarrow.concat_arrays(pieces))
        return columns

    # ---- Rows out ----

    def _rows(self, frames):
        call = self.calls[0]
        batches = self.batches(frames)
        if call.protocol == 207:
            given = (conversions.labelled(batch, self.zone) for batch in batches)
        else:
            fields = self.inputs[0]
            given = (conversions.frame(b.columns, fields, self.zone) for b in batches)
        for result in checked_iterator(call.function(given), call):
            yield self._result_columns(result, call)

    def _result_columns(self, result, call):
        if call.protocol in (205, 201, 206, 216):
            import pandas

            check_type(result, pandas.DataFrame, "pandas.DataFrame")
            return conversions.columns_of_frame(
                result, self.output, self.target, self.zone, self.safe, self.by_name
            )
        check_type(result, (pyarrow.RecordBatch, pyarrow.Table), "pyarrow.RecordBatch or Table")
        # mapInArrow goes by position only.
        by_name = self.by_name and call.protocol != 207
        return conversions.arrow_columns(result, self.output.names, self.target, by_name)

    def _groups(self, frames):
        call = self.calls[0]
        with_key = call.parameter_count() > len(self.inputs)
        iterates = call.protocol in (215, 216)
        of_pandas = call.protocol in (201, 206, 216)
        for tables in frames:
            sides = [
                Group(self, fields, schema, batches)
                for fields, (schema, batches) in zip(self.inputs, tables)
            ]
            arguments = [side.given(of_pandas, iterates) for side in sides]
            if with_key:
                arguments.insert(0, next(s for s in sides if s.rows > 0).key(of_pandas))
            result = call.function(*arguments)
            if iterates:
                for part in checked_iterator(result, call):
                    yield self._result_columns(part, call)
            else:
                yield self._result_columns(result, call)


class Views:
    """The columns of one batch in the forms that functions take, each made when asked for."""

    def __init__(self, task, batch):
        self._task = task
        self._batch = batch
        self.rows = batch.num_rows
        self._fields = task.inputs[0]
        self.pandas = Lazily(self._as_pandas)
        self.python = Lazily(self._as_python)
        self.arrow = Lazily(self._as_arrow)

    def _as_pandas(self, index):
        frames = self._task.calls[0].shape != "aggregate"
        return conversions.series(
            self._batch.column(index), self._fields[index].dataType, self._task.zone, frames
        )

    def _as_python(self, index):
        return conversions.python_values(self._batch.column(index), self._fields[index].dataType)

    def _as_arrow(self, index):
        column = self._batch.column(index)
        if isinstance(column, pyarrow.ChunkedArray):
            column = pyarrow.concat_arrays(column.chunks)
        zoned = conversions.in_zone(column.type, self._task.zone)
        return column if zoned.equals(column.type) else column.cast(zoned)


class Lazily:
    def __init__(self, make):
        self._make = make
        self._made = {}

    def __getitem__(self, index):
        if index not in self._made:
            self._made[index] = self._make(index)
        return self._made[index]


class GroupViews:
    """The rows of a group, whole and in the batches they came in."""

    def __init__(self, task, schema, batches):
        self._task = task
        self._batches = batches
        self.whole = Views(task, pyarrow.Table.from_batches(batches, schema))

    def parts(self):
        return (Views(self._task, batch) for batch in self._batches)


class Group:
    """One side of a group for functions that give rows: its key, and its other columns."""

    def __init__(self, task, fields, schema, batches):
        self._zone = task.zone
        self._fields = fields
        self._keys = task.key_columns
        self._table = pyarrow.Table.from_batches(batches, schema)
        self.rows = self._table.num_rows

    def key(self, of_pandas):
        first = self._table.slice(0, 1)
        if not of_pandas:
            return tuple(
                conversions.labelled(first, self._zone).column(i)[0] for i in range(self._keys)
            )
        return tuple(
            conversions.series(first.column(i), self._fields[i].dataType, self._zone).iloc[0]
            for i in range(self._keys)
        )

    def given(self, of_pandas, iterates):
        rows = self._table.select(range(self._keys, self._table.num_columns))
        fields = self._fields[self._keys :]
        if not of_pandas:
            rows = conversions.labelled(rows, self._zone)
            return iter(rows.to_batches()) if iterates else rows
        if not iterates:
            return conversions.frame(rows.columns, fields, self._zone)
        return (conversions.frame(b.columns, fields, self._zone) for b in rows.to_batches())


# ---- What functions may give ----


def check_type(result, wanted, text):
    if not isinstance(result, wanted):
        raise TypeError(
            "[UDF_RETURN_TYPE] The function gave a %s, not a %s." % (type(result).__name__, text)
        )


def check_array(result):
    check_type(result, (pyarrow.Array, pyarrow.ChunkedArray), "pyarrow.Array")


def check_length(result, call, rows):
    if not hasattr(result, "__len__"):
        check_type(result, (), "pandas.Series")
    check_row_count(len(result), rows)


def check_row_count(given, wanted):
    if given != wanted:
        raise failure(
            "RESULT_ROWS_MISMATCH",
            "The function gave %d values for %d rows." % (given, wanted),
        )


def checked_iterator(result, call):
    if not hasattr(result, "__iter__"):
        check_type(result, (), "iterator")
    return iter(result)
