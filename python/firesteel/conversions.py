"""Turns Arrow's columns into what functions of the user take, and what they give into columns.

Rows of Python values and columns of pandas each have their rules, which are Spark's. A type here is
a pyspark DataType; `target` is the Arrow type that the engine wants.
"""

import array
import calendar
import datetime
import decimal
import time

import pyarrow
from pyspark.sql import types


def failure(condition, text):
    """An error of the kind that PySpark raises for such a result."""
    return RuntimeError("[%s] %s" % (condition, text))


# ---- Arrow to Python values ----


def python_converter(of_type):
    """A function from what Arrow's to_pylist gives to Spark's Python values; None: none needed."""
    if isinstance(of_type, types.StructType):
        names = of_type.names
        fields = [python_converter(field.dataType) for field in of_type.fields]

        def to_row(value):
            if value is None:
                return None
            values = [
                item if convert is None else convert(item)
                for convert, item in zip(fields, value.values())
            ]
            return types._create_row(names, values)

        return to_row
    if isinstance(of_type, types.ArrayType):
        element = python_converter(of_type.elementType)
        if element is None:
            return None
        return lambda value: None if value is None else [element(item) for item in value]
    if isinstance(of_type, types.MapType):
        key = python_converter(of_type.keyType) or (lambda item: item)
        of_value = python_converter(of_type.valueType) or (lambda item: item)
        return lambda value: None if value is None else {key(k): of_value(v) for k, v in value}
    if isinstance(of_type, types.TimestampType):
        # As everywhere in PySpark: wall time where this process runs.
        return lambda value: None if value is None else value.astimezone().replace(tzinfo=None)
    return None


def python_values(column, of_type):
    if isinstance(of_type, types.StructType) and len(set(of_type.names)) < len(of_type.names):
        # Dictionaries would lose fields of one name.
        fields = [python_values(item, f.dataType) for item, f in zip(column.flatten(), of_type)]
        rows = zip(*fields) if fields else [()] * len(column)
        return [
            types._create_row(of_type.names, row) if valid else None
            for row, valid in zip(rows, column.is_valid().to_pylist())
        ]
    values = column.to_pylist()
    convert = python_converter(of_type)
    return values if convert is None else [convert(value) for value in values]


# ---- Python values to Arrow ----


def _java_text(value):
    """What a value of another type is as a STRING."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, float):
        return _java_float(value)
    if isinstance(value, list):
        return "[" + ", ".join(_java_text(item) for item in value) + "]"
    if isinstance(value, dict):
        pairs = ("%s=%s" % (_java_text(k), _java_text(v)) for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    return str(value)


def _java_float(value):
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    digits = decimal.Decimal(repr(value)).normalize().as_tuple()
    exponent = len(digits.digits) - 1 + digits.exponent
    tail = "".join(map(str, digits.digits[1:])) or "0"
    mantissa = "%s%d.%s" % ("-" if digits.sign else "", digits.digits[0], tail)
    return "%sE%d" % (mantissa, exponent)


_INTEGER_BITS = {
    types.ByteType: 8,
    types.ShortType: 16,
    types.IntegerType: 32,
    types.LongType: 64,
}


def _pickled_integer(value, bits):
    if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
        return None
    half = 1 << (bits - 1)
    return (value + half) % (1 << bits) - half


def _pickled_decimal(value, of_type):
    if not isinstance(value, decimal.Decimal) or not value.is_finite():
        return None
    with decimal.localcontext() as context:
        context.prec = 100
        rounded = value.quantize(decimal.Decimal(1).scaleb(-of_type.scale), decimal.ROUND_HALF_UP)
    return rounded if len(rounded.as_tuple().digits) <= of_type.precision else None


def _instant(value):
    """A wall time of this process, or an aware time, as an aware one."""
    if value.tzinfo is None:
        micros = value.microsecond
        seconds = time.mktime(value.timetuple())
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(
            microsecond=micros
        )
    return value.astimezone(datetime.timezone.utc)


def _field_values(value, of_type):
    """The values of a row in the order of the type's fields."""
    names = of_type.names
    if isinstance(value, dict):
        return [value.get(name) for name in names]
    if isinstance(value, types.Row) and getattr(value, "__from_dict__", False):
        return [value[name] for name in names]
    if isinstance(value, (tuple, list)):
        if len(value) != len(names):
            raise failure(
                "STRUCT_ARRAY_LENGTH_MISMATCH",
                "A row of %d values was given where %d are wanted." % (len(value), len(names)),
            )
        return list(value)
    if hasattr(value, "__dict__"):
        return [value.__dict__.get(name) for name in names]
    raise ValueError("Unexpected tuple %r with StructType" % (value,))


class PickledResults:
    """Results of plain functions: a value of another type than the declared one is NULL."""

    @staticmethod
    def converter(of_type):
        bits = _INTEGER_BITS.get(type(of_type))
        if bits is not None:
            return lambda value: _pickled_integer(value, bits)
        if isinstance(of_type, types.BooleanType):
            return lambda value: value if type(value) is bool else None
        if isinstance(of_type, (types.FloatType, types.DoubleType)):
            return lambda value: value if isinstance(value, float) else None
        if isinstance(of_type, types.DecimalType):
            return lambda value: _pickled_decimal(value, of_type)
        if isinstance(of_type, (types.StringType, types.CharType, types.VarcharType)):
            return lambda value: value if type(value) is str else _java_text(value)
        if isinstance(of_type, types.BinaryType):
            return lambda value: (
                value.encode("utf-8")
                if isinstance(value, str)
                else bytes(value) if isinstance(value, (bytes, bytearray)) else None
            )
        if isinstance(of_type, types.DateType):
            return lambda value: datetime.date.fromordinal(value.toordinal())
        if isinstance(of_type, types.TimestampType):
            return _instant
        if isinstance(of_type, types.TimestampNTZType):
            return lambda value: datetime.datetime(1970, 1, 1) + datetime.timedelta(
                seconds=calendar.timegm(value.timetuple()), microseconds=value.microsecond
            )
        return None

    sequences = (list, tuple, array.array)
    strict = False


class ArrowResults:
    """Results of functions that run with Arrow's conversions: another type is an error, but where
    Arrow casts it."""

    @staticmethod
    def converter(of_type):
        if isinstance(of_type, (types.StringType, types.CharType, types.VarcharType)):
            return lambda value: (
                value
                if type(value) is str
                else str(value).lower() if isinstance(value, bool) else str(value)
            )
        if isinstance(of_type, types.BinaryType):
            return bytes
        if isinstance(of_type, types.TimestampType):
            return _instant
        return None

    sequences = (list, array.array)
    strict = True


def result_converter(of_type, rules):
    """A function from a Python value, which may be None, to what Arrow takes for the type."""
    if isinstance(of_type, types.UserDefinedType):
        inner = result_converter(of_type.sqlType(), rules)
        return lambda value: None if value is None else inner(of_type.serialize(value))
    if isinstance(of_type, types.StructType):
        fields = [result_converter(field.dataType, rules) for field in of_type.fields]

        def to_tuple(value):
            if value is None:
                return None
            return tuple(f(item) for f, item in zip(fields, _field_values(value, of_type)))

        return to_tuple
    if isinstance(of_type, types.ArrayType):
        element = result_converter(of_type.elementType, rules)

        def to_list(value):
            if value is None:
                return None
            if not isinstance(value, rules.sequences):
                assert not rules.strict, "%r is no list" % (value,)
                return None
            return [element(item) for item in value]

        return to_list
    if isinstance(of_type, types.MapType):
        key = result_converter(of_type.keyType, rules)
        of_value = result_converter(of_type.valueType, rules)

        def to_items(value):
            if value is None:
                return None
            if not isinstance(value, dict):
                assert not rules.strict, "%r is no dict" % (value,)
                return None
            return [(key(k), of_value(v)) for k, v in value.items()]

        return to_items
    convert = rules.converter(of_type)
    if convert is None:
        return lambda value: value
    return lambda value: None if value is None else convert(value)


def column_of_values(values, of_type, target, rules, safe):
    convert = result_converter(of_type, rules)
    converted = [convert(value) for value in values]
    try:
        return pyarrow.array(converted, type=target)
    except pyarrow.lib.ArrowInvalid:
        return pyarrow.array(converted).cast(target, safe=safe)


# ---- Arrow and pandas ----


def series(column, of_type, zone, frames_for_structs=False):
    """A column as pandas' Series; a struct as a DataFrame where that is wanted."""
    import pandas

    if isinstance(column, pyarrow.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pyarrow.ChunkedArray):  # of no chunks, or too much for one
            column = pyarrow.concat_arrays(column.chunks) if column.num_chunks else pyarrow.array(
                [], type=column.type
            )
    if isinstance(of_type, types.StructType) and frames_for_structs:
        fields = [series(item, f.dataType, zone) for item, f in zip(column.flatten(), of_type)]
        if not fields:
            return pandas.DataFrame(index=range(len(column)))
        result = pandas.concat(fields, axis=1)
        result.columns = of_type.names
        return result
    if isinstance(of_type, types.TimestampType):
        local = column.cast(pyarrow.timestamp("us", zone))
        return _to_pandas(local).dt.tz_localize(None)
    if isinstance(of_type, (types.StructType, types.ArrayType, types.MapType)):
        return _nested_series(column, of_type, zone)
    return _to_pandas(column)


def _to_pandas(column):
    options = {"date_as_object": True, "maps_as_pydicts": "strict"}
    try:
        return column.to_pandas(coerce_temporal_nanoseconds=True, **options)
    except pyarrow.lib.ArrowInvalid:  # a time that nanoseconds cannot say
        return column.to_pandas(**options)


def _nested_series(column, of_type, zone):
    def has_timestamp(one):
        if isinstance(one, types.StructType):
            return any(has_timestamp(field.dataType) for field in one.fields)
        if isinstance(one, types.ArrayType):
            return has_timestamp(one.elementType)
        if isinstance(one, types.MapType):
            return has_timestamp(one.keyType) or has_timestamp(one.valueType)
        return isinstance(one, types.TimestampType)

    if has_timestamp(of_type):
        column = column.cast(in_zone(column.type, zone))
    return _to_pandas(column)


# Types whose columns are not just what Arrow makes of them.
_CONVERTED = (types.TimestampType, types.StructType, types.ArrayType, types.MapType)


def frame(columns, fields, zone):
    """Columns as a DataFrame, whose names may repeat."""
    import pandas

    if not fields:
        return pandas.DataFrame()
    names = [field.name for field in fields]
    if any(isinstance(field.dataType, _CONVERTED) for field in fields):
        made = [series(column, field.dataType, zone) for column, field in zip(columns, fields)]
        result = pandas.concat(made, axis=1)
    else:  # all at once, which is much faster for small groups
        numbers = [str(i) for i in range(len(names))]
        result = _to_pandas(pyarrow.Table.from_arrays(list(columns), numbers))
    result.columns = names
    return result


def column_of_series(values, of_type, target, zone, safe, by_name=True):
    """What a function gave as pandas' Series (a DataFrame for a struct) as a column."""
    import pandas

    if isinstance(of_type, types.StructType) and isinstance(values, pandas.DataFrame):
        columns = columns_of_frame(values, of_type, target, zone, safe, by_name)
        return pyarrow.StructArray.from_arrays(columns, fields=list(target))
    if not isinstance(values, pandas.Series):
        values = pandas.Series(values)
    if isinstance(of_type, types.TimestampType):
        return _instants(values, zone).cast(target, safe=False)
    if isinstance(of_type, (types.StructType, types.ArrayType, types.MapType)):
        items = [_plain(value) for value in values]
        return pyarrow.array(items, type=target)
    return _flat_column(values, target, safe)


def _flat_column(values, target, safe):
    # Numbers of numpy have no NULL; the types of pandas' own, which do, have an na_value.
    never_null = values.dtype.kind in "iub" and not hasattr(values.dtype, "na_value")
    mask = None if never_null else values.isnull()
    if pyarrow.types.is_temporal(target):
        safe = False  # pandas counts nanoseconds
    try:
        try:
            return pyarrow.Array.from_pandas(values, mask=mask, type=target, safe=safe)
        except pyarrow.lib.ArrowInvalid:
            return pyarrow.Array.from_pandas(values, mask=mask).cast(target, safe=safe)
    except (TypeError, ValueError) as error:
        raise type(error)(
            "A pandas.Series (%s) with name %r cannot become a column of %s: %s"
            % (values.dtype, values.name, target, error)
        ) from error


def _instants(values, zone):
    import pandas

    if values.dtype == object and not any(isinstance(value, str) for value in values):
        values = pandas.to_datetime(values)
    if not pandas.api.types.is_datetime64_any_dtype(values.dtype):
        raise TypeError("A pandas.Series (%s) cannot become a column of timestamps." % values.dtype)
    if getattr(values.dtype, "tz", None) is None:
        values = values.dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
    return pyarrow.Array.from_pandas(values.dt.tz_convert("UTC"))


def _plain(value):
    """A nested value as Arrow takes it: pandas and numpy taken out."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, types.Row):
        return {k: _plain(v) for k, v in value.asDict().items()}
    if hasattr(value, "tolist") and not isinstance(value, (bytes, str)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value != value:
        return None
    return value


def columns_of_frame(frame_given, rows, target, zone, safe, by_name):
    """The columns of a DataFrame in the order of the type `rows`, each as `target` wants it."""
    names = rows.names
    if frame_given.empty and len(frame_given.columns) == 0:
        return [pyarrow.array([], type=target.field(i).type) for i in range(len(names))]
    by_name = by_name and any(isinstance(name, str) for name in frame_given.columns)
    check_columns(list(frame_given.columns), names, by_name)
    columns = []
    for i, field in enumerate(rows.fields):
        values = frame_given[field.name] if by_name else frame_given.iloc[:, i]
        columns.append(
            column_of_series(values, field.dataType, target.field(i).type, zone, safe, by_name)
        )
    return columns


def check_columns(given, wanted, by_name):
    if by_name:
        missing = sorted(set(wanted) - set(given))
        extra = sorted(set(given) - set(wanted), key=str)
        if missing or extra:
            text = "The columns of the result are not the declared ones."
            if missing:
                text += " Missing: %s." % ", ".join(missing)
            if extra:
                text += " Unexpected: %s." % ", ".join(map(str, extra))
            raise failure("RESULT_COLUMN_NAMES_MISMATCH", text)
    elif len(given) != len(wanted):
        raise failure(
            "RESULT_COLUMN_SCHEMA_MISMATCH",
            "The result has %d columns instead of %d." % (len(given), len(wanted)),
        )


# ---- Arrow for functions that take it as it is ----


def in_zone(arrow_type, zone):
    """The type with the instants in it labelled with the session's zone."""
    is_type = pyarrow.types
    if is_type.is_timestamp(arrow_type) and arrow_type.tz is not None:
        return pyarrow.timestamp(arrow_type.unit, zone)
    if is_type.is_list(arrow_type):
        return pyarrow.list_(arrow_type.value_field.with_type(in_zone(arrow_type.value_type, zone)))
    if is_type.is_struct(arrow_type):
        return pyarrow.struct([f.with_type(in_zone(f.type, zone)) for f in arrow_type])
    if is_type.is_map(arrow_type):
        return pyarrow.map_(
            in_zone(arrow_type.key_type, zone),
            arrow_type.item_field.with_type(in_zone(arrow_type.item_type, zone)),
        )
    return arrow_type


def labelled(rows, zone):
    """A table or a batch whose instants are labelled with the session's zone."""
    schema = pyarrow.schema([f.with_type(in_zone(f.type, zone)) for f in rows.schema])
    return rows if schema.equals(rows.schema) else rows.cast(schema)


def fitted(column, target):
    """An array of another, castable, type as the wanted one."""
    if isinstance(column, pyarrow.ChunkedArray):
        column = pyarrow.concat_arrays(column.chunks) if column.num_chunks else pyarrow.array(
            [], type=column.type
        )
    return column if column.type.equals(target) else column.cast(target)


def arrow_columns(rows, names, target, by_name):
    """The columns of a table or batch that a function gave, in the declared order and types."""
    given = list(rows.schema.names)
    if rows.num_rows == 0 and rows.num_columns == 0:
        return [pyarrow.array([], type=target.field(i).type) for i in range(len(names))]
    check_columns(given, names, by_name)
    columns = [rows.column(given.index(name) if by_name else i) for i, name in enumerate(names)]
    for name, column, field in zip(names, columns, target):
        if not _same_type(column.type, field.type):
            raise failure(
                "RESULT_COLUMN_TYPES_MISMATCH",
                "The column %s is of the type %s instead of %s." % (name, column.type, field.type),
            )
    return [fitted(column, target.field(i).type) for i, column in enumerate(columns)]


def _same_type(given, wanted):
    """Whether types differ in names of elements, zones and the width of offsets at most."""
    is_type = pyarrow.types
    if is_type.is_large_string(given) or is_type.is_large_binary(given):
        return str(given).replace("large_", "") == str(wanted)
    if is_type.is_list(wanted):
        lists = is_type.is_list(given) or is_type.is_large_list(given)
        return lists and _same_type(given.value_type, wanted.value_type)
    if is_type.is_struct(wanted):
        return (
            is_type.is_struct(given)
            and [f.name for f in given] == [f.name for f in wanted]
            and all(_same_type(a.type, b.type) for a, b in zip(given, wanted))
        )
    if is_type.is_map(wanted):
        return (
            is_type.is_map(given)
            and _same_type(given.key_type, wanted.key_type)
            and _same_type(given.item_type, wanted.item_type)
        )
    if is_type.is_timestamp(wanted):
        return is_type.is_timestamp(given) and (given.tz is None) == (wanted.tz is None)
    return given.equals(wanted)
