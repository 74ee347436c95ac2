#include "sql/source_text.h"

#include <algorithm>
#include <utility>

#include "common/error.h"

namespace firesteel {

QueryContext SourceText::ContextOf(int start, int end) const {
  QueryContext context;
  context.full_text = *text_;
  context.fragment = std::string(Slice(start, end));
  context.start_offset = start;
  context.stop_offset = std::max(start, end - 1);
  const std::string_view before = text().substr(0, start);
  context.line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const size_t line_break = before.rfind('\n');
  context.position = start - (line_break == before.npos ? 0 : static_cast<int>(line_break) + 1);
  return context;
}

Status SourceText::ErrorAt(std::string_view condition,
                           std::map<std::string, std::string> parameters, int start,
                           int end) const {
  return MakeErrorAt(condition, std::move(parameters), ContextOf(start, end));
}

}  // namespace firesteel
