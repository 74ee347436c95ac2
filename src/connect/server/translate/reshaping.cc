// Relations that change which rows and columns there are: sample, tail, to(schema), unpivot,
// transpose and what parses text.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "common/random.h"
#include "connect/server/plan_translator.h"
#include "connect/server/protocol_types.h"
#include "connect/server/translate/call.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/pivots.h"
#include "plan/relations.h"
#include "session/session_backend.h"
#include "types/arrow_types.h"
#include "types/cast.h"

namespace firesteel {

namespace {

/// How many rows a transposed table takes: each becomes a column.
constexpr int64_t kMaximumTransposed = 500;

/// A file that ends with its object.
class LinesFile {
 public:
  LinesFile()
      : path_(std::filesystem::temp_directory_path() / ("firesteel-lines-" + NewUuid())) {}
  ~LinesFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  std::string path() const { return path_.string(); }

  Status Write(const QueryResult& lines) const {
    std::ofstream file(path_, std::ios::binary);
    const auto schema = std::make_shared<const Schema>(lines.schema);
    for (const auto& batch : lines.batches) {
      std::vector<Row> rows;
      AppendRows(*batch, schema, &rows);
      for (const Row& row : rows) {
        if (!row[0].is_null()) file << row[0].Get<std::string>() << '\n';
      }
    }
    file.close();
    return file.good() ? Status::OK() : Status::IOError("Cannot write ", path());
  }

 private:
  const std::filesystem::path path_;
};

}  // namespace

Result<Schema> PlanTranslator::SchemaOf(const PlanPtr& plan) const {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, session_->session().backend()->AnalyzePlan(plan));
  return analyzed->schema();
}

Result<PlanPtr> PlanTranslator::TranslateTail(const spark::connect::Tail& tail) {
  if (tail.limit() < 0) {
    const std::string count = std::to_string(tail.limit());
    return MakeError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE",
                     {{"name", "tail"}, {"expr", "\"" + count + "\""}, {"v", count}});
  }
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(tail.input()));
  ARROW_ASSIGN_OR_RAISE(QueryResult result, session_->session().backend()->ExecutePlan(input));
  int64_t left = tail.limit();
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (auto it = result.batches.rbegin(); it != result.batches.rend() && left > 0; ++it) {
    const int64_t rows = std::min(left, (*it)->num_rows());
    batches.push_back((*it)->Slice((*it)->num_rows() - rows));
    left -= rows;
  }
  std::reverse(batches.begin(), batches.end());
  return firesteel::LocalRelation::Make(result.schema, std::move(batches));
}

Result<PlanPtr> PlanTranslator::TranslateToSchema(const spark::connect::ToSchema& to) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(to.input()));
  ARROW_ASSIGN_OR_RAISE(const Schema given, SchemaOf(input));
  ARROW_ASSIGN_OR_RAISE(const DataType wanted, FromProtocol(to.schema()));
  std::vector<ExpressionPtr> list;
  for (const StructField& field : wanted.fields()) {
    const StructField* source = nullptr;
    for (const StructField& candidate : given.fields()) {
      if (FoldCase(candidate.name) == FoldCase(field.name)) source = &candidate;
    }
    if (source == nullptr) {
      if (!field.nullable) {
        return MakeError("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                         {{"objectName", QuoteIdentifier(field.name)}, {"proposal", ""}});
      }
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr none, Literal::Make(Value(), field.type));
      list.push_back(Named(std::move(none), field.name));
      continue;
    }
    if (source->nullable && !field.nullable) {
      return MakeError("NULLABLE_COLUMN_OR_FIELD", {{"name", QuoteIdentifier(field.name)}});
    }
    ExpressionPtr column = ColumnNamed(source->name);
    if (!(source->type == field.type)) {
      const bool numbers = source->type.is_numeric() && field.type.is_numeric();
      if (!numbers && !CanUpCast(source->type, field.type)) {
        return MakeError("INVALID_COLUMN_OR_FIELD_DATA_TYPE",
                         {{"name", QuoteIdentifier(field.name)},
                          {"type", "\"" + source->type.Sql() + "\""},
                          {"expectedType", "\"" + field.type.Sql() + "\""}});
      }
      column = std::make_shared<Cast>(std::move(column), field.type, CastOptions(),
                                      /*implicit=*/false);
    }
    list.push_back(Named(std::move(column), field.name));
  }
  return std::make_shared<Project>(std::move(list), input);
}

Result<PlanPtr> PlanTranslator::TranslateUnpivot(const spark::connect::Unpivot& unpivot) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(unpivot.input()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> ids, Translate(unpivot.ids()));
  std::vector<ExpressionPtr> values;
  if (unpivot.has_values()) {
    ARROW_ASSIGN_OR_RAISE(values, Translate(unpivot.values().values()));
  } else {
    // All columns that are no ids.
    ARROW_ASSIGN_OR_RAISE(const Schema id_columns,
                          SchemaOf(std::make_shared<Project>(ids, input)));
    std::set<std::string> known;
    for (const StructField& field : id_columns.fields()) known.insert(FoldCase(field.name));
    ARROW_ASSIGN_OR_RAISE(const Schema schema, SchemaOf(input));
    for (const StructField& field : schema.fields()) {
      if (known.count(FoldCase(field.name)) == 0) values.push_back(ColumnNamed(field.name));
    }
  }
  if (values.empty()) return MakeError("UNPIVOT_REQUIRES_VALUE_COLUMNS");
  firesteel::Unpivot::Definition definition;
  definition.include_nulls = true;
  definition.name_column = unpivot.variable_column_name();
  definition.value_columns = {unpivot.value_column_name()};
  definition.names.assign(values.size(), std::nullopt);
  return std::make_shared<firesteel::Unpivot>(std::move(definition), std::move(ids),
                                              std::move(values), input);
}

Result<PlanPtr> PlanTranslator::TranslateTranspose(const spark::connect::Transpose& transpose) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(transpose.input()));
  ARROW_ASSIGN_OR_RAISE(const Schema schema, SchemaOf(input));
  if (transpose.index_columns_size() > 1) {
    return MakeError("TRANSPOSE_INVALID_INDEX_COLUMN",
                     {{"reason", "There is one index column at most."}});
  }
  if (schema.fields().empty()) return input;
  ExpressionPtr index = ColumnNamed(schema.field(0).name);
  if (transpose.index_columns_size() == 1) {
    ARROW_ASSIGN_OR_RAISE(index, Translate(transpose.index_columns(0)));
  }
  ARROW_ASSIGN_OR_RAISE(const Schema index_schema,
                        SchemaOf(std::make_shared<Project>(std::vector{index}, input)));
  // A star may stand for any number of columns.
  if (index_schema.size() != 1) {
    return MakeError("TRANSPOSE_INVALID_INDEX_COLUMN",
                     {{"reason", "The index is one column, not several and not none."}});
  }
  const std::string index_name = index_schema.field(0).name;
  // The index as text names the columns, in its order; all others come to one type.
  std::vector<ExpressionPtr> list{Named(
      std::make_shared<Cast>(index, TypeId::kString, CastOptions(), /*implicit=*/false), "index")};
  std::vector<std::string> names;
  std::vector<ExpressionPtr> elements;
  for (const StructField& field : schema.fields()) {
    if (FoldCase(field.name) == FoldCase(index_name)) continue;
    names.push_back(field.name);
    elements.push_back(ColumnNamed(field.name));
  }
  if (!elements.empty()) list.push_back(Named(Call("array", std::move(elements)), "values"));
  PlanPtr sorted = std::make_shared<Sort>(
      std::vector<ExpressionPtr>{std::make_shared<SortOrder>(index, true, true)}, std::move(input));
  const PlanPtr query = std::make_shared<Limit>(
      kMaximumTransposed + 1, std::make_shared<Project>(std::move(list), std::move(sorted)));
  ARROW_ASSIGN_OR_RAISE(const QueryResult result,
                        session_->session().backend()->ExecutePlan(query));
  const auto of_result = std::make_shared<const Schema>(result.schema);
  std::vector<Row> rows;
  for (const auto& batch : result.batches) AppendRows(*batch, of_result, &rows);
  if (static_cast<int64_t>(rows.size()) > kMaximumTransposed) {
    return MakeError("TRANSPOSE_EXCEED_ROW_LIMIT",
                     {{"maxValues", std::to_string(kMaximumTransposed)},
                      {"config", "spark.sql.transposeMaxValues"}});
  }
  Schema transposed;
  transposed.Add("key", TypeId::kString, false);
  std::vector<size_t> used;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i][0].is_null()) continue;
    used.push_back(i);
    const DataType type =
        names.empty() ? DataType(TypeId::kString) : result.schema.field(1).type.element_type();
    transposed.Add(rows[i][0].Get<std::string>(), type);
  }
  std::vector<Row> made;
  for (size_t column = 0; column < names.size(); ++column) {
    std::vector<Value> values{names[column]};
    for (const size_t i : used) {
      values.push_back(rows[i][1].Get<ArrayValue>().elements[column]);
    }
    made.emplace_back(std::move(values));
  }
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  if (!made.empty()) {
    ARROW_ASSIGN_OR_RAISE(batches.emplace_back(), MakeBatch(made, transposed));
  }
  return firesteel::LocalRelation::Make(transposed, std::move(batches));
}

Result<PlanPtr> PlanTranslator::TranslateParse(const spark::connect::Parse& parse) {
  using Protocol = spark::connect::Parse;
  if (parse.format() != Protocol::PARSE_FORMAT_JSON &&
      parse.format() != Protocol::PARSE_FORMAT_CSV) {
    return UnsupportedMessage("Parse." + Protocol::ParseFormat_Name(parse.format()));
  }
  const char* format = parse.format() == Protocol::PARSE_FORMAT_JSON ? "json" : "csv";
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(parse.input()));
  ARROW_ASSIGN_OR_RAISE(const QueryResult lines,
                        session_->session().backend()->ExecutePlan(input));
  if (lines.schema.fields().size() != 1 || lines.schema.field(0).type.id() != TypeId::kString) {
    return UnsupportedMessage("Parse of other than one text column");
  }
  // The rows are read as the lines of a file are, which is what the options are about.
  const LinesFile file;
  ARROW_RETURN_NOT_OK(file.Write(lines));
  std::optional<Schema> schema;
  if (parse.has_schema()) {
    ARROW_ASSIGN_OR_RAISE(const DataType type, FromProtocol(parse.schema()));
    schema = Schema(type.fields());
  }
  Options options;
  for (const auto& [key, value] : parse.options()) options.Set(key, value);
  options.Set("path", file.path());
  ARROW_ASSIGN_OR_RAISE(QueryResult rows,
                        session_->session().backend()->ExecutePlan(
                            std::make_shared<UnresolvedDataSource>(format, std::move(schema),
                                                                   std::move(options), false)));
  return firesteel::LocalRelation::Make(rows.schema, std::move(rows.batches));
}

}  // namespace firesteel
