#include <google/protobuf/text_format.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "arrow/record_batch.h"
#include "connect/server/arrow_results.h"
#include "connect/server/fuzzing/plan_mutator.h"
#include "firesteel/row.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

// The rows of LocalRelation stand for ROWS.
constexpr const char* kRelations[] = {
    "range { start: 0 end: 10 step: 3 num_partitions: 2 }",
    "ROWS",
    "local_relation { schema: 'x INT, y ARRAY<STRUCT<z: MAP<STRING, DECIMAL(10,2)>>>' }",
    "sql { query: 'SELECT a, count(*) FROM VALUES (1), (2) AS t(a) WHERE a > ? GROUP BY a' "
    "  pos_arguments { literal { integer: 1 } } }",
    "read { data_source { format: 'rate' options { key: 'rowsPerSecond' value: '5' } } "
    "  is_streaming: true }",
    "read { named_table { unparsed_identifier: 'some.table' } }",
    "filter { input { ROWS } condition { unresolved_function { function_name: '>' "
    "  arguments { unresolved_attribute { unparsed_identifier: 'a' } } "
    "  arguments { literal { integer: 1 } } } } }",
    "sort { input { ROWS } is_global: true order { child { unresolved_attribute { "
    "  unparsed_identifier: 'b' } } direction: SORT_DIRECTION_DESCENDING "
    "  null_ordering: SORT_NULLS_LAST } }",
    "limit { limit: 2 input { offset { offset: 1 input { ROWS } } } }",
    "tail { limit: 2 input { ROWS } }",
    "join { left { subquery_alias { alias: 'l' input { ROWS } } } "
    "  right { subquery_alias { alias: 'r' input { ROWS } } } join_type: JOIN_TYPE_LEFT_OUTER "
    "  join_condition { unresolved_function { function_name: '=' "
    "    arguments { unresolved_attribute { unparsed_identifier: 'l.a' } } "
    "    arguments { unresolved_attribute { unparsed_identifier: 'r.a' } } } } }",
    "join { left { ROWS } right { ROWS } join_type: JOIN_TYPE_FULL_OUTER using_columns: 'a' }",
    "lateral_join { left { ROWS } join_type: JOIN_TYPE_INNER right { "
    "  unresolved_table_valued_function { function_name: 'explode' arguments { "
    "    unresolved_attribute { unparsed_identifier: 'd' } } } } }",
    "set_op { left_input { ROWS } right_input { ROWS } set_op_type: SET_OP_TYPE_UNION "
    "  by_name: true allow_missing_columns: true }",
    "set_op { left_input { ROWS } right_input { ROWS } set_op_type: SET_OP_TYPE_EXCEPT "
    "  is_all: true }",
    "aggregate { input { ROWS } group_type: GROUP_TYPE_CUBE grouping_expressions { "
    "    unresolved_attribute { unparsed_identifier: 'a' } } "
    "  aggregate_expressions { unresolved_function { function_name: 'sum' is_distinct: true "
    "    arguments { unresolved_attribute { unparsed_identifier: 'c' } } } } }",
    "aggregate { input { ROWS } group_type: GROUP_TYPE_PIVOT grouping_expressions { "
    "    unresolved_attribute { unparsed_identifier: 'a' } } "
    "  pivot { col { unresolved_attribute { unparsed_identifier: 'b' } } "
    "    values { string: 'one' } values { string: 'two' } } "
    "  aggregate_expressions { unresolved_function { function_name: 'max' "
    "    arguments { unresolved_attribute { unparsed_identifier: 'c' } } } } }",
    "aggregate { input { ROWS } group_type: GROUP_TYPE_GROUPING_SETS "
    "  grouping_sets { grouping_set { unresolved_attribute { unparsed_identifier: 'a' } } } "
    "  grouping_sets { } }",
    "deduplicate { input { ROWS } column_names: 'a' column_names: 'b' }",
    "with_watermark { input { ROWS } event_time: 'e' delay_threshold: '10 minutes' }",
    "with_columns { input { ROWS } aliases { name: 'n' metadata: '{}' expr { literal { long: 7 } } "
    "  } }",
    "with_columns_renamed { input { ROWS } renames { col_name: 'a' new_col_name: 'z' } }",
    "drop { input { ROWS } column_names: 'a' columns { unresolved_attribute { "
    "  unparsed_identifier: 'b' } } }",
    "to_df { input { ROWS } column_names: 'p' column_names: 'q' column_names: 'r' "
    "  column_names: 's' column_names: 't' }",
    "to_schema { input { ROWS } schema { struct { fields { name: 'A' nullable: true "
    "  data_type { long {} } } fields { name: 'new' nullable: true data_type { array { "
    "    element_type { decimal { precision: 5 scale: 2 } } contains_null: true } } } } } }",
    "unpivot { input { ROWS } ids { unresolved_attribute { unparsed_identifier: 'a' } } "
    "  values { values { unresolved_attribute { unparsed_identifier: 'c' } } } "
    "  variable_column_name: 'var' value_column_name: 'val' }",
    "transpose { input { drop { input { ROWS } column_names: 'd' column_names: 'e' } } }",
    "sample { input { ROWS } lower_bound: 0 upper_bound: 0.5 seed: 3 deterministic_order: true }",
    "sample_by { input { ROWS } seed: 1 col { unresolved_attribute { unparsed_identifier: 'a' } } "
    "  fractions { stratum { integer: 1 } fraction: 0.5 } }",
    "fill_na { input { ROWS } cols: 'a' values { integer: 5 } }",
    "drop_na { input { ROWS } cols: 'b' min_non_nulls: 1 }",
    "replace { input { ROWS } cols: 'a' replacements { old_value { integer: 1 } "
    "  new_value { integer: 2 } } }",
    "summary { input { ROWS } statistics: 'count' statistics: '75%' statistics: 'stddev' }",
    "describe { input { ROWS } cols: 'a' cols: 'c' }",
    "crosstab { input { ROWS } col1: 'a' col2: 'b' }",
    "cov { input { ROWS } col1: 'a' col2: 'c' }",
    "corr { input { ROWS } col1: 'a' col2: 'c' method: 'pearson' }",
    "approx_quantile { input { ROWS } cols: 'c' probabilities: 0.5 relative_error: 0.1 }",
    "freq_items { input { ROWS } cols: 'a' support: 0.4 }",
    "show_string { input { ROWS } num_rows: 3 truncate: 5 vertical: true }",
    "parse { format: PARSE_FORMAT_JSON input { project { input { ROWS } expressions { "
    "    unresolved_attribute { unparsed_identifier: 'b' } } } } "
    "  schema { struct { fields { name: 'k' data_type { integer {} } nullable: true } } } }",
    "hint { name: 'broadcast' input { repartition { num_partitions: 3 shuffle: true "
    "  input { ROWS } } } }",
    "with_relations { root { filter { input { ROWS } condition { subquery_expression { plan_id: 9 "
    "    subquery_type: SUBQUERY_TYPE_IN in_subquery_values { unresolved_attribute { "
    "      unparsed_identifier: 'a' } } } } } } "
    "  references { common { plan_id: 9 } range { end: 5 step: 1 } } }",
    "catalog { list_tables { } }",
    "unresolved_table_valued_function { function_name: 'range' arguments { literal { integer: 5 } "
    "  } }",
    "collect_metrics { input { ROWS } name: 'm' metrics { unresolved_function { "
    "  function_name: 'count' arguments { literal { integer: 1 } } } } }",
    "cached_remote_relation { relation_id: 'none' }",
    "chunked_cached_local_relation { dataHashes: 'none' schemaHash: 'none' }",
};

constexpr const char* kExpressions[] = {
    "unresolved_attribute { unparsed_identifier: 't.a' plan_id: 3 }",
    "unresolved_star { unparsed_target: 't.*' }",
    "expression_string { expression: 'a + c * 2 AS s' }",
    "literal { null { integer {} } }",
    "literal { decimal { value: '12.34' precision: 10 scale: 2 } }",
    "literal { array { element_type { integer {} } elements { integer: 1 } elements { integer: 2 } "
    "  } }",
    "literal { map { key_type { string {} } value_type { long {} } keys { string: 'k' } "
    "  values { long: 1 } } }",
    "literal { struct { struct_type { struct { fields { name: 'f' data_type { double {} } } } } "
    "  elements { double: 1.5 } } }",
    "literal { specialized_array { strings { values: 'x' values: 'y' } } }",
    "literal { calendar_interval { months: 1 days: 2 microseconds: 3 } }",
    "literal { timestamp: 1700000000000000 }",
    "literal { date: 19000 }",
    "literal { day_time_interval: 5000000 }",
    "literal { binary: '\\000\\377' }",
    "cast { expr { literal { string: '7' } } type { decimal { precision: 7 scale: 1 } } "
    "  eval_mode: EVAL_MODE_TRY }",
    "cast { expr { unresolved_attribute { unparsed_identifier: 'd' } } "
    "  type_str: 'array<string>' }",
    "alias { expr { literal { boolean: true } } name: 'yes' metadata: '{\"k\":1}' }",
    "alias { expr { unresolved_function { function_name: 'stack' arguments { literal { integer: 1 "
    "  } } arguments { literal { integer: 2 } } arguments { literal { integer: 3 } } } } "
    "  name: 'p' name: 'q' }",
    "unresolved_function { function_name: 'transform' arguments { unresolved_attribute { "
    "    unparsed_identifier: 'd' } } arguments { lambda_function { "
    "    arguments { name_parts: 'x' } function { unresolved_function { function_name: '+' "
    "      arguments { unresolved_named_lambda_variable { name_parts: 'x' } } "
    "      arguments { literal { integer: 1 } } } } } } }",
    "unresolved_function { function_name: 'when' arguments { unresolved_function { "
    "    function_name: 'isNull' arguments { unresolved_attribute { unparsed_identifier: 'b' } } } "
    "  } arguments { literal { string: 'none' } } arguments { literal { string: 'some' } } }",
    "call_function { function_name: 'abs' arguments { literal { integer: -3 } } }",
    "unresolved_extract_value { child { unresolved_attribute { unparsed_identifier: 'd' } } "
    "  extraction { literal { integer: 0 } } }",
    "update_fields { struct_expression { unresolved_function { function_name: 'struct' "
    "    arguments { unresolved_attribute { unparsed_identifier: 'a' } } } } field_name: 'a' "
    "  value_expression { literal { integer: 1 } } }",
    "unresolved_regex { col_name: '`[ab]`' }",
    "named_argument_expression { key: 'k' value { literal { integer: 1 } } }",
    "window { window_function { unresolved_function { function_name: 'sum' arguments { "
    "    unresolved_attribute { unparsed_identifier: 'c' } } } } "
    "  partition_spec { unresolved_attribute { unparsed_identifier: 'a' } } "
    "  order_spec { child { unresolved_attribute { unparsed_identifier: 'c' } } "
    "    direction: SORT_DIRECTION_ASCENDING null_ordering: SORT_NULLS_FIRST } "
    "  frame_spec { frame_type: FRAME_TYPE_ROW lower { value { literal { integer: -1 } } } "
    "    upper { current_row: true } } }",
    "unresolved_function { function_name: 'window' arguments { unresolved_attribute { "
    "  unparsed_identifier: 'e' } } arguments { literal { string: '5 minutes' } } }",
};

Result<std::string> SeedRows() {
  ARROW_ASSIGN_OR_RAISE(const Schema schema,
                        Schema::FromDdl("a INT, b STRING, c DOUBLE, d ARRAY<INT>, e TIMESTAMP"));
  std::vector<Row> rows;
  for (int32_t i = 0; i < 5; ++i) {
    ArrayValue array;
    for (int32_t item = 0; item < i; ++item) array.elements.emplace_back(item);
    std::vector<Value> values{Value(i % 3), Value(std::string(i == 2 ? "two" : "{\"k\": 1}")),
                              Value(i * 0.5), Value(std::move(array)),
                              Value(Timestamp{i * int64_t{1'000'000}})};
    if (i == 4) values.assign(values.size(), Value());
    rows.emplace_back(std::move(values));
  }
  ARROW_ASSIGN_OR_RAISE(auto batch, MakeBatch(rows, schema));
  return ToArrowStream(schema, {std::move(batch)}, "UTC");
}

std::string WithRows(std::string text, const std::string& rows) {
  constexpr std::string_view kPlaceholder = "ROWS";
  for (size_t at = text.find(kPlaceholder); at != text.npos; at = text.find(kPlaceholder, at)) {
    text.replace(at, kPlaceholder.size(), rows);
    at += rows.size();
  }
  return text;
}

}  // namespace

const std::vector<spark::connect::Plan>& SeedPlans() {
  static const auto* const plans = [] {
    const Result<std::string> stream = SeedRows();
    if (!stream.ok()) std::abort();
    spark::connect::Relation local;
    local.mutable_local_relation()->set_data(*stream);
    std::string rows;
    google::protobuf::TextFormat::PrintToString(local, &rows);
    auto* made = new std::vector<spark::connect::Plan>();
    const auto add = [&](const std::string& text) {
      if (!google::protobuf::TextFormat::ParseFromString(WithRows("root { " + text + " }", rows),
                                                         &made->emplace_back())) {
        std::abort();
      }
    };
    for (const char* text : kRelations) add(text);
    for (const char* text : kExpressions) {
      add("project { input { subquery_alias { alias: 't' input { common { plan_id: 3 } ROWS } } } "
          "expressions { " +
          std::string(text) + " } }");
    }
    return made;
  }();
  return *plans;
}

}  // namespace firesteel
