// Measures how fast the JSON reader turns lines into columns. Items are rows, of one thread; the
// file is in memory.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "arrow/record_batch.h"
#include "fmt/format.h"
#include "formats/file_format.h"

namespace firesteel {
namespace {

constexpr int kRows = 300000;
constexpr char kSchema[] =
    "Arrival_Time BIGINT, Creation_Time BIGINT, Device STRING, Index BIGINT, Model STRING, "
    "User STRING, gt STRING, x DOUBLE, y DOUBLE, z DOUBLE";

/// Rows as phones send them: ten fields, about 190 bytes.
const std::string& ActivityRows() {
  static const std::string kText = [] {
    static constexpr const char* kActivities[] = {"stand", "sit", "walk", "stairsup", "bike"};
    std::mt19937_64 random(1);
    std::normal_distribution<double> axis(0, 0.01);
    int64_t arrival_ms = 1424686735090;
    std::string text;
    for (int i = 0; i < kRows; ++i) {
      arrival_ms += static_cast<int64_t>(random() % 20);
      text += fmt::format(
          "{{\"Arrival_Time\": {}, \"Creation_Time\": {}, \"Device\": \"nexus4_{}\", "
          "\"Index\": {}, \"Model\": \"nexus4\", \"User\": \"{}\", \"gt\": \"{}\", \"x\": {:.7}, "
          "\"y\": {:.7}, \"z\": {:.8}}}\n",
          arrival_ms, arrival_ms * 1000000 + static_cast<int64_t>(random() % 1000000),
          1 + random() % 2, i % 100000, static_cast<char>('a' + random() % 9),
          kActivities[random() % 5], axis(random), axis(random), axis(random));
    }
    return text;
  }();
  return kText;
}

void ReadAll(benchmark::State& state, const std::string& text, const std::string& columns,
             const std::string& mode = "PERMISSIVE") {
  FileReadRequest request;
  request.full_schema = Schema::FromDdl(kSchema).ValueOrDie();
  request.columns = columns.empty() ? Schema() : Schema::FromDdl(columns).ValueOrDie();
  request.options.Set("mode", mode);
  const std::shared_ptr<arrow::Buffer> file = arrow::Buffer::FromString(text);
  int64_t rows = 0;
  for (auto _ : state) {
    auto reader = JsonFormat()
                      ->OpenReader(std::make_shared<arrow::io::BufferReader>(file), request, &rows)
                      .ValueOrDie();
    while (std::shared_ptr<arrow::RecordBatch> batch = reader->Next().ValueOrDie()) {
      benchmark::DoNotOptimize(batch);
    }
  }
  state.SetItemsProcessed(rows);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

/// What `groupBy("gt").count()` asks of the reader.
void JsonOneStringOfTen(benchmark::State& state) { ReadAll(state, ActivityRows(), "gt STRING"); }
BENCHMARK(JsonOneStringOfTen)->Unit(benchmark::kMillisecond);

void JsonNoColumn(benchmark::State& state) { ReadAll(state, ActivityRows(), ""); }
BENCHMARK(JsonNoColumn)->Unit(benchmark::kMillisecond);

void JsonAllColumns(benchmark::State& state) { ReadAll(state, ActivityRows(), kSchema); }
BENCHMARK(JsonAllColumns)->Unit(benchmark::kMillisecond);

/// Every hundredth line has an open quote, which spoils the index of its neighbours.
void JsonMalformedLines(benchmark::State& state) {
  static const std::string kText = [] {
    std::string text = ActivityRows();
    int line = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n' && ++line % 100 == 0) text[i - 1] = '"';
    }
    return text;
  }();
  ReadAll(state, kText, "gt STRING");
}
BENCHMARK(JsonMalformedLines)->Unit(benchmark::kMillisecond);

/// The tolerant parser alone: single quotes are none of the fast path's business.
void JsonTolerant(benchmark::State& state) {
  static const std::string kText = [] {
    std::string text = ActivityRows();
    for (char& c : text) c = c == '"' ? '\'' : c;
    return text;
  }();
  ReadAll(state, kText, "gt STRING");
}
BENCHMARK(JsonTolerant)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace firesteel
