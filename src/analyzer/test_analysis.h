#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "analyzer/analyzer.h"
#include "plan/test_plans.h"

// What the tests of analysis share.
namespace firesteel::test {

/// Makes tables of the schema given, or of one column when there is none.
class FakeProvider final : public TableProvider {
 public:
  FakeProvider(std::string name, unsigned capabilities)
      : name_(std::move(name)), capabilities_(capabilities) {}
  std::string ShortName() const override { return name_; }
  Result<Schema> ResolveSchema(const std::optional<Schema>& user_schema, const Options&, bool,
                               const ConnectorContext&) override {
    return user_schema.value_or(Schema().Add("value", TypeId::kString));
  }
  Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options&,
                                          const ConnectorContext&) override {
    ++tables;
    return std::make_shared<FakeTable>(name_, schema, capabilities_);
  }
  int tables = 0;

 private:
  std::string name_;
  unsigned capabilities_;
};

/// A session's worth of context: the sources `fake` (batch and stream) and `sink` (neither).
struct Session {
  std::shared_ptr<FakeProvider> provider = std::make_shared<FakeProvider>(
      "fake", static_cast<unsigned>(Table::kBatchRead) | Table::kMicroBatchRead);
  Catalog catalog = Catalog(MakeRegistry());
  AnalysisContext context = MakeContext();

  Result<PlanPtr> Run(const PlanPtr& plan) const { return Analyze(plan, context); }
  /// The analyzed tree, ids from #0 on; or the error.
  std::string Tree(const PlanPtr& plan) const {
    const auto analyzed = Run(plan);
    return analyzed.ok() ? NormalizeIds((*analyzed)->TreeString()) : analyzed.status().message();
  }
  /// The schema of the result; or the error's condition.
  std::string SchemaOf(const PlanPtr& plan) const {
    const auto analyzed = Run(plan);
    if (!analyzed.ok()) return ErrorCondition(analyzed.status());
    const std::string text = (*analyzed)->schema().AsStruct().SimpleString();
    return text.substr(7, text.size() - 8);
  }

 private:
  std::shared_ptr<const DataSourceRegistry> MakeRegistry() const {
    return std::make_shared<DataSourceRegistry>(std::vector<std::shared_ptr<TableProvider>>{
        provider, std::make_shared<FakeProvider>("sink", Table::kStreamingWrite)});
  }
  AnalysisContext MakeContext() const {
    AnalysisContext made;
    made.catalog = &catalog;
    return made;
  }
};

/// A relation of every kind of column.
inline PlanPtr Everything() {
  return Scan(
      "a INT, b INT, c STRING, s STRUCT<x: INT, Y: INT>, arr ARRAY<STRUCT<x: INT>>, "
      "m MAP<STRING, INT>, ai ARRAY<INT>, bo BOOLEAN");
}

}  // namespace firesteel::test
