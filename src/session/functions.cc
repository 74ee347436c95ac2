#include "firesteel/functions.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "sql/parser.h"

namespace firesteel::functions {
namespace {

Column Text(std::string_view text) { return Lit(std::string(text)); }
Column Number(int number) { return Lit(int32_t{number}); }

/// A function whose last argument may be left out.
Column WithPattern(std::string_view name, const Column& column, std::string_view pattern) {
  return pattern.empty() ? CallFunction(name, {column})
                         : CallFunction(name, {column, Text(pattern)});
}

/// The arguments with the options behind them, as a map; without options as they are.
std::vector<Column> WithOptions(std::vector<Column> arguments,
                                const std::map<std::string, std::string>& options) {
  std::vector<Column> entries;
  for (const auto& [name, value] : options) {
    entries.push_back(Text(name));
    entries.push_back(Text(value));
  }
  if (!entries.empty()) arguments.push_back(CallFunction("map", entries));
  return arguments;
}

}  // namespace

Column Col(std::string_view name) { return Column(std::string(name)); }

Column Lit(const Value& value) {
  Result<ExpressionPtr> literal = Literal::Of(value);
  return literal.ok() ? Column(*literal) : Column(literal.status());
}

Column Expr(std::string_view text) {
  Result<ExpressionPtr> expression = ParseExpression(text);
  return expression.ok() ? Column(*expression) : Column(expression.status());
}

Column CallFunction(std::string_view name, const std::vector<Column>& arguments) {
  std::vector<ExpressionPtr> expressions;
  expressions.reserve(arguments.size());
  for (const Column& argument : arguments) {
    if (!argument.status().ok()) return Column(argument.status());
    expressions.push_back(argument.expression());
  }
  return Column(std::make_shared<UnresolvedFunction>(std::string(name), std::move(expressions)));
}

// Aggregates
Column Count(const Column& column) { return CallFunction("count", {column}); }
Column Sum(const Column& column) { return CallFunction("sum", {column}); }
Column Avg(const Column& column) { return CallFunction("avg", {column}); }
Column Min(const Column& column) { return CallFunction("min", {column}); }
Column Max(const Column& column) { return CallFunction("max", {column}); }
Column First(const Column& column) { return CallFunction("first", {column}); }
Column Last(const Column& column) { return CallFunction("last", {column}); }
Column AnyValue(const Column& column) { return CallFunction("any_value", {column}); }
Column CountIf(const Column& column) { return CallFunction("count_if", {column}); }
Column ApproxCountDistinct(const Column& column) {
  return CallFunction("approx_count_distinct", {column});
}
Column CollectList(const Column& column) { return CallFunction("collect_list", {column}); }
Column CollectSet(const Column& column) { return CallFunction("collect_set", {column}); }
Column Stddev(const Column& column) { return CallFunction("stddev", {column}); }
Column StddevPop(const Column& column) { return CallFunction("stddev_pop", {column}); }
Column StddevSamp(const Column& column) { return CallFunction("stddev_samp", {column}); }
Column Variance(const Column& column) { return CallFunction("variance", {column}); }
Column VarPop(const Column& column) { return CallFunction("var_pop", {column}); }
Column VarSamp(const Column& column) { return CallFunction("var_samp", {column}); }
Column Skewness(const Column& column) { return CallFunction("skewness", {column}); }
Column Kurtosis(const Column& column) { return CallFunction("kurtosis", {column}); }
Column Corr(const Column& a, const Column& b) { return CallFunction("corr", {a, b}); }
Column CovarPop(const Column& a, const Column& b) { return CallFunction("covar_pop", {a, b}); }
Column CovarSamp(const Column& a, const Column& b) { return CallFunction("covar_samp", {a, b}); }
Column MaxBy(const Column& column, const Column& order) {
  return CallFunction("max_by", {column, order});
}
Column MinBy(const Column& column, const Column& order) {
  return CallFunction("min_by", {column, order});
}
Column BoolAnd(const Column& column) { return CallFunction("bool_and", {column}); }
Column BoolOr(const Column& column) { return CallFunction("bool_or", {column}); }
Column BitAndAggregate(const Column& column) { return CallFunction("bit_and", {column}); }
Column BitOrAggregate(const Column& column) { return CallFunction("bit_or", {column}); }
Column BitXorAggregate(const Column& column) { return CallFunction("bit_xor", {column}); }
Column TrySum(const Column& column) { return CallFunction("try_sum", {column}); }
Column Grouping(const Column& column) { return CallFunction("grouping", {column}); }

// Over windows only
Column RowNumber() { return CallFunction("row_number", {}); }
Column Rank() { return CallFunction("rank", {}); }
Column DenseRank() { return CallFunction("dense_rank", {}); }
Column PercentRank() { return CallFunction("percent_rank", {}); }
Column CumeDist() { return CallFunction("cume_dist", {}); }
Column Ntile(int parts) { return CallFunction("ntile", {Number(parts)}); }
Column Lag(const Column& column, int offset) {
  return CallFunction("lag", {column, Number(offset)});
}
Column Lag(const Column& column, int offset, const Value& otherwise) {
  return CallFunction("lag", {column, Number(offset), Lit(otherwise)});
}
Column Lead(const Column& column, int offset) {
  return CallFunction("lead", {column, Number(offset)});
}
Column Lead(const Column& column, int offset, const Value& otherwise) {
  return CallFunction("lead", {column, Number(offset), Lit(otherwise)});
}
Column NthValue(const Column& column, int place, bool ignore_nulls) {
  return CallFunction("nth_value", {column, Number(place), Lit(ignore_nulls)});
}

// Conditions
Column When(const Column& condition, const Column& value) {
  for (const Column* part : {&condition, &value}) {
    if (!part->status().ok()) return *part;
  }
  return Column(std::make_shared<Conditional>(
      std::vector<ExpressionPtr>{condition.expression(), value.expression()}));
}
Column Coalesce(const std::vector<Column>& columns) { return CallFunction("coalesce", columns); }
Column IfNull(const Column& column, const Column& otherwise) {
  return CallFunction("ifnull", {column, otherwise});
}
Column NullIf(const Column& a, const Column& b) { return CallFunction("nullif", {a, b}); }
Column Nvl(const Column& column, const Column& otherwise) {
  return CallFunction("nvl", {column, otherwise});
}
Column Nvl2(const Column& column, const Column& not_null, const Column& null) {
  return CallFunction("nvl2", {column, not_null, null});
}
Column Nanvl(const Column& column, const Column& otherwise) {
  return CallFunction("nanvl", {column, otherwise});
}
Column IsNan(const Column& column) { return CallFunction("isnan", {column}); }
Column Greatest(const std::vector<Column>& columns) { return CallFunction("greatest", columns); }
Column Least(const std::vector<Column>& columns) { return CallFunction("least", columns); }
Column EqualNull(const Column& a, const Column& b) { return CallFunction("equal_null", {a, b}); }

// Strings
Column Upper(const Column& column) { return CallFunction("upper", {column}); }
Column Lower(const Column& column) { return CallFunction("lower", {column}); }
Column Initcap(const Column& column) { return CallFunction("initcap", {column}); }
Column Trim(const Column& column) { return CallFunction("trim", {column}); }
Column Ltrim(const Column& column) { return CallFunction("ltrim", {column}); }
Column Rtrim(const Column& column) { return CallFunction("rtrim", {column}); }
Column Length(const Column& column) { return CallFunction("length", {column}); }
Column OctetLength(const Column& column) { return CallFunction("octet_length", {column}); }
Column BitLength(const Column& column) { return CallFunction("bit_length", {column}); }
Column Ascii(const Column& column) { return CallFunction("ascii", {column}); }
Column Char(const Column& column) { return CallFunction("char", {column}); }
Column Reverse(const Column& column) { return CallFunction("reverse", {column}); }
Column Concat(const std::vector<Column>& columns) { return CallFunction("concat", columns); }
Column ConcatWs(std::string_view separator, const std::vector<Column>& columns) {
  std::vector<Column> arguments = {Text(separator)};
  arguments.insert(arguments.end(), columns.begin(), columns.end());
  return CallFunction("concat_ws", arguments);
}
Column Split(const Column& column, std::string_view pattern, int limit) {
  return CallFunction("split", {column, Text(pattern), Number(limit)});
}
Column SplitPart(const Column& column, std::string_view delimiter, int part) {
  return CallFunction("split_part", {column, Text(delimiter), Number(part)});
}
Column Substring(const Column& column, int position, int length) {
  return CallFunction("substring", {column, Number(position), Number(length)});
}
Column SubstringIndex(const Column& column, std::string_view delimiter, int count) {
  return CallFunction("substring_index", {column, Text(delimiter), Number(count)});
}
Column Left(const Column& column, int length) {
  return CallFunction("left", {column, Number(length)});
}
Column Right(const Column& column, int length) {
  return CallFunction("right", {column, Number(length)});
}
Column Lpad(const Column& column, int length, std::string_view pad) {
  return CallFunction("lpad", {column, Number(length), Text(pad)});
}
Column Rpad(const Column& column, int length, std::string_view pad) {
  return CallFunction("rpad", {column, Number(length), Text(pad)});
}
Column Repeat(const Column& column, int times) {
  return CallFunction("repeat", {column, Number(times)});
}
Column Replace(const Column& column, std::string_view search, std::string_view replacement) {
  return CallFunction("replace", {column, Text(search), Text(replacement)});
}
Column Translate(const Column& column, std::string_view from, std::string_view to) {
  return CallFunction("translate", {column, Text(from), Text(to)});
}
Column Overlay(const Column& column, const Column& replacement, int position) {
  return CallFunction("overlay", {column, replacement, Number(position)});
}
Column Instr(const Column& column, std::string_view part) {
  return CallFunction("instr", {column, Text(part)});
}
Column Locate(std::string_view part, const Column& column) {
  return CallFunction("locate", {Text(part), column});
}
Column FindInSet(const Column& column, const Column& set) {
  return CallFunction("find_in_set", {column, set});
}
Column StartsWith(const Column& column, const Column& start) {
  return CallFunction("startswith", {column, start});
}
Column EndsWith(const Column& column, const Column& end) {
  return CallFunction("endswith", {column, end});
}
Column Contains(const Column& column, const Column& part) {
  return CallFunction("contains", {column, part});
}
Column Levenshtein(const Column& a, const Column& b) { return CallFunction("levenshtein", {a, b}); }
Column Soundex(const Column& column) { return CallFunction("soundex", {column}); }
Column Base64(const Column& column) { return CallFunction("base64", {column}); }
Column Unbase64(const Column& column) { return CallFunction("unbase64", {column}); }
Column Hex(const Column& column) { return CallFunction("hex", {column}); }
Column Unhex(const Column& column) { return CallFunction("unhex", {column}); }
Column Encode(const Column& column, std::string_view charset) {
  return CallFunction("encode", {column, Text(charset)});
}
Column Decode(const Column& column, std::string_view charset) {
  return CallFunction("decode", {column, Text(charset)});
}
Column Space(const Column& count) { return CallFunction("space", {count}); }

// Regular expressions
Column RegexpExtract(const Column& column, std::string_view pattern, int group) {
  return CallFunction("regexp_extract", {column, Text(pattern), Number(group)});
}
Column RegexpExtractAll(const Column& column, std::string_view pattern, int group) {
  return CallFunction("regexp_extract_all", {column, Text(pattern), Number(group)});
}
Column RegexpReplace(const Column& column, std::string_view pattern, std::string_view replacement) {
  return CallFunction("regexp_replace", {column, Text(pattern), Text(replacement)});
}
Column RegexpLike(const Column& column, const Column& pattern) {
  return CallFunction("regexp_like", {column, pattern});
}
Column RegexpCount(const Column& column, const Column& pattern) {
  return CallFunction("regexp_count", {column, pattern});
}
Column RegexpInstr(const Column& column, const Column& pattern) {
  return CallFunction("regexp_instr", {column, pattern});
}
Column RegexpSubstr(const Column& column, const Column& pattern) {
  return CallFunction("regexp_substr", {column, pattern});
}

// Numbers
Column Abs(const Column& column) { return CallFunction("abs", {column}); }
Column Round(const Column& column, int scale) {
  return CallFunction("round", {column, Number(scale)});
}
Column Bround(const Column& column, int scale) {
  return CallFunction("bround", {column, Number(scale)});
}
Column Ceil(const Column& column) { return CallFunction("ceil", {column}); }
Column Floor(const Column& column) { return CallFunction("floor", {column}); }
Column Rint(const Column& column) { return CallFunction("rint", {column}); }
Column Sign(const Column& column) { return CallFunction("sign", {column}); }
Column Sqrt(const Column& column) { return CallFunction("sqrt", {column}); }
Column Cbrt(const Column& column) { return CallFunction("cbrt", {column}); }
Column Exp(const Column& column) { return CallFunction("exp", {column}); }
Column Expm1(const Column& column) { return CallFunction("expm1", {column}); }
Column Ln(const Column& column) { return CallFunction("ln", {column}); }
Column Log(const Column& base, const Column& column) { return CallFunction("log", {base, column}); }
Column Log2(const Column& column) { return CallFunction("log2", {column}); }
Column Log10(const Column& column) { return CallFunction("log10", {column}); }
Column Log1p(const Column& column) { return CallFunction("log1p", {column}); }
Column Pow(const Column& base, const Column& exponent) {
  return CallFunction("pow", {base, exponent});
}
Column Hypot(const Column& a, const Column& b) { return CallFunction("hypot", {a, b}); }
Column Sin(const Column& column) { return CallFunction("sin", {column}); }
Column Cos(const Column& column) { return CallFunction("cos", {column}); }
Column Tan(const Column& column) { return CallFunction("tan", {column}); }
Column Cot(const Column& column) { return CallFunction("cot", {column}); }
Column Asin(const Column& column) { return CallFunction("asin", {column}); }
Column Acos(const Column& column) { return CallFunction("acos", {column}); }
Column Atan(const Column& column) { return CallFunction("atan", {column}); }
Column Atan2(const Column& y, const Column& x) { return CallFunction("atan2", {y, x}); }
Column Sinh(const Column& column) { return CallFunction("sinh", {column}); }
Column Cosh(const Column& column) { return CallFunction("cosh", {column}); }
Column Tanh(const Column& column) { return CallFunction("tanh", {column}); }
Column Degrees(const Column& column) { return CallFunction("degrees", {column}); }
Column Radians(const Column& column) { return CallFunction("radians", {column}); }
Column Factorial(const Column& column) { return CallFunction("factorial", {column}); }
Column Bin(const Column& column) { return CallFunction("bin", {column}); }
Column Pmod(const Column& dividend, const Column& divisor) {
  return CallFunction("pmod", {dividend, divisor});
}
Column Negative(const Column& column) { return CallFunction("negative", {column}); }
Column BitCount(const Column& column) { return CallFunction("bit_count", {column}); }
Column ShiftLeft(const Column& column, int bits) {
  return CallFunction("shiftleft", {column, Number(bits)});
}
Column ShiftRight(const Column& column, int bits) {
  return CallFunction("shiftright", {column, Number(bits)});
}
Column TryAdd(const Column& a, const Column& b) { return CallFunction("try_add", {a, b}); }
Column TrySubtract(const Column& a, const Column& b) {
  return CallFunction("try_subtract", {a, b});
}
Column TryMultiply(const Column& a, const Column& b) {
  return CallFunction("try_multiply", {a, b});
}
Column TryDivide(const Column& a, const Column& b) { return CallFunction("try_divide", {a, b}); }

// Dates and times
Column CurrentTimestamp() { return CallFunction("current_timestamp", {}); }
Column CurrentDate() { return CallFunction("current_date", {}); }
Column ToTimestamp(const Column& column, std::string_view pattern) {
  return WithPattern("to_timestamp", column, pattern);
}
Column ToDate(const Column& column, std::string_view pattern) {
  return WithPattern("to_date", column, pattern);
}
Column TryToTimestamp(const Column& column) { return CallFunction("try_to_timestamp", {column}); }
Column DateFormat(const Column& column, std::string_view pattern) {
  return CallFunction("date_format", {column, Text(pattern)});
}
Column UnixTimestamp(const Column& column) { return CallFunction("unix_timestamp", {column}); }
Column FromUnixTime(const Column& column) { return CallFunction("from_unixtime", {column}); }
Column DateAdd(const Column& date, const Column& days) {
  return CallFunction("date_add", {date, days});
}
Column DateSub(const Column& date, const Column& days) {
  return CallFunction("date_sub", {date, days});
}
Column DateDiff(const Column& end, const Column& start) {
  return CallFunction("datediff", {end, start});
}
Column AddMonths(const Column& date, const Column& months) {
  return CallFunction("add_months", {date, months});
}
Column MonthsBetween(const Column& end, const Column& start) {
  return CallFunction("months_between", {end, start});
}
Column LastDay(const Column& date) { return CallFunction("last_day", {date}); }
Column NextDay(const Column& date, std::string_view weekday) {
  return CallFunction("next_day", {date, Text(weekday)});
}
Column DateTrunc(std::string_view unit, const Column& time) {
  return CallFunction("date_trunc", {Text(unit), time});
}
Column Trunc(const Column& date, std::string_view unit) {
  return CallFunction("trunc", {date, Text(unit)});
}
Column Window(const Column& time, std::string_view duration, std::string_view slide,
              std::string_view start) {
  std::vector<Column> arguments{time, Text(duration)};
  if (!slide.empty() || !start.empty()) arguments.push_back(Text(slide.empty() ? duration : slide));
  if (!start.empty()) arguments.push_back(Text(start));
  return CallFunction("window", arguments);
}
Column SessionWindow(const Column& time, const std::string& gap) {
  return CallFunction("session_window", {time, Text(gap)});
}
Column SessionWindow(const Column& time, const char* gap) {
  return SessionWindow(time, std::string(gap));
}
Column SessionWindow(const Column& time, const Column& gap) {
  return CallFunction("session_window", {time, gap});
}
Column WindowTime(const Column& window) { return CallFunction("window_time", {window}); }

Column Year(const Column& column) { return CallFunction("year", {column}); }
Column Quarter(const Column& column) { return CallFunction("quarter", {column}); }
Column Month(const Column& column) { return CallFunction("month", {column}); }
Column DayOfMonth(const Column& column) { return CallFunction("dayofmonth", {column}); }
Column DayOfWeek(const Column& column) { return CallFunction("dayofweek", {column}); }
Column DayOfYear(const Column& column) { return CallFunction("dayofyear", {column}); }
Column WeekOfYear(const Column& column) { return CallFunction("weekofyear", {column}); }
Column WeekDay(const Column& column) { return CallFunction("weekday", {column}); }
Column Hour(const Column& column) { return CallFunction("hour", {column}); }
Column Minute(const Column& column) { return CallFunction("minute", {column}); }
Column Second(const Column& column) { return CallFunction("second", {column}); }
Column MakeDate(const Column& year, const Column& month, const Column& day) {
  return CallFunction("make_date", {year, month, day});
}
Column TimestampSeconds(const Column& column) {
  return CallFunction("timestamp_seconds", {column});
}
Column TimestampMillis(const Column& column) { return CallFunction("timestamp_millis", {column}); }
Column TimestampMicros(const Column& column) { return CallFunction("timestamp_micros", {column}); }
Column UnixSeconds(const Column& column) { return CallFunction("unix_seconds", {column}); }
Column UnixMillis(const Column& column) { return CallFunction("unix_millis", {column}); }
Column UnixMicros(const Column& column) { return CallFunction("unix_micros", {column}); }
Column FromUtcTimestamp(const Column& time, std::string_view zone) {
  return CallFunction("from_utc_timestamp", {time, Text(zone)});
}
Column ToUtcTimestamp(const Column& time, std::string_view zone) {
  return CallFunction("to_utc_timestamp", {time, Text(zone)});
}

// Arrays, maps and structs
Column Array(const std::vector<Column>& columns) { return CallFunction("array", columns); }
Column Map(const std::vector<Column>& keys_and_values) {
  return CallFunction("map", keys_and_values);
}
Column Struct(const std::vector<Column>& columns) { return CallFunction("struct", columns); }
Column NamedStruct(const std::vector<Column>& names_and_values) {
  return CallFunction("named_struct", names_and_values);
}
Column Size(const Column& column) { return CallFunction("size", {column}); }
Column Cardinality(const Column& column) { return CallFunction("cardinality", {column}); }
Column ElementAt(const Column& column, const Column& key) {
  return CallFunction("element_at", {column, key});
}
Column ArrayContains(const Column& array, const Column& value) {
  return CallFunction("array_contains", {array, value});
}
Column ArrayPosition(const Column& array, const Column& value) {
  return CallFunction("array_position", {array, value});
}
Column ArrayDistinct(const Column& array) { return CallFunction("array_distinct", {array}); }
Column ArraySort(const Column& array) { return CallFunction("array_sort", {array}); }
Column SortArray(const Column& array) { return CallFunction("sort_array", {array}); }
Column ArrayMin(const Column& array) { return CallFunction("array_min", {array}); }
Column ArrayMax(const Column& array) { return CallFunction("array_max", {array}); }
Column ArrayJoin(const Column& array, std::string_view separator) {
  return CallFunction("array_join", {array, Text(separator)});
}
Column ArrayUnion(const Column& a, const Column& b) { return CallFunction("array_union", {a, b}); }
Column ArrayIntersect(const Column& a, const Column& b) {
  return CallFunction("array_intersect", {a, b});
}
Column ArrayExcept(const Column& a, const Column& b) {
  return CallFunction("array_except", {a, b});
}
Column ArraysOverlap(const Column& a, const Column& b) {
  return CallFunction("arrays_overlap", {a, b});
}
Column ArraysZip(const std::vector<Column>& arrays) { return CallFunction("arrays_zip", arrays); }
Column ArrayRemove(const Column& array, const Column& value) {
  return CallFunction("array_remove", {array, value});
}
Column ArrayRepeat(const Column& value, const Column& times) {
  return CallFunction("array_repeat", {value, times});
}
Column ArrayAppend(const Column& array, const Column& value) {
  return CallFunction("array_append", {array, value});
}
Column ArrayPrepend(const Column& array, const Column& value) {
  return CallFunction("array_prepend", {array, value});
}
Column ArrayCompact(const Column& array) { return CallFunction("array_compact", {array}); }
Column Slice(const Column& array, const Column& start, const Column& length) {
  return CallFunction("slice", {array, start, length});
}
Column Sequence(const Column& start, const Column& stop) {
  return CallFunction("sequence", {start, stop});
}
Column Flatten(const Column& array) { return CallFunction("flatten", {array}); }
Column MapKeys(const Column& map) { return CallFunction("map_keys", {map}); }
Column MapValues(const Column& map) { return CallFunction("map_values", {map}); }
Column MapEntries(const Column& map) { return CallFunction("map_entries", {map}); }
Column MapConcat(const std::vector<Column>& maps) { return CallFunction("map_concat", maps); }
Column MapFromArrays(const Column& keys, const Column& values) {
  return CallFunction("map_from_arrays", {keys, values});
}
Column MapFromEntries(const Column& entries) { return CallFunction("map_from_entries", {entries}); }
Column MapContainsKey(const Column& map, const Column& key) {
  return CallFunction("map_contains_key", {map, key});
}

// JSON and CSV
Column FromJson(const Column& column, std::string_view schema) {
  return CallFunction("from_json", {column, Text(schema)});
}
Column ToJson(const Column& column) { return CallFunction("to_json", {column}); }
Column GetJsonObject(const Column& column, std::string_view path) {
  return CallFunction("get_json_object", {column, Text(path)});
}
Column SchemaOfJson(const Column& column) { return CallFunction("schema_of_json", {column}); }
Column FromCsv(const Column& column, std::string_view schema) {
  return CallFunction("from_csv", {column, Text(schema)});
}
Column ToCsv(const Column& column) { return CallFunction("to_csv", {column}); }

// Avro and Protocol Buffers
Column FromAvro(const Column& column, std::string_view schema,
                const std::map<std::string, std::string>& options) {
  return CallFunction("from_avro", WithOptions({column, Text(schema)}, options));
}
Column ToAvro(const Column& column, std::string_view schema) {
  if (schema.empty()) return CallFunction("to_avro", {column});
  return CallFunction("to_avro", {column, Text(schema)});
}
Column FromProtobuf(const Column& column, std::string_view message,
                    std::string_view descriptor_file,
                    const std::map<std::string, std::string>& options) {
  return CallFunction("from_protobuf",
                      WithOptions({column, Text(message), Text(descriptor_file)}, options));
}
Column ToProtobuf(const Column& column, std::string_view message, std::string_view descriptor_file,
                  const std::map<std::string, std::string>& options) {
  return CallFunction("to_protobuf",
                      WithOptions({column, Text(message), Text(descriptor_file)}, options));
}

// Hashes
Column Md5(const Column& column) { return CallFunction("md5", {column}); }
Column Sha1(const Column& column) { return CallFunction("sha1", {column}); }
Column Sha2(const Column& column, int bits) { return CallFunction("sha2", {column, Number(bits)}); }
Column Crc32(const Column& column) { return CallFunction("crc32", {column}); }
Column Hash(const std::vector<Column>& columns) { return CallFunction("hash", columns); }
Column Xxhash64(const std::vector<Column>& columns) { return CallFunction("xxhash64", columns); }

// One row to many
Column Explode(const Column& column) { return CallFunction("explode", {column}); }
Column ExplodeOuter(const Column& column) { return CallFunction("explode_outer", {column}); }
Column PosExplode(const Column& column) { return CallFunction("posexplode", {column}); }
Column PosExplodeOuter(const Column& column) { return CallFunction("posexplode_outer", {column}); }
Column Inline(const Column& column) { return CallFunction("inline", {column}); }
Column InlineOuter(const Column& column) { return CallFunction("inline_outer", {column}); }

// The row itself
Column InputFileName() { return CallFunction("input_file_name", {}); }
Column MonotonicallyIncreasingId() { return CallFunction("monotonically_increasing_id", {}); }
Column SparkPartitionId() { return CallFunction("spark_partition_id", {}); }
Column Uuid() { return CallFunction("uuid", {}); }
Column TypeOf(const Column& column) { return CallFunction("typeof", {column}); }

}  // namespace firesteel::functions
