#include "firesteel/session.h"

#include <utility>

#include "arrow/record_batch.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "session/session_backend.h"
#include "session/sql_statement.h"
#include "sql/parser.h"
#include "types/arrow_types.h"

namespace firesteel {

Session::Builder& Session::Builder::AppName(std::string_view name) {
  return Config("spark.app.name", name);
}

Session::Builder& Session::Builder::Config(std::string_view name, std::string_view value) {
  settings_[std::string(name)] = std::string(value);
  return *this;
}

Session::Session(std::shared_ptr<SessionBackend> backend) : backend_(std::move(backend)) {}

DataFrameReader Session::Read() const { return DataFrameReader(backend_); }
DataStreamReader Session::ReadStream() const { return DataStreamReader(backend_); }
DataFrame Session::Table(std::string_view name) const { return Read().Table(name); }

DataFrame Session::Sql(std::string_view text, const std::map<std::string, Value>& arguments) const {
  Result<PlanPtr> plan = ParseStatement(text);
  if (plan.ok()) plan = BindParameters(*plan, arguments);
  return RunStatement(backend_, std::move(plan));
}

DataFrame Session::Sql(std::string_view text, const std::vector<Value>& arguments) const {
  Result<PlanPtr> plan = ParseStatement(text);
  if (plan.ok()) plan = BindParameters(*plan, arguments);
  return RunStatement(backend_, std::move(plan));
}

DataFrame Session::Range(int64_t start, int64_t end, int64_t step,
                         std::optional<int> partitions) const {
  if (step == 0) return DataFrame(backend_, Status::Invalid("The step of a range must not be 0."));
  return DataFrame(backend_, std::make_shared<firesteel::Range>(start, end, step, partitions));
}

DataFrame Session::CreateDataFrame(const std::vector<Row>& rows, const Schema& schema) const {
  Result<std::shared_ptr<arrow::RecordBatch>> batch = MakeBatch(rows, schema);
  if (!batch.ok()) return DataFrame(backend_, batch.status());
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  if ((*batch)->num_rows() > 0) batches.push_back(*batch);
  return DataFrame(backend_, LocalRelation::Make(schema, std::move(batches)));
}

Status Session::RegisterConnector(std::shared_ptr<TableProvider> connector) const {
  return backend_->RegisterConnector(std::move(connector));
}

RuntimeConfig Session::Conf() const { return RuntimeConfig(backend_); }
std::shared_ptr<StreamingQueryManager> Session::Streams() const { return backend_->Streams(); }
Status Session::Stop() { return backend_->Stop(); }

RuntimeConfig::RuntimeConfig(std::shared_ptr<SessionBackend> backend)
    : backend_(std::move(backend)) {}

Status RuntimeConfig::Set(std::string_view name, std::string_view value) {
  return backend_->SetConfig(name, value);
}
std::optional<std::string> RuntimeConfig::Get(std::string_view name) const {
  return backend_->GetConfig(name);
}
void RuntimeConfig::Unset(std::string_view name) { backend_->UnsetConfig(name); }
std::map<std::string, std::string> RuntimeConfig::GetAll() const { return backend_->AllConfig(); }
bool RuntimeConfig::IsModifiable(std::string_view name) const {
  return backend_->IsConfigModifiable(name);
}

}  // namespace firesteel
