#include <utility>

#include "arrow/array/array_base.h"
#include "exec/window_chunk.h"
#include "functions/take.h"

namespace firesteel {

namespace {

using Columns = std::vector<std::shared_ptr<arrow::Array>>;

/// Nodes of one level, and for each the frame that it is a part of.
struct Parts {
  std::vector<int64_t> nodes;
  std::vector<int32_t> frames;

  void Add(int64_t node, size_t frame) {
    nodes.push_back(node);
    frames.push_back(static_cast<int32_t>(frame));
  }
};

Status MergeParts(const Columns& buffers, const Parts& parts, Accumulator* result) {
  if (parts.nodes.empty()) return Status::OK();
  Columns taken;
  for (const auto& buffer : buffers) {
    ARROW_ASSIGN_OR_RAISE(auto column, TakeElements(buffer, parts.nodes));
    taken.push_back(std::move(column));
  }
  return result->Merge(taken, parts.frames);
}

/// The buffers of all nodes, level by level, from single rows to the root.
Result<std::vector<Columns>> MakeLevels(const BoundAggregate& function,
                                        std::span<const ColumnVector> arguments,
                                        const std::vector<int32_t>& rows_in_groups) {
  auto nodes = static_cast<int64_t>(rows_in_groups.size());
  std::vector<Columns> levels;
  std::unique_ptr<Accumulator> accumulator = function.NewAccumulator();
  ARROW_RETURN_NOT_OK(accumulator->Resize(nodes));
  ARROW_RETURN_NOT_OK(accumulator->Update(arguments, rows_in_groups));
  while (true) {
    ARROW_ASSIGN_OR_RAISE(Columns buffers, accumulator->BufferArrays());
    levels.push_back(std::move(buffers));
    if (nodes <= 1) return levels;
    std::vector<int32_t> parents(nodes);
    for (int64_t node = 0; node < nodes; ++node) parents[node] = static_cast<int32_t>(node / 2);
    nodes = (nodes + 1) / 2;
    accumulator = function.NewAccumulator();
    ARROW_RETURN_NOT_OK(accumulator->Resize(nodes));
    ARROW_RETURN_NOT_OK(accumulator->Merge(levels.back(), parents));
  }
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> AggregateFrames(const BoundAggregate& function,
                                                      std::span<const ColumnVector> arguments,
                                                      const std::vector<int32_t>& rows_in_groups,
                                                      const std::vector<int64_t>& begin,
                                                      const std::vector<int64_t>& end) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<Columns> levels,
                        MakeLevels(function, arguments, rows_in_groups));
  const std::unique_ptr<Accumulator> result = function.NewAccumulator();
  ARROW_RETURN_NOT_OK(result->Resize(static_cast<int64_t>(begin.size())));
  // Going up, the nodes at the left edge of a frame come in the order of their rows, those at its
  // right edge in the opposite one: these are merged on the way back, since order may matter.
  std::vector<int64_t> first = begin;
  std::vector<int64_t> last = end;
  std::vector<Parts> right_edges;
  for (const Columns& level : levels) {
    Parts left_edge;
    Parts right_edge;
    for (size_t frame = 0; frame < first.size(); ++frame) {
      if (first[frame] < last[frame] && first[frame] % 2 == 1) {
        left_edge.Add(first[frame]++, frame);
      }
      if (first[frame] < last[frame] && last[frame] % 2 == 1) {
        right_edge.Add(--last[frame], frame);
      }
      first[frame] /= 2;
      last[frame] /= 2;
    }
    ARROW_RETURN_NOT_OK(MergeParts(level, left_edge, result.get()));
    right_edges.push_back(std::move(right_edge));
  }
  for (size_t level = levels.size(); level-- > 0;) {
    ARROW_RETURN_NOT_OK(MergeParts(levels[level], right_edges[level], result.get()));
  }
  return result->Finish();
}

}  // namespace firesteel
