#include "streaming/state_explanation.h"

#include "fmt/format.h"
#include "streaming/iso_timestamp.h"
#include "streaming/watermark_propagation.h"

namespace firesteel {
namespace {

std::string DescribeChanges(const StateOperatorProgress& progress) {
  return fmt::format(
      "   last batch: {} keys updated, {} removed, {} rows dropped by the watermark\n"
      "   {} partitions, {} stores\n",
      progress.num_rows_updated, progress.num_rows_removed, progress.num_rows_dropped_by_watermark,
      progress.num_shuffle_partitions, progress.num_state_store_instances);
}

}  // namespace

std::vector<StateExplanation> ExplainState(const std::vector<const StatefulOperator*>& operators,
                                           const std::vector<int64_t>& watermarks_ms,
                                           const std::vector<StateOperatorProgress>& progress) {
  std::vector<StateExplanation> explanations;
  for (size_t i = 0; i < operators.size(); ++i) {
    const StatefulOperatorInfo& info = operators[i]->info();
    StateExplanation explanation{info.operator_id, info.name, watermarks_ms[info.operator_id],
                                 std::nullopt};
    if (i < progress.size()) explanation.progress = progress[i];
    explanations.push_back(std::move(explanation));
  }
  return explanations;
}

std::string DescribeState(const std::vector<StateExplanation>& operators, bool extended) {
  if (operators.empty()) return "";
  std::string text = "\n== State ==\n";
  for (const StateExplanation& one : operators) {
    const std::string watermark =
        one.watermark_ms == kNoWatermark ? "none" : IsoTimestamp(one.watermark_ms);
    text += fmt::format("{} {}: watermark {}, ", one.operator_id, one.name, watermark);
    if (!one.progress) {
      text += "no batch in this run yet\n";
      continue;
    }
    text += fmt::format("{} keys, {} bytes\n", one.progress->num_rows_total,
                        one.progress->memory_used_bytes);
    if (extended) text += DescribeChanges(*one.progress);
  }
  return text;
}

}  // namespace firesteel
