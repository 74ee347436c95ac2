#include "catalog/data_source_registry.h"

#include <gtest/gtest.h>

namespace firesteel {
namespace {

class NamedProvider final : public TableProvider {
 public:
  explicit NamedProvider(std::string name) : name_(std::move(name)) {}
  std::string ShortName() const override { return name_; }
  Result<Schema> ResolveSchema(const std::optional<Schema>&, const Options&, bool,
                               const ConnectorContext&) override {
    return Schema();
  }
  Result<std::shared_ptr<Table>> GetTable(const Schema&, const Options&,
                                          const ConnectorContext&) override {
    return Status::NotImplemented("no tables");
  }

 private:
  std::string name_;
};

TEST(DataSourceRegistryTest, FindsProvidersInAnyCase) {
  DataSourceRegistry registry;
  const auto json = std::make_shared<NamedProvider>("json");
  registry.Register(json);
  registry.Register(std::make_shared<NamedProvider>("Socket"));
  EXPECT_EQ(*registry.Find("JSON"), json);
  EXPECT_EQ((*registry.Find("socket"))->ShortName(), "Socket");
  EXPECT_EQ(registry.Names(), (std::vector<std::string>{"json", "socket"}));
}

TEST(DataSourceRegistryTest, NamesWhatExistsWhenNothingFits) {
  DataSourceRegistry registry;
  registry.Register(std::make_shared<NamedProvider>("json"));
  const Status status = registry.Find("jsn").status();
  EXPECT_EQ(ErrorCondition(status), "DATA_SOURCE_NOT_FOUND");
  EXPECT_NE(status.message().find("json"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace firesteel
