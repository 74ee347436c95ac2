#include "connectors/rate/rate_table.h"

#include <utility>

#include "common/error.h"
#include "connectors/rate/rate_rows.h"

namespace firesteel {
namespace {

class RateScan final : public Scan {
 public:
  RateScan(std::string name, Schema columns, RateStreamFactory factory)
      : name_(std::move(name)), columns_(std::move(columns)), factory_(std::move(factory)) {}

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    return OnlyAStream();
  }
  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition&,
                                                    const ReadContext&) override {
    return OnlyAStream();
  }
  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(
      const std::string& metadata_path) override {
    return factory_(columns_, metadata_path);
  }
  std::string Describe() const override { return name_; }

 private:
  Status OnlyAStream() const {
    return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                     {{"tableName", name_}, {"operation", "batch scan"}});
  }

  std::string name_;
  Schema columns_;
  RateStreamFactory factory_;
};

class RateTable final : public Table {
 public:
  RateTable(std::string name, RateStreamFactory factory)
      : name_(std::move(name)), schema_(RateSchema()), factory_(std::move(factory)) {}

  std::string Name() const override { return name_; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override { return kMicroBatchRead; }
  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override {
    return std::make_shared<RateScan>(name_, request.columns, factory_);
  }

 private:
  std::string name_;
  Schema schema_;
  RateStreamFactory factory_;
};

}  // namespace

std::shared_ptr<Table> NewRateTable(std::string name, RateStreamFactory factory) {
  return std::make_shared<RateTable>(std::move(name), std::move(factory));
}

Result<int64_t> RateOption(const Options& options, std::string_view name, int64_t otherwise,
                           int64_t minimum) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> given, options.GetLong(name));
  const int64_t value = given.value_or(otherwise);
  if (value < minimum) {
    return Status::Invalid("The option '", name, "' must be at least ", minimum, ", not ", value,
                           ".");
  }
  return value;
}

Result<Schema> ResolveRateSchema(const std::optional<Schema>& user_schema, std::string_view name) {
  if (user_schema.has_value()) {
    return MakeError("UNSUPPORTED_FEATURE.USER_SPECIFIED_SCHEMA", {{"source", std::string(name)}});
  }
  return RateSchema();
}

}  // namespace firesteel
