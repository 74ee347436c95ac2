#include "tools/activity_data.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(ActivityData, IsTheSameEveryTime) {
  ActivityDataOptions options;
  options.rows_per_file = 50;
  const std::string first = ActivityFile(3, options);
  EXPECT_EQ(first, ActivityFile(3, options));
  EXPECT_NE(first, ActivityFile(4, options));
  options.seed = 2;
  EXPECT_NE(first, ActivityFile(3, options));
}

TEST(ActivityData, HasOneObjectPerLineWithTheColumnsOfTheSchema) {
  ActivityDataOptions options;
  options.rows_per_file = 20;
  const std::string text = ActivityFile(0, options);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20);
  const std::string line = text.substr(0, text.find('\n'));
  const Schema schema = ActivitySchema();
  for (const StructField& field : schema.fields()) {
    if (field.name == "gt") continue;  // not every reading has it
    EXPECT_NE(line.find("\"" + field.name + "\": "), std::string::npos) << field.name;
  }
}

}  // namespace
}  // namespace firesteel
