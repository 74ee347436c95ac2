#include "connect/server/event_forwarder.h"

#include <chrono>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using std::chrono::milliseconds;

TEST(EventForwarderTest, GivesAStartOnceToWhoAsksForTheRun) {
  EventForwarder forwarder;
  forwarder.OnStarted({.id = "i", .run_id = "r", .name = "", .timestamp = "t"});
  EXPECT_EQ(forwarder.TakeStarted("other"), std::nullopt);
  EXPECT_EQ(forwarder.TakeStarted("r"),
            R"({"id":"i","runId":"r","name":null,"timestamp":"t","jobTags":[]})");
  EXPECT_EQ(forwarder.TakeStarted("r"), std::nullopt);
}

TEST(EventForwarderTest, GivesEventsInOrder) {
  EventForwarder forwarder;
  forwarder.OnIdle({.id = "i", .run_id = "r", .timestamp = "t"});
  forwarder.OnTerminated({.id = "i", .run_id = "r", .exception = "", .error_condition = ""});
  forwarder.OnTerminated({.id = "i", .run_id = "r", .exception = "\"x\"", .error_condition = "C"});
  const auto events = forwarder.Take(milliseconds(0));
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3);
  EXPECT_EQ((*events)[0].kind, EventForwarder::Kind::kIdle);
  EXPECT_EQ((*events)[0].json, R"({"id":"i","runId":"r","timestamp":"t"})");
  EXPECT_EQ((*events)[1].json,
            R"({"id":"i","runId":"r","exception":null,"errorClassOnException":null})");
  EXPECT_EQ((*events)[2].json,
            R"({"id":"i","runId":"r","exception":"\"x\"","errorClassOnException":"C"})");
}

TEST(EventForwarderTest, WaitsNoLongerThanAsked) {
  EventForwarder forwarder;
  const auto events = forwarder.Take(milliseconds(1));
  ASSERT_TRUE(events);
  EXPECT_TRUE(events->empty());
}

TEST(EventForwarderTest, DropsWhatWasNotTakenWhenItIsClosed) {
  EventForwarder forwarder;
  forwarder.OnProgress({});
  forwarder.Close();
  forwarder.OnProgress({});
  EXPECT_EQ(forwarder.Take(milliseconds(0)), std::nullopt);
}

}  // namespace
}  // namespace firesteel
