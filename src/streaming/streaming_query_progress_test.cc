#include "firesteel/streaming_query_progress.h"

#include <limits>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

StreamingQueryProgress Example() {
  StreamingQueryProgress progress;
  progress.id = "6f3a";
  progress.run_id = "91bc";
  progress.name = "counts \"all\"";
  progress.timestamp = "2024-03-01T12:00:00.250Z";
  progress.batch_id = 7;
  progress.batch_duration_ms = 48;
  progress.duration_ms = {{"triggerExecution", 48}, {"addBatch", 30}, {"walCommit", 9}};
  progress.event_time = {{"watermark", "1970-01-01T00:00:00.000Z"}};
  StateOperatorProgress& state = progress.state_operators.emplace_back();
  state.operator_name = "stateStoreSave";
  state.num_rows_total = 3;
  state.num_rows_updated = 2;
  SourceProgress& source = progress.sources.emplace_back();
  source.description = "FileStreamSource[file:/in]";
  source.end_offset = R"({"logOffset":3})";
  source.latest_offset = "not json";
  source.num_input_rows = 10;
  source.input_rows_per_second = 120;
  source.processed_rows_per_second = 1.0 / 3;
  progress.sink = {.description = "MemorySink", .num_output_rows = 2};
  return progress;
}

TEST(StreamingQueryProgressTest, WritesOneLine) {
  EXPECT_EQ(
      Example().Json(),
      R"({"id":"6f3a","runId":"91bc","name":"counts \"all\"",)"
      R"("timestamp":"2024-03-01T12:00:00.250Z","batchId":7,"batchDuration":48,)"
      R"("numInputRows":10,"inputRowsPerSecond":120.0,)"
      R"("processedRowsPerSecond":0.3333333333333333,)"
      R"("durationMs":{"addBatch":30,"triggerExecution":48,"walCommit":9},)"
      R"("eventTime":{"watermark":"1970-01-01T00:00:00.000Z"},)"
      R"("stateOperators":[{"operatorName":"stateStoreSave","numRowsTotal":3,"numRowsUpdated":2,)"
      R"("allUpdatesTimeMs":0,"numRowsRemoved":0,"allRemovalsTimeMs":0,"commitTimeMs":0,)"
      R"("memoryUsedBytes":0,"numRowsDroppedByWatermark":0,"numShufflePartitions":0,)"
      R"("numStateStoreInstances":0}],)"
      R"("sources":[{"description":"FileStreamSource[file:/in]","startOffset":null,)"
      R"("endOffset":{"logOffset":3},"latestOffset":"not json","numInputRows":10,)"
      R"("inputRowsPerSecond":120.0,"processedRowsPerSecond":0.3333333333333333}],)"
      R"("sink":{"description":"MemorySink","numOutputRows":2}})");
}

TEST(StreamingQueryProgressTest, WritesIndented) {
  StreamingQueryProgress progress = Example();
  progress.name = "";
  progress.state_operators.clear();
  progress.event_time.clear();
  progress.sources[0].end_offset = R"({"in":{"0":[1,2],"1":{}}})";
  progress.sources[0].metrics = {{"lag", "1"}};
  EXPECT_EQ(progress.Json(true), R"({
  "id" : "6f3a",
  "runId" : "91bc",
  "name" : null,
  "timestamp" : "2024-03-01T12:00:00.250Z",
  "batchId" : 7,
  "batchDuration" : 48,
  "numInputRows" : 10,
  "inputRowsPerSecond" : 120.0,
  "processedRowsPerSecond" : 0.3333333333333333,
  "durationMs" : {
    "addBatch" : 30,
    "triggerExecution" : 48,
    "walCommit" : 9
  },
  "stateOperators" : [ ],
  "sources" : [ {
    "description" : "FileStreamSource[file:/in]",
    "startOffset" : null,
    "endOffset" : {
      "in" : {
        "0" : [ 1, 2 ],
        "1" : { }
      }
    },
    "latestOffset" : "not json",
    "numInputRows" : 10,
    "inputRowsPerSecond" : 120.0,
    "processedRowsPerSecond" : 0.3333333333333333,
    "metrics" : {
      "lag" : "1"
    }
  } ],
  "sink" : {
    "description" : "MemorySink",
    "numOutputRows" : 2
  }
})");
}

std::string RateText(double rate) {
  StreamingQueryProgress progress;
  progress.sources.emplace_back().input_rows_per_second = rate;
  const std::string json = progress.Json();
  const std::string key = "\"inputRowsPerSecond\":";
  const size_t start = json.find(key);
  if (start == json.npos) return "left out";
  return json.substr(start + key.size(), json.find(',', start) - start - key.size());
}

TEST(StreamingQueryProgressTest, WritesNumbersAsJavaDoes) {
  EXPECT_EQ(RateText(0), "0.0");
  EXPECT_EQ(RateText(20.833333333333332), "20.833333333333332");
  EXPECT_EQ(RateText(9999999), "9999999.0");
  EXPECT_EQ(RateText(1e7), "1.0E7");
  EXPECT_EQ(RateText(12345678.5), "1.23456785E7");
  EXPECT_EQ(RateText(0.001), "0.001");
  EXPECT_EQ(RateText(0.0005), "5.0E-4");
  EXPECT_EQ(RateText(std::numeric_limits<double>::infinity()), "left out");
  EXPECT_EQ(RateText(std::numeric_limits<double>::quiet_NaN()), "left out");
}

TEST(StreamingQueryProgressTest, WritesItsFieldsAlone) {
  StreamingQueryProgress progress = Example();
  progress.name.clear();
  progress.sources[0].processed_rows_per_second = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(
      progress.FieldsJson(),
      R"({"id":"6f3a","runId":"91bc","name":null,"timestamp":"2024-03-01T12:00:00.250Z",)"
      R"("batchId":7,"batchDuration":48,)"
      R"("durationMs":{"addBatch":30,"triggerExecution":48,"walCommit":9},)"
      R"("eventTime":{"watermark":"1970-01-01T00:00:00.000Z"},)"
      R"("stateOperators":[{"operatorName":"stateStoreSave","numRowsTotal":3,"numRowsUpdated":2,)"
      R"("allUpdatesTimeMs":0,"numRowsRemoved":0,"allRemovalsTimeMs":0,"commitTimeMs":0,)"
      R"("memoryUsedBytes":0,"numRowsDroppedByWatermark":0,"numShufflePartitions":0,)"
      R"("numStateStoreInstances":0,"customMetrics":{}}],)"
      R"("sources":[{"description":"FileStreamSource[file:/in]","startOffset":null,)"
      R"("endOffset":"{\"logOffset\":3}","latestOffset":"not json","numInputRows":10,)"
      R"("inputRowsPerSecond":120.0,"processedRowsPerSecond":"NaN","metrics":{}}],)"
      R"("sink":{"description":"MemorySink","numOutputRows":2,"metrics":{}},)"
      R"("observedMetrics":{}})");
}

TEST(StreamingQueryProgressTest, AddsUpItsSources) {
  StreamingQueryProgress progress = Example();
  progress.sources.push_back(progress.sources[0]);
  EXPECT_EQ(progress.num_input_rows(), 20);
  EXPECT_EQ(progress.input_rows_per_second(), 240);
}

TEST(StreamingQueryProgressTest, SurvivesBytesThatAreNoText) {
  StreamingQueryProgress progress = Example();
  progress.sources[0].description = "\xff\xfe";
  progress.sources[0].end_offset = "\xff";
  EXPECT_NE(progress.Json(true).find("sources"), std::string::npos);
}

}  // namespace
}  // namespace firesteel
