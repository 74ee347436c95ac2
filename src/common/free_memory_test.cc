#include "common/free_memory.h"

#include <limits>

#include "common/error.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(FreeMemory, GrantsWhatIsSmall) {
  EXPECT_TRUE(RequireFreeMemory(0).ok());
  EXPECT_TRUE(RequireFreeMemory(1 << 20).ok());
}

TEST(FreeMemory, RefusesWhatNoMachineHas) {
  const Status status = RequireFreeMemory(std::numeric_limits<int64_t>::max());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(ErrorCondition(status), "UNABLE_TO_ACQUIRE_MEMORY");
}

}  // namespace
}  // namespace firesteel
