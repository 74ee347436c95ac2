#include "tools/activity_data.h"

#include <array>
#include <cstdio>
#include <string_view>

#include "checkpoint/checkpoint_file_manager.h"
#include "common/env.h"

namespace firesteel {
namespace {

/// A small generator whose numbers are the same everywhere (SplitMix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t bound) { return Next() % bound; }

 private:
  uint64_t state_;
};

constexpr std::array<std::string_view, 7> kActivities = {"stand", "sit",        "walk", "bike",
                                                         "stairsup", "stairsdown", "null"};
constexpr std::array<std::string_view, 3> kDevices = {"nexus4_1", "nexus4_2", "s3mini_1"};
constexpr std::string_view kUsers = "abcdefghi";

void AppendText(std::string_view name, std::string_view value, std::string* line) {
  line->append(", \"").append(name).append("\": \"").append(value).append("\"");
}

/// Appends a multiple of 1/1024: such numbers have few digits, and their sums do not depend on the
/// order of adding.
void AppendAxis(std::string_view name, Random* random, std::string* line) {
  const double value = (static_cast<double>(random->Below(40000)) - 20000) / 1024;
  char text[32];
  std::snprintf(text, sizeof(text), "%.10f", value);
  line->append(", \"").append(name).append("\": ").append(text);
}

void AppendReading(int64_t index, Random* random, std::string* text) {
  const int64_t arrival_ms = 1424686735000 + index * 250 + static_cast<int64_t>(random->Below(200));
  const int64_t creation_ns = arrival_ms * 1000000 + static_cast<int64_t>(random->Below(1000000));
  text->append("{\"Arrival_Time\": ").append(std::to_string(arrival_ms));
  text->append(", \"Creation_Time\": ").append(std::to_string(creation_ns));
  const std::string_view device = kDevices[random->Below(kDevices.size())];
  AppendText("Device", device, text);
  text->append(", \"Index\": ").append(std::to_string(index));
  AppendText("Model", device.substr(0, device.find('_')), text);
  AppendText("User", kUsers.substr(random->Below(kUsers.size()), 1), text);
  const uint64_t activity = random->Below(kActivities.size() + 1);
  if (activity < kActivities.size()) AppendText("gt", kActivities[activity], text);
  for (const char* axis : {"x", "y", "z"}) AppendAxis(axis, random, text);
  text->append("}\n");
}

}  // namespace

Schema ActivitySchema() {
  Schema schema;
  schema.Add("Arrival_Time", TypeId::kLong)
      .Add("Creation_Time", TypeId::kLong)
      .Add("Device", TypeId::kString)
      .Add("Index", TypeId::kLong)
      .Add("Model", TypeId::kString)
      .Add("User", TypeId::kString)
      .Add("gt", TypeId::kString)
      .Add("x", TypeId::kDouble)
      .Add("y", TypeId::kDouble)
      .Add("z", TypeId::kDouble);
  return schema;
}

std::string ActivityFile(int file, const ActivityDataOptions& options) {
  Random random(options.seed * 1000003 + static_cast<uint64_t>(file));
  std::string text;
  text.reserve(static_cast<size_t>(options.rows_per_file) * 200);
  for (int row = 0; row < options.rows_per_file; ++row) {
    AppendReading(int64_t{file} * options.rows_per_file + row, &random, &text);
  }
  return text;
}

Status WriteActivityData(const std::string& directory, const ActivityDataOptions& options) {
  if (options.files < 0 || options.rows_per_file < 0) {
    return Status::Invalid("The numbers of files and rows must not be negative.");
  }
  Env* const env = Env::Posix();
  ARROW_ASSIGN_OR_RAISE(const std::string local, ToLocalPath(directory));
  ARROW_RETURN_NOT_OK(env->CreateDirectories(local));
  CheckpointFileManager files(env);
  for (int file = 0; file < options.files; ++file) {
    char name[32];
    std::snprintf(name, sizeof(name), "/activity-%03d.json", file);
    const std::string path = local + name;
    ARROW_ASSIGN_OR_RAISE(const bool exists, env->Exists(path));
    if (exists) continue;
    ARROW_RETURN_NOT_OK(files.WriteAtomic(path, ActivityFile(file, options), /*overwrite=*/false));
  }
  return Status::OK();
}

}  // namespace firesteel
