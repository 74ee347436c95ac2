#include "firesteel/data_frame_reader.h"

#include "expr/unresolved.h"
#include "firesteel/data_stream_reader.h"
#include "plan/relations.h"
#include "session/session_backend.h"

namespace firesteel {
namespace {

/// Splits a table name as the DataFrame API takes it: `db.t`, "`a.b`".
Result<std::vector<std::string>> ParseTableName(std::string_view name) {
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr parsed, UnresolvedAttribute::Parse(name));
  return As<UnresolvedAttribute>(parsed)->parts();
}

DataFrame TableFrame(const std::shared_ptr<SessionBackend>& backend, std::string_view name,
                     bool streaming) {
  Result<std::vector<std::string>> parts = ParseTableName(name);
  if (!parts.ok()) return DataFrame(backend, parts.status());
  return DataFrame(backend, std::make_shared<UnresolvedTable>(*std::move(parts), streaming));
}

}  // namespace

// The two readers differ in one flag; both are written out so that each stays a plain public class.

DataFrameReader::DataFrameReader(std::shared_ptr<SessionBackend> backend)
    : backend_(std::move(backend)) {}

DataFrameReader& DataFrameReader::Format(std::string_view name) {
  format_ = name;
  return *this;
}

DataFrameReader& DataFrameReader::Schema(const firesteel::Schema& schema) {
  schema_ = schema;
  return *this;
}

DataFrameReader& DataFrameReader::Schema(std::string_view ddl) {
  Result<firesteel::Schema> schema = firesteel::Schema::FromDdl(ddl);
  if (schema.ok()) {
    schema_ = *std::move(schema);
  } else if (status_.ok()) {
    status_ = schema.status();
  }
  return *this;
}

DataFrameReader& DataFrameReader::Option(std::string_view name, std::string value) {
  options_.Set(name, std::move(value));
  return *this;
}

DataFrame DataFrameReader::Load() const {
  if (!status_.ok()) return DataFrame(backend_, status_);
  return DataFrame(backend_,
                   std::make_shared<UnresolvedDataSource>(format_, schema_, options_, false));
}

DataFrame DataFrameReader::Load(std::string_view path) const {
  DataFrameReader copy = *this;
  return copy.Option("path", std::string(path)).Load();
}

DataFrame DataFrameReader::Json(std::string_view path) const {
  DataFrameReader copy = *this;
  return copy.Format("json").Load(path);
}

DataFrame DataFrameReader::Text(std::string_view path) const {
  DataFrameReader copy = *this;
  return copy.Format("text").Load(path);
}

DataFrame DataFrameReader::Parquet(std::string_view path) const {
  DataFrameReader copy = *this;
  return copy.Format("parquet").Load(path);
}

DataFrame DataFrameReader::Csv(std::string_view path) const {
  DataFrameReader copy = *this;
  return copy.Format("csv").Load(path);
}

DataFrame DataFrameReader::Orc(std::string_view path) const {
  DataFrameReader copy = *this;
  return copy.Format("orc").Load(path);
}

DataFrame DataFrameReader::Table(std::string_view name) const {
  return TableFrame(backend_, name, false);
}

DataStreamReader::DataStreamReader(std::shared_ptr<SessionBackend> backend)
    : backend_(std::move(backend)) {}

DataStreamReader& DataStreamReader::Format(std::string_view name) {
  format_ = name;
  return *this;
}

DataStreamReader& DataStreamReader::Schema(const firesteel::Schema& schema) {
  schema_ = schema;
  return *this;
}

DataStreamReader& DataStreamReader::Schema(std::string_view ddl) {
  Result<firesteel::Schema> schema = firesteel::Schema::FromDdl(ddl);
  if (schema.ok()) {
    schema_ = *std::move(schema);
  } else if (status_.ok()) {
    status_ = schema.status();
  }
  return *this;
}

DataStreamReader& DataStreamReader::Option(std::string_view name, std::string value) {
  options_.Set(name, std::move(value));
  return *this;
}

DataFrame DataStreamReader::Load() const {
  if (!status_.ok()) return DataFrame(backend_, status_);
  return DataFrame(backend_,
                   std::make_shared<UnresolvedDataSource>(format_, schema_, options_, true));
}

DataFrame DataStreamReader::Load(std::string_view path) const {
  DataStreamReader copy = *this;
  return copy.Option("path", std::string(path)).Load();
}

DataFrame DataStreamReader::Json(std::string_view path) const {
  DataStreamReader copy = *this;
  return copy.Format("json").Load(path);
}

DataFrame DataStreamReader::Text(std::string_view path) const {
  DataStreamReader copy = *this;
  return copy.Format("text").Load(path);
}

DataFrame DataStreamReader::Parquet(std::string_view path) const {
  DataStreamReader copy = *this;
  return copy.Format("parquet").Load(path);
}

DataFrame DataStreamReader::Csv(std::string_view path) const {
  DataStreamReader copy = *this;
  return copy.Format("csv").Load(path);
}

DataFrame DataStreamReader::Orc(std::string_view path) const {
  DataStreamReader copy = *this;
  return copy.Format("orc").Load(path);
}

DataFrame DataStreamReader::Table(std::string_view name) const {
  return TableFrame(backend_, name, true);
}

}  // namespace firesteel
