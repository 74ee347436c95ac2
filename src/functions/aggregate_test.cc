#include <limits>
#include <map>

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

/// Binds an aggregate over columns of these types.
std::shared_ptr<const AggregateCall> BindAggregate(std::string_view name,
                                                   const std::vector<DataType>& types,
                                                   const std::vector<Value>& constants = {},
                                                   const FunctionSettings& settings = {}) {
  std::vector<ExpressionPtr> arguments;
  for (const DataType& type : types) {
    arguments.push_back(std::make_shared<Attribute>("c", type, true, NewExprId()));
  }
  for (const Value& constant : constants) arguments.push_back(Literal::Of(constant).ValueOrDie());
  auto call = BindCall(name, arguments, false, nullptr, settings).ValueOrDie();
  return std::static_pointer_cast<const AggregateCall>(call);
}

/// The argument columns, cast as the call's children say.
std::vector<ColumnVector> Columns(const AggregateCall& call, const std::vector<DataType>& types,
                                  const std::vector<Row>& rows) {
  Schema schema;
  std::vector<AttributePtr> input;
  for (size_t i = 0; i < types.size(); ++i) {
    schema.Add("c" + std::to_string(i), types[i]);
    ExpressionPtr argument = call.child(static_cast<int>(i));
    while (!As<Attribute>(argument)) argument = argument->child(0);
    input.push_back(std::static_pointer_cast<const Attribute>(argument));
  }
  auto batch = MakeBatch(rows, schema).ValueOrDie();
  EvaluationContext context;
  std::vector<ColumnVector> columns;
  for (const ExpressionPtr& argument : call.arguments()) {
    auto bound = BindReferences(argument, input).ValueOrDie();
    columns.push_back(bound->Evaluate(*batch, &context).ValueOrDie());
  }
  return columns;
}

std::vector<Value> Values(const arrow::Array& array, const DataType& type) {
  EXPECT_TRUE(array.ValidateFull().ok()) << array.ValidateFull().ToString();
  EXPECT_TRUE(array.type()->Equals(*ToArrowType(type))) << array.type()->ToString();
  std::vector<Value> values;
  for (int64_t i = 0; i < array.length(); ++i) values.push_back(GetValue(array, i, type));
  return values;
}

struct AggregateCase {
  std::string name;
  DataType type;
  /// Group 0's values; group 1 gets none, group 2 the same in two parts.
  std::vector<Value> values;
  Value expected;
  Value expected_empty;
};

/// Runs the case in one go, with a row left out, and split over two accumulators whose buffers are
/// merged; all must agree.
void Check(const AggregateCase& test, const FunctionSettings& settings = {}) {
  SCOPED_TRACE(test.name + " of " + test.type.SimpleString());
  auto call = BindAggregate(test.name, {test.type}, {}, settings);
  const BoundAggregate& bound = call->bound();
  std::vector<Row> rows;
  std::vector<int32_t> groups;
  for (const Value& value : test.values) {
    rows.push_back(Row({value}));
    groups.push_back(0);
  }
  rows.push_back(Row({test.values.empty() ? Value() : test.values[0]}));
  groups.push_back(-1);
  const std::vector<ColumnVector> columns = Columns(*call, {test.type}, rows);
  auto whole = bound.NewAccumulator();
  ASSERT_TRUE(whole->Resize(2).ok());
  ASSERT_TRUE(whole->Update(columns, groups).ok());
  const std::vector<Value> direct = Values(*whole->Finish().ValueOrDie(), bound.return_type());
  ASSERT_EQ(direct.size(), 2u);
  EXPECT_TRUE(SameValue(direct[0], test.expected))
      << "gave " << direct[0].ToString() << ", expected " << test.expected.ToString();
  EXPECT_TRUE(SameValue(direct[1], test.expected_empty)) << "empty gave " << direct[1].ToString();

  // The same in two parts, merged through the buffers.
  auto merged = bound.NewAccumulator();
  ASSERT_TRUE(merged->Resize(1).ok());
  for (size_t part = 0; part < 2; ++part) {
    auto partial = bound.NewAccumulator();
    ASSERT_TRUE(partial->Resize(1).ok());
    std::vector<int32_t> part_groups(rows.size(), -1);
    for (size_t i = 0; i < test.values.size(); ++i) {
      if ((i < test.values.size() / 2) == (part == 0)) part_groups[i] = 0;
    }
    ASSERT_TRUE(partial->Update(columns, part_groups).ok());
    auto buffers = partial->BufferArrays().ValueOrDie();
    ASSERT_EQ(buffers.size(), bound.buffer_fields().size());
    for (size_t k = 0; k < buffers.size(); ++k) {
      Values(*buffers[k], bound.buffer_fields()[k].type);
    }
    const std::vector<int32_t> target{0};
    ASSERT_TRUE(merged->Merge(buffers, target).ok());
  }
  const std::vector<Value> through_state =
      Values(*merged->Finish().ValueOrDie(), bound.return_type());
  EXPECT_TRUE(SameValue(through_state[0], test.expected))
      << "merged gave " << through_state[0].ToString();
}

TEST(AggregateTest, CountsAndSums) {
  Check({"count", TypeId::kString, {"a", kNull, "b"}, int64_t{2}, int64_t{0}});
  Check({"count_if", TypeId::kBoolean, {true, false, kNull, true}, int64_t{2}, int64_t{0}});
  Check({"sum", TypeId::kInteger, {2147483647, 1, kNull}, int64_t{2147483648}, kNull});
  Check({"sum", TypeId::kByte, {int8_t{100}, int8_t{100}}, int64_t{200}, kNull});
  Check({"sum", TypeId::kFloat, {1.5f, 2.0f}, 3.5, kNull});
  Check({"sum", TypeId::kDouble, {1.5, std::nan(""), 2.0}, std::nan(""), kNull});
  Check({"sum", TypeId::kString, {"1", "2.5"}, 3.5, kNull});
  Check({"sum", DataType::Decimal(4, 2), {Dec(1050, 4, 2), kNull, Dec(-25, 4, 2)},
         Dec(1025, 14, 2), kNull});
  Check({"sum", DataType::Decimal(12, 2), {Dec(1050, 12, 2), kNull, Dec(-25, 12, 2)},
         Dec(1025, 22, 2), kNull});
  Check({"sum", TypeId::kYearMonthInterval, {YearMonthInterval{12}, YearMonthInterval{1}},
         YearMonthInterval{13}, kNull});
  Check({"sum", TypeId::kInteger, {kNull, kNull}, kNull, kNull});
}

TEST(AggregateTest, Averages) {
  Check({"avg", TypeId::kInteger, {1, 2, 2, kNull}, 5.0 / 3, kNull});
  Check({"avg", TypeId::kLong,
         {std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::max()},
         9.223372036854775807e18, kNull});
  Check({"mean", DataType::Decimal(4, 2), {Dec(25, 4, 2), Dec(-100, 4, 2)}, Dec(-375000, 8, 6),
         kNull});
  Check({"avg", DataType::Decimal(20, 2), {Dec(100, 20, 2), Dec(100, 20, 2), Dec(101, 20, 2)},
         Dec(1003333, 24, 6), kNull});
  Check({"avg", TypeId::kDayTimeInterval, {DayTimeInterval{5}, DayTimeInterval{6}},
         DayTimeInterval{6}, kNull});
}

TEST(AggregateTest, Extremes) {
  Check({"min", TypeId::kInteger, {3, kNull, -1, 2}, -1, kNull});
  Check({"max", TypeId::kDouble, {1.0, std::nan(""), 2.0}, std::nan(""), kNull});
  Check({"min", TypeId::kDouble, {std::nan(""), 1.0}, 1.0, kNull});
  Check({"max", TypeId::kString, {"z", "\xC3\xA9", ""}, "\xC3\xA9", kNull});
  Check({"min", TypeId::kString, {"z", kNull, ""}, "", kNull});
  Check({"min", TypeId::kBoolean, {true, false}, false, kNull});
  Check({"max", DataType::Decimal(5, 2), {Dec(1, 5, 2), Dec(7, 5, 2)}, Dec(7, 5, 2), kNull});
  Check({"min", TypeId::kDate, {Date{5}, Date{-5}}, Date{-5}, kNull});
  Check({"max", TypeId::kTimestamp, {Timestamp{5}, Timestamp{9}}, Timestamp{9}, kNull});
  Check({"min", DataType::Array(TypeId::kInteger), {List({1, 2}), kNull, List({1})}, List({1}),
         kNull});
  Check({"bool_and", TypeId::kBoolean, {true, kNull, true}, true, kNull});
  Check({"every", TypeId::kBoolean, {true, false}, false, kNull});
  Check({"some", TypeId::kBoolean, {false, true}, true, kNull});
  Check({"bit_and", TypeId::kInteger, {7, 6, kNull}, 6, kNull});
  Check({"bit_or", TypeId::kByte, {int8_t{1}, int8_t{4}}, int8_t{5}, kNull});
  Check({"bit_xor", TypeId::kLong, {int64_t{5}, int64_t{5}, int64_t{3}}, int64_t{3}, kNull});
}

TEST(AggregateTest, Moments) {
  const std::vector<Value> values{2.0, 4.0, 4.0, 5.0, kNull};
  Check({"var_pop", TypeId::kDouble, values, 1.1875, kNull});
  Check({"stddev", TypeId::kDouble, values, 1.2583057392117916, kNull});
  Check({"variance", TypeId::kDouble, {1.0}, kNull, kNull});
  Check({"stddev_pop", TypeId::kInteger, {2}, 0.0, kNull});
  Check({"skewness", TypeId::kInteger, {1, 2, 10}, 0.6745554845457655, kNull});
  Check({"kurtosis", TypeId::kInteger, {1, 2, 10}, -1.5, kNull});
}

TEST(AggregateTest, Collections) {
  Check({"collect_list", TypeId::kInteger, {3, kNull, 1, 3}, List({3, 1, 3}), List({})});
  Check({"collect_set", TypeId::kString, {"b", "a", kNull, "b"}, List({"b", "a"}), List({})});
  Check({"collect_set", TypeId::kBinary, {Binary{"b"}, Binary{""}, Binary{"b"}},
         List({Binary{"b"}, Binary{""}}), List({})});
  Check({"collect_list", DataType::Array(TypeId::kString), {List({"x"}), List({kNull})},
         List({List({"x"}), List({kNull})}), List({})});
}

TEST(AggregateTest, OverflowIsAnErrorInAnsiMode) {
  auto overflow = [](const DataType& type, const std::vector<Value>& values, bool ansi) {
    auto call = BindAggregate("sum", {type}, {}, {ansi, "UTC"});
    std::vector<Row> rows;
    for (const Value& value : values) rows.push_back(Row({value}));
    auto sum = call->bound().NewAccumulator();
    EXPECT_TRUE(sum->Resize(1).ok());
    Status status = sum->Update(Columns(*call, {type}, rows),
                                std::vector<int32_t>(values.size(), 0));
    if (!status.ok()) return ErrorCondition(status);
    Result<std::shared_ptr<arrow::Array>> result = sum->Finish();
    if (!result.ok()) return ErrorCondition(result.status());
    return GetValue(**result, 0, call->type()).ToString();
  };
  const int64_t max = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(overflow(TypeId::kLong, {max, int64_t{1}}, true), "ARITHMETIC_OVERFLOW");
  EXPECT_EQ(overflow(TypeId::kLong, {max, int64_t{1}}, false), "-9223372036854775808");
  __int128 nines = 0;
  for (int i = 0; i < 38; ++i) nines = nines * 10 + 9;
  const Value big = Decimal{nines, 38, 0};
  EXPECT_EQ(overflow(DataType::Decimal(38, 0), {big, big}, true),
            "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION");
  EXPECT_EQ(overflow(DataType::Decimal(38, 0), {big, big}, false), "NULL");
  EXPECT_EQ(overflow(TypeId::kDayTimeInterval, {DayTimeInterval{max}, DayTimeInterval{1}}, true),
            "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION");
}

TEST(AggregateTest, FirstAndLast) {
  struct EdgeCase {
    const char* name;
    bool ignore_nulls;
    Value expected;
  };
  const std::vector<Row> rows{Row({kNull}), Row({"x"}), Row({"y"}), Row({kNull})};
  for (const EdgeCase& test : std::vector<EdgeCase>{{"first", false, kNull},
                                                    {"first", true, "x"},
                                                    {"any_value", true, "x"},
                                                    {"last", false, kNull},
                                                    {"last_value", true, "y"}}) {
    auto call = BindAggregate(test.name, {TypeId::kString}, {test.ignore_nulls});
    EXPECT_EQ(call->Sql(), std::string(test.name) + "(c)");
    auto accumulator = call->bound().NewAccumulator();
    ASSERT_TRUE(accumulator->Resize(2).ok());
    ASSERT_TRUE(accumulator->Update(Columns(*call, {TypeId::kString}, rows),
                                    std::vector<int32_t>{0, 0, 0, 0}).ok());
    // An empty part must not change anything.
    auto empty = call->bound().NewAccumulator();
    ASSERT_TRUE(empty->Resize(1).ok());
    ASSERT_TRUE(accumulator->Merge(empty->BufferArrays().ValueOrDie(),
                                   std::vector<int32_t>{0}).ok());
    EXPECT_EQ(Values(*accumulator->Finish().ValueOrDie(), TypeId::kString),
              (std::vector<Value>{test.expected, kNull})) << test.name << test.ignore_nulls;
  }
}

TEST(AggregateTest, ValuesByExtremes) {
  const std::vector<DataType> types{TypeId::kString, TypeId::kInteger};
  const std::vector<Row> rows{Row({"a", 10}), Row({"b", 50}), Row({"c", 50}), Row({"d", kNull}),
                              Row({kNull, 5})};
  const std::vector<int32_t> groups{0, 0, 0, 0, 0};
  for (const auto& [name, expected] :
       std::map<std::string, Value>{{"max_by", "c"}, {"min_by", kNull}}) {
    auto call = BindAggregate(name, types);
    auto accumulator = call->bound().NewAccumulator();
    ASSERT_TRUE(accumulator->Resize(1).ok());
    ASSERT_TRUE(accumulator->Update(Columns(*call, types, rows), groups).ok());
    EXPECT_EQ(Values(*accumulator->Finish().ValueOrDie(), TypeId::kString)[0], expected) << name;
  }
}

/// Adds the rows in two parts to groups 0 and 1 of 3, the second part through the buffers.
Value GroupZero(const AggregateCall& call, const std::vector<DataType>& types,
                const std::vector<Row>& rows) {
  const BoundAggregate& bound = call.bound();
  auto whole = bound.NewAccumulator();
  EXPECT_TRUE(whole->Resize(2).ok());
  for (size_t part = 0; part < 2; ++part) {
    std::vector<int32_t> groups(rows.size(), -1);
    for (size_t i = 0; i < rows.size(); ++i) {
      if ((i < rows.size() / 2) == (part == 0)) groups[i] = 0;
    }
    auto partial = bound.NewAccumulator();
    EXPECT_TRUE(partial->Resize(2).ok());
    EXPECT_TRUE(partial->Update(Columns(call, types, rows), groups).ok());
    EXPECT_TRUE(
        whole->Merge(partial->BufferArrays().ValueOrDie(), std::vector<int32_t>{0, 1}).ok());
  }
  const std::vector<Value> values = Values(*whole->Finish().ValueOrDie(), bound.return_type());
  EXPECT_TRUE(values[1].is_null()) << values[1].ToString();
  return values[0];
}

Value List(std::vector<Value> elements) { return ArrayValue{std::move(elements)}; }

TEST(AggregateTest, ValuesBySeveralExtremes) {
  const std::vector<DataType> types{TypeId::kString, TypeId::kInteger};
  const std::vector<Row> rows{Row({"a", 10}),  Row({"b", 50}), Row({"c", 70}), Row({"d", kNull}),
                              Row({kNull, 5}), Row({"e", 60}), Row({"f", 1})};
  const auto of = [&](std::string_view name, int32_t count) {
    return GroupZero(*BindAggregate(name, types, {count}), types, rows);
  };
  EXPECT_EQ(of("max_by", 1), List({"c"}));
  EXPECT_EQ(of("max_by", 3), List({"c", "e", "b"}));
  EXPECT_EQ(of("min_by", 3), List({"f", kNull, "a"}));
  EXPECT_EQ(of("max_by", 100), List({"c", "e", "b", "a", kNull, "f"}));
  // Of equal ones the first stay.
  const std::vector<Row> equal{Row({"a", 1}), Row({"b", 1}), Row({"c", 1}), Row({"d", 1})};
  EXPECT_EQ(GroupZero(*BindAggregate("max_by", types, {2}), types, equal), List({"a", "b"}));
}

TEST(AggregateTest, ModesByName) {
  const std::vector<DataType> types{TypeId::kInteger};
  const std::vector<Row> rows{Row({3}), Row({1}), Row({3}), Row({1}), Row({2}), Row({kNull})};
  EXPECT_EQ(GroupZero(*BindAggregate("mode", types, {true}), types, rows), Value(1));
  EXPECT_FALSE(GroupZero(*BindAggregate("mode", types, {false}), types, rows).is_null());
  EXPECT_EQ(BindAggregate("mode", types, {false})->Sql(), "mode(c)");
  EXPECT_EQ(BindAggregate("mode", types, {true})->Sql(), "mode() WITHIN GROUP (ORDER BY c DESC)");
}

TEST(AggregateTest, Products) {
  Check({"product", TypeId::kInteger, {2, kNull, 5}, 10.0, kNull});
  Check({"product", TypeId::kDouble, {1.5, -2.0, 0.5, 2.0}, -3.0, kNull});
  Check({"product", TypeId::kDouble, {kNull}, kNull, kNull});
}

TEST(AggregateTest, BuffersAreTheStatesColumns) {
  auto fields = [](std::string_view name, const DataType& type) {
    std::string text;
    auto call = BindAggregate(name, {type});
    for (const StructField& field : call->bound().buffer_fields()) {
      text += (text.empty() ? "" : ", ") + field.name + " " + field.type.SimpleString();
    }
    return text;
  };
  EXPECT_EQ(fields("count", TypeId::kString), "count bigint");
  EXPECT_EQ(fields("sum", TypeId::kInteger), "sum bigint");
  EXPECT_EQ(fields("sum", TypeId::kFloat), "sum double");
  EXPECT_EQ(fields("sum", DataType::Decimal(8, 2)), "sum bigint");
  EXPECT_EQ(fields("sum", DataType::Decimal(9, 2)), "sum decimal(19,2), isEmpty boolean");
  EXPECT_EQ(fields("avg", TypeId::kLong), "sum double, count bigint");
  EXPECT_EQ(fields("avg", DataType::Decimal(10, 2)), "sum double, count bigint");
  EXPECT_EQ(fields("avg", DataType::Decimal(12, 2)), "sum decimal(22,2), count bigint");
  EXPECT_EQ(fields("min", TypeId::kDate), "min date");
  EXPECT_EQ(fields("bool_or", TypeId::kBoolean), "max boolean");
  EXPECT_EQ(fields("every", TypeId::kBoolean), "min boolean");
  EXPECT_EQ(fields("count_if", TypeId::kBoolean), "count bigint");
  EXPECT_EQ(fields("stddev", TypeId::kDouble), "n double, avg double, m2 double");
  EXPECT_EQ(fields("first", TypeId::kString), "first string, valueSet boolean");
  EXPECT_EQ(fields("collect_list", TypeId::kString), "buf binary");
}

TEST(AggregateTest, Names) {
  auto one = Literal::Of(1).ValueOrDie();
  ExpressionPtr a = std::make_shared<Attribute>("a", TypeId::kInteger, true, NewExprId());
  EXPECT_EQ(BindCall("count", {one}, false, nullptr, {}).ValueOrDie()->Sql(), "count(1)");
  EXPECT_EQ(BindCall("COUNT", {a}, true, nullptr, {}).ValueOrDie()->Sql(), "count(DISTINCT a)");
  auto filter = BindCall(">", {a, one}, false, nullptr, {}).ValueOrDie();
  EXPECT_EQ(BindCall("sum", {a}, false, filter, {}).ValueOrDie()->Sql(),
            "sum(a) FILTER (WHERE (a > 1))");
  EXPECT_EQ(ErrorCondition(BindCall("count", {}, false, nullptr, {}).status()),
            "WRONG_NUM_ARGS.WITH_SUGGESTION");
  ExpressionPtr flag = std::make_shared<Attribute>("f", TypeId::kBoolean, true, NewExprId());
  EXPECT_EQ(ErrorCondition(BindCall("sum", {flag}, false, nullptr, {}).status()),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  EXPECT_EQ(ErrorCondition(BindCall("upper", {a}, true, nullptr, {}).status()),
            "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX");
}

TEST(AggregateTest, ApproximateDistinctCounts) {
  Check({"approx_count_distinct", TypeId::kString, {"a", "b", kNull, "a"}, int64_t{2},
         int64_t{0}});
  // From every branch of the estimate: counting empty registers, corrected by the table, and raw.
  for (const int64_t size : {100, 1000, 20000}) {
    std::vector<Row> rows;
    for (int64_t i = 0; i < size; ++i) rows.push_back(Row({i}));
    const std::vector<DataType> types{TypeId::kLong};
    auto call = BindAggregate("approx_count_distinct", types);
    auto accumulator = call->bound().NewAccumulator();
    ASSERT_TRUE(accumulator->Resize(1).ok());
    const std::vector<int32_t> groups(size, 0);
    ASSERT_TRUE(accumulator->Update(Columns(*call, types, rows), groups).ok());
    ASSERT_TRUE(accumulator->Update(Columns(*call, types, rows), groups).ok());
    const auto count = Values(*accumulator->Finish().ValueOrDie(), TypeId::kLong)[0].Get<int64_t>();
    EXPECT_NEAR(static_cast<double>(count), static_cast<double>(size), 0.12 * size);
  }
  EXPECT_EQ(BindAggregate("approx_count_distinct", {TypeId::kLong})->bound().buffer_fields().size(),
            52u);
  EXPECT_EQ(BindAggregate("approx_count_distinct", {TypeId::kLong}, {0.01})->Sql(),
            "approx_count_distinct(c)");
}

TEST(AggregateTest, ManyBatchesAreCompactedWithoutLosingValues) {
  const std::vector<DataType> types{TypeId::kString};
  auto call = BindAggregate("max", types);
  auto accumulator = call->bound().NewAccumulator();
  ASSERT_TRUE(accumulator->Resize(3).ok());
  for (int batch = 0; batch < 40; ++batch) {
    std::vector<Row> rows;
    std::vector<int32_t> groups;
    for (int i = 0; i < 4000; ++i) {
      rows.push_back(Row({std::to_string(100000 + batch * 10 + i % 7)}));
      groups.push_back(i % 3);
    }
    ASSERT_TRUE(accumulator->Update(Columns(*call, types, rows), groups).ok());
  }
  EXPECT_EQ(Values(*accumulator->Finish().ValueOrDie(), TypeId::kString),
            (std::vector<Value>{"100396", "100396", "100396"}));
}

}  // namespace
}  // namespace firesteel
