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
  const auto json = std::make_shared<NamedProvider>("json");
  DataSourceRegistry registry({std::make_shared<NamedProvider>("json"), json});
  ASSERT_TRUE(registry.Register(std::make_shared<NamedProvider>("Socket")).ok());
  EXPECT_EQ(*registry.Find("JSON"), json);
  EXPECT_EQ((*registry.Find("socket"))->ShortName(), "Socket");
  EXPECT_EQ(registry.Names(), (std::vector<std::string>{"json", "socket"}));
}

TEST(DataSourceRegistryTest, RefusesANameThatIsTaken) {
  const DataSourceRegistry shared({std::make_shared<NamedProvider>("json")});
  DataSourceRegistry own(shared);
  EXPECT_EQ(ErrorCondition(own.Register(std::make_shared<NamedProvider>("JSON"))),
            "DATA_SOURCE_ALREADY_EXISTS");
  ASSERT_TRUE(own.Register(std::make_shared<NamedProvider>("tail")).ok());
  EXPECT_TRUE(own.Find("tail").ok());
  EXPECT_FALSE(shared.Find("tail").ok());
}

TEST(DataSourceRegistryTest, NamesWhatExistsWhenNothingFits) {
  const DataSourceRegistry registry({std::make_shared<NamedProvider>("json")});
  const Status status = registry.Find("jsn").status();
  EXPECT_EQ(ErrorCondition(status), "DATA_SOURCE_NOT_FOUND");
  EXPECT_NE(status.message().find("json"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace firesteel
