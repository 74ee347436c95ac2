#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/column.h"

/// Spark SQL's functions as C++ functions, named as in Spark with capitals. What has no function of
/// its own here is reached by CallFunction or Expr.
namespace firesteel::functions {

/// A column by name.
FIRESTEEL_EXPORT Column Col(std::string_view name);
/// A constant; the type follows from the value (int32_t is INT, std::string STRING, …).
FIRESTEEL_EXPORT Column Lit(const Value& value);
/// An expression as SQL text. Errors (kept until an action): PARSE_SYNTAX_ERROR.
FIRESTEEL_EXPORT Column Expr(std::string_view text);
/// Any built-in function by name. Errors (kept until an action): UNRESOLVED_ROUTINE.
FIRESTEEL_EXPORT Column CallFunction(std::string_view name, const std::vector<Column>& arguments);

// Aggregates
FIRESTEEL_EXPORT Column Count(const Column& column);  ///< Count("*") counts rows
FIRESTEEL_EXPORT Column Sum(const Column& column);
FIRESTEEL_EXPORT Column Avg(const Column& column);
FIRESTEEL_EXPORT Column Min(const Column& column);
FIRESTEEL_EXPORT Column Max(const Column& column);
FIRESTEEL_EXPORT Column First(const Column& column);
FIRESTEEL_EXPORT Column Last(const Column& column);
FIRESTEEL_EXPORT Column AnyValue(const Column& column);
FIRESTEEL_EXPORT Column CountIf(const Column& column);
FIRESTEEL_EXPORT Column ApproxCountDistinct(const Column& column);
FIRESTEEL_EXPORT Column CollectList(const Column& column);
FIRESTEEL_EXPORT Column CollectSet(const Column& column);
FIRESTEEL_EXPORT Column Stddev(const Column& column);
FIRESTEEL_EXPORT Column StddevPop(const Column& column);
FIRESTEEL_EXPORT Column StddevSamp(const Column& column);
FIRESTEEL_EXPORT Column Variance(const Column& column);
FIRESTEEL_EXPORT Column VarPop(const Column& column);
FIRESTEEL_EXPORT Column VarSamp(const Column& column);
FIRESTEEL_EXPORT Column Skewness(const Column& column);
FIRESTEEL_EXPORT Column Kurtosis(const Column& column);
FIRESTEEL_EXPORT Column Corr(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column CovarPop(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column CovarSamp(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column MaxBy(const Column& column, const Column& order);
FIRESTEEL_EXPORT Column MinBy(const Column& column, const Column& order);
FIRESTEEL_EXPORT Column BoolAnd(const Column& column);
FIRESTEEL_EXPORT Column BoolOr(const Column& column);
FIRESTEEL_EXPORT Column BitAndAggregate(const Column& column);
FIRESTEEL_EXPORT Column BitOrAggregate(const Column& column);
FIRESTEEL_EXPORT Column BitXorAggregate(const Column& column);
FIRESTEEL_EXPORT Column TrySum(const Column& column);
FIRESTEEL_EXPORT Column Grouping(const Column& column);

// Over windows only: these need Column::Over
FIRESTEEL_EXPORT Column RowNumber();
FIRESTEEL_EXPORT Column Rank();
FIRESTEEL_EXPORT Column DenseRank();
FIRESTEEL_EXPORT Column PercentRank();
FIRESTEEL_EXPORT Column CumeDist();
FIRESTEEL_EXPORT Column Ntile(int parts);
FIRESTEEL_EXPORT Column Lag(const Column& column, int offset = 1);
FIRESTEEL_EXPORT Column Lag(const Column& column, int offset, const Value& otherwise);
FIRESTEEL_EXPORT Column Lead(const Column& column, int offset = 1);
FIRESTEEL_EXPORT Column Lead(const Column& column, int offset, const Value& otherwise);
FIRESTEEL_EXPORT Column NthValue(const Column& column, int place, bool ignore_nulls = false);

// Conditions
FIRESTEEL_EXPORT Column When(const Column& condition, const Column& value);
FIRESTEEL_EXPORT Column Coalesce(const std::vector<Column>& columns);
FIRESTEEL_EXPORT Column IfNull(const Column& column, const Column& otherwise);
FIRESTEEL_EXPORT Column NullIf(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column Nvl(const Column& column, const Column& otherwise);
FIRESTEEL_EXPORT Column Nvl2(const Column& column, const Column& not_null, const Column& null);
FIRESTEEL_EXPORT Column Nanvl(const Column& column, const Column& otherwise);
FIRESTEEL_EXPORT Column IsNan(const Column& column);
FIRESTEEL_EXPORT Column Greatest(const std::vector<Column>& columns);
FIRESTEEL_EXPORT Column Least(const std::vector<Column>& columns);
FIRESTEEL_EXPORT Column EqualNull(const Column& a, const Column& b);

// Strings
FIRESTEEL_EXPORT Column Upper(const Column& column);
FIRESTEEL_EXPORT Column Lower(const Column& column);
FIRESTEEL_EXPORT Column Initcap(const Column& column);
FIRESTEEL_EXPORT Column Trim(const Column& column);
FIRESTEEL_EXPORT Column Ltrim(const Column& column);
FIRESTEEL_EXPORT Column Rtrim(const Column& column);
FIRESTEEL_EXPORT Column Length(const Column& column);
FIRESTEEL_EXPORT Column OctetLength(const Column& column);
FIRESTEEL_EXPORT Column BitLength(const Column& column);
FIRESTEEL_EXPORT Column Ascii(const Column& column);
FIRESTEEL_EXPORT Column Char(const Column& column);
FIRESTEEL_EXPORT Column Reverse(const Column& column);
FIRESTEEL_EXPORT Column Concat(const std::vector<Column>& columns);
FIRESTEEL_EXPORT Column ConcatWs(std::string_view separator, const std::vector<Column>& columns);
/// Splits around matches of a regular expression.
FIRESTEEL_EXPORT Column Split(const Column& column, std::string_view pattern, int limit = -1);
FIRESTEEL_EXPORT Column SplitPart(const Column& column, std::string_view delimiter, int part);
FIRESTEEL_EXPORT Column Substring(const Column& column, int position, int length);
FIRESTEEL_EXPORT Column SubstringIndex(const Column& column, std::string_view delimiter, int count);
FIRESTEEL_EXPORT Column Left(const Column& column, int length);
FIRESTEEL_EXPORT Column Right(const Column& column, int length);
FIRESTEEL_EXPORT Column Lpad(const Column& column, int length, std::string_view pad);
FIRESTEEL_EXPORT Column Rpad(const Column& column, int length, std::string_view pad);
FIRESTEEL_EXPORT Column Repeat(const Column& column, int times);
FIRESTEEL_EXPORT Column Replace(const Column& column, std::string_view search,
                                std::string_view replacement);
FIRESTEEL_EXPORT Column Translate(const Column& column, std::string_view from, std::string_view to);
FIRESTEEL_EXPORT Column Overlay(const Column& column, const Column& replacement, int position);
FIRESTEEL_EXPORT Column Instr(const Column& column, std::string_view part);
FIRESTEEL_EXPORT Column Locate(std::string_view part, const Column& column);
FIRESTEEL_EXPORT Column FindInSet(const Column& column, const Column& set);
FIRESTEEL_EXPORT Column StartsWith(const Column& column, const Column& start);
FIRESTEEL_EXPORT Column EndsWith(const Column& column, const Column& end);
FIRESTEEL_EXPORT Column Contains(const Column& column, const Column& part);
FIRESTEEL_EXPORT Column Levenshtein(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column Soundex(const Column& column);
FIRESTEEL_EXPORT Column Base64(const Column& column);
FIRESTEEL_EXPORT Column Unbase64(const Column& column);
FIRESTEEL_EXPORT Column Hex(const Column& column);
FIRESTEEL_EXPORT Column Unhex(const Column& column);
FIRESTEEL_EXPORT Column Encode(const Column& column, std::string_view charset);
FIRESTEEL_EXPORT Column Decode(const Column& column, std::string_view charset);
FIRESTEEL_EXPORT Column Space(const Column& count);

// Regular expressions
FIRESTEEL_EXPORT Column RegexpExtract(const Column& column, std::string_view pattern, int group);
FIRESTEEL_EXPORT Column RegexpExtractAll(const Column& column, std::string_view pattern, int group);
FIRESTEEL_EXPORT Column RegexpReplace(const Column& column, std::string_view pattern,
                                      std::string_view replacement);
FIRESTEEL_EXPORT Column RegexpLike(const Column& column, const Column& pattern);
FIRESTEEL_EXPORT Column RegexpCount(const Column& column, const Column& pattern);
FIRESTEEL_EXPORT Column RegexpInstr(const Column& column, const Column& pattern);
FIRESTEEL_EXPORT Column RegexpSubstr(const Column& column, const Column& pattern);

// Numbers
FIRESTEEL_EXPORT Column Abs(const Column& column);
FIRESTEEL_EXPORT Column Round(const Column& column, int scale = 0);
FIRESTEEL_EXPORT Column Bround(const Column& column, int scale);
FIRESTEEL_EXPORT Column Ceil(const Column& column);
FIRESTEEL_EXPORT Column Floor(const Column& column);
FIRESTEEL_EXPORT Column Rint(const Column& column);
FIRESTEEL_EXPORT Column Sign(const Column& column);
FIRESTEEL_EXPORT Column Sqrt(const Column& column);
FIRESTEEL_EXPORT Column Cbrt(const Column& column);
FIRESTEEL_EXPORT Column Exp(const Column& column);
FIRESTEEL_EXPORT Column Expm1(const Column& column);
FIRESTEEL_EXPORT Column Ln(const Column& column);
FIRESTEEL_EXPORT Column Log(const Column& base, const Column& column);
FIRESTEEL_EXPORT Column Log2(const Column& column);
FIRESTEEL_EXPORT Column Log10(const Column& column);
FIRESTEEL_EXPORT Column Log1p(const Column& column);
FIRESTEEL_EXPORT Column Pow(const Column& base, const Column& exponent);
FIRESTEEL_EXPORT Column Hypot(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column Sin(const Column& column);
FIRESTEEL_EXPORT Column Cos(const Column& column);
FIRESTEEL_EXPORT Column Tan(const Column& column);
FIRESTEEL_EXPORT Column Cot(const Column& column);
FIRESTEEL_EXPORT Column Asin(const Column& column);
FIRESTEEL_EXPORT Column Acos(const Column& column);
FIRESTEEL_EXPORT Column Atan(const Column& column);
FIRESTEEL_EXPORT Column Atan2(const Column& y, const Column& x);
FIRESTEEL_EXPORT Column Sinh(const Column& column);
FIRESTEEL_EXPORT Column Cosh(const Column& column);
FIRESTEEL_EXPORT Column Tanh(const Column& column);
FIRESTEEL_EXPORT Column Degrees(const Column& column);
FIRESTEEL_EXPORT Column Radians(const Column& column);
FIRESTEEL_EXPORT Column Factorial(const Column& column);
FIRESTEEL_EXPORT Column Bin(const Column& column);
FIRESTEEL_EXPORT Column Pmod(const Column& dividend, const Column& divisor);
FIRESTEEL_EXPORT Column Negative(const Column& column);
FIRESTEEL_EXPORT Column BitCount(const Column& column);
FIRESTEEL_EXPORT Column ShiftLeft(const Column& column, int bits);
FIRESTEEL_EXPORT Column ShiftRight(const Column& column, int bits);
FIRESTEEL_EXPORT Column TryAdd(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column TrySubtract(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column TryMultiply(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column TryDivide(const Column& a, const Column& b);

// Dates and times
FIRESTEEL_EXPORT Column CurrentTimestamp();
FIRESTEEL_EXPORT Column CurrentDate();
/// Without a pattern as a cast does.
FIRESTEEL_EXPORT Column ToTimestamp(const Column& column, std::string_view pattern = "");
FIRESTEEL_EXPORT Column ToDate(const Column& column, std::string_view pattern = "");
FIRESTEEL_EXPORT Column TryToTimestamp(const Column& column);
FIRESTEEL_EXPORT Column DateFormat(const Column& column, std::string_view pattern);
FIRESTEEL_EXPORT Column UnixTimestamp(const Column& column);
FIRESTEEL_EXPORT Column FromUnixTime(const Column& column);
FIRESTEEL_EXPORT Column DateAdd(const Column& date, const Column& days);
FIRESTEEL_EXPORT Column DateSub(const Column& date, const Column& days);
FIRESTEEL_EXPORT Column DateDiff(const Column& end, const Column& start);
FIRESTEEL_EXPORT Column AddMonths(const Column& date, const Column& months);
FIRESTEEL_EXPORT Column MonthsBetween(const Column& end, const Column& start);
FIRESTEEL_EXPORT Column LastDay(const Column& date);
FIRESTEEL_EXPORT Column NextDay(const Column& date, std::string_view weekday);
FIRESTEEL_EXPORT Column DateTrunc(std::string_view unit, const Column& time);
FIRESTEEL_EXPORT Column Trunc(const Column& date, std::string_view unit);
FIRESTEEL_EXPORT Column Year(const Column& column);
FIRESTEEL_EXPORT Column Quarter(const Column& column);
FIRESTEEL_EXPORT Column Month(const Column& column);
FIRESTEEL_EXPORT Column DayOfMonth(const Column& column);
FIRESTEEL_EXPORT Column DayOfWeek(const Column& column);
FIRESTEEL_EXPORT Column DayOfYear(const Column& column);
FIRESTEEL_EXPORT Column WeekOfYear(const Column& column);
FIRESTEEL_EXPORT Column WeekDay(const Column& column);
FIRESTEEL_EXPORT Column Hour(const Column& column);
FIRESTEEL_EXPORT Column Minute(const Column& column);
FIRESTEEL_EXPORT Column Second(const Column& column);
FIRESTEEL_EXPORT Column MakeDate(const Column& year, const Column& month, const Column& day);
FIRESTEEL_EXPORT Column TimestampSeconds(const Column& column);
FIRESTEEL_EXPORT Column TimestampMillis(const Column& column);
FIRESTEEL_EXPORT Column TimestampMicros(const Column& column);
FIRESTEEL_EXPORT Column UnixSeconds(const Column& column);
FIRESTEEL_EXPORT Column UnixMillis(const Column& column);
FIRESTEEL_EXPORT Column UnixMicros(const Column& column);
FIRESTEEL_EXPORT Column FromUtcTimestamp(const Column& time, std::string_view zone);
FIRESTEEL_EXPORT Column ToUtcTimestamp(const Column& time, std::string_view zone);

// Arrays, maps and structs
FIRESTEEL_EXPORT Column Array(const std::vector<Column>& columns);
FIRESTEEL_EXPORT Column Map(const std::vector<Column>& keys_and_values);
FIRESTEEL_EXPORT Column Struct(const std::vector<Column>& columns);
FIRESTEEL_EXPORT Column NamedStruct(const std::vector<Column>& names_and_values);
FIRESTEEL_EXPORT Column Size(const Column& column);
FIRESTEEL_EXPORT Column Cardinality(const Column& column);
FIRESTEEL_EXPORT Column ElementAt(const Column& column, const Column& key);
FIRESTEEL_EXPORT Column ArrayContains(const Column& array, const Column& value);
FIRESTEEL_EXPORT Column ArrayPosition(const Column& array, const Column& value);
FIRESTEEL_EXPORT Column ArrayDistinct(const Column& array);
FIRESTEEL_EXPORT Column ArraySort(const Column& array);
FIRESTEEL_EXPORT Column SortArray(const Column& array);
FIRESTEEL_EXPORT Column ArrayMin(const Column& array);
FIRESTEEL_EXPORT Column ArrayMax(const Column& array);
FIRESTEEL_EXPORT Column ArrayJoin(const Column& array, std::string_view separator);
FIRESTEEL_EXPORT Column ArrayUnion(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column ArrayIntersect(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column ArrayExcept(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column ArraysOverlap(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column ArraysZip(const std::vector<Column>& arrays);
FIRESTEEL_EXPORT Column ArrayRemove(const Column& array, const Column& value);
FIRESTEEL_EXPORT Column ArrayRepeat(const Column& value, const Column& times);
FIRESTEEL_EXPORT Column ArrayAppend(const Column& array, const Column& value);
FIRESTEEL_EXPORT Column ArrayPrepend(const Column& array, const Column& value);
FIRESTEEL_EXPORT Column ArrayCompact(const Column& array);
FIRESTEEL_EXPORT Column Slice(const Column& array, const Column& start, const Column& length);
FIRESTEEL_EXPORT Column Sequence(const Column& start, const Column& stop);
FIRESTEEL_EXPORT Column Flatten(const Column& array);
FIRESTEEL_EXPORT Column MapKeys(const Column& map);
FIRESTEEL_EXPORT Column MapValues(const Column& map);
FIRESTEEL_EXPORT Column MapEntries(const Column& map);
FIRESTEEL_EXPORT Column MapConcat(const std::vector<Column>& maps);
FIRESTEEL_EXPORT Column MapFromArrays(const Column& keys, const Column& values);
FIRESTEEL_EXPORT Column MapFromEntries(const Column& entries);
FIRESTEEL_EXPORT Column MapContainsKey(const Column& map, const Column& key);

// JSON and CSV
FIRESTEEL_EXPORT Column FromJson(const Column& column, std::string_view schema);
FIRESTEEL_EXPORT Column ToJson(const Column& column);
FIRESTEEL_EXPORT Column GetJsonObject(const Column& column, std::string_view path);
FIRESTEEL_EXPORT Column SchemaOfJson(const Column& column);
FIRESTEEL_EXPORT Column FromCsv(const Column& column, std::string_view schema);
FIRESTEEL_EXPORT Column ToCsv(const Column& column);

// Avro and Protocol Buffers: binary values, with the schema's JSON text or the file that `protoc
// --descriptor_set_out` wrote. Options are those of Spark, `mode`, `avroSchema`, ….
FIRESTEEL_EXPORT Column FromAvro(const Column& column, std::string_view schema,
                                 const std::map<std::string, std::string>& options = {});
FIRESTEEL_EXPORT Column ToAvro(const Column& column, std::string_view schema = "");
FIRESTEEL_EXPORT Column FromProtobuf(const Column& column, std::string_view message,
                                     std::string_view descriptor_file,
                                     const std::map<std::string, std::string>& options = {});
FIRESTEEL_EXPORT Column ToProtobuf(const Column& column, std::string_view message,
                                   std::string_view descriptor_file,
                                   const std::map<std::string, std::string>& options = {});

// Hashes
FIRESTEEL_EXPORT Column Md5(const Column& column);
FIRESTEEL_EXPORT Column Sha1(const Column& column);
FIRESTEEL_EXPORT Column Sha2(const Column& column, int bits);
FIRESTEEL_EXPORT Column Crc32(const Column& column);
FIRESTEEL_EXPORT Column Hash(const std::vector<Column>& columns);
FIRESTEEL_EXPORT Column Xxhash64(const std::vector<Column>& columns);

// Windows of time
/// The windows of `duration` that hold a time, one every `slide` (every `duration` where it is
/// empty), counted from `start` after 1970: a column `window` of structs start, end.
FIRESTEEL_EXPORT Column Window(const Column& time, std::string_view duration,
                               std::string_view slide = "", std::string_view start = "");
/// Windows of rows that follow each other within `gap`: text (`5 minutes`), or a column of such text,
/// which may differ from row to row.
FIRESTEEL_EXPORT Column SessionWindow(const Column& time, const std::string& gap);
FIRESTEEL_EXPORT Column SessionWindow(const Column& time, const char* gap);
FIRESTEEL_EXPORT Column SessionWindow(const Column& time, const Column& gap);
/// The last microsecond of a window, for windows of windows.
FIRESTEEL_EXPORT Column WindowTime(const Column& window);

// One row to many
FIRESTEEL_EXPORT Column Explode(const Column& column);
FIRESTEEL_EXPORT Column ExplodeOuter(const Column& column);
FIRESTEEL_EXPORT Column PosExplode(const Column& column);
FIRESTEEL_EXPORT Column PosExplodeOuter(const Column& column);
FIRESTEEL_EXPORT Column Inline(const Column& column);
FIRESTEEL_EXPORT Column InlineOuter(const Column& column);

// The row itself
FIRESTEEL_EXPORT Column InputFileName();
FIRESTEEL_EXPORT Column MonotonicallyIncreasingId();
FIRESTEEL_EXPORT Column SparkPartitionId();
FIRESTEEL_EXPORT Column Uuid();
FIRESTEEL_EXPORT Column TypeOf(const Column& column);

}  // namespace firesteel::functions
