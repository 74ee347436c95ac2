#include "tools/live_view.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace firesteel {

std::string WithThousands(int64_t number) {
  std::string text = std::to_string(number);
  const size_t first_digit = number < 0 ? 1 : 0;
  for (size_t i = text.size(); i > first_digit + 3;) {
    i -= 3;
    text.insert(i, ",");
  }
  return text;
}

bool LiveView::IsTerminal(std::FILE* out) {
  const char* const terminal = std::getenv("TERM");
  return isatty(fileno(out)) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string LiveView::ProgressLine(const LiveState& state, bool bar) {
  const double share = state.expected_rows == 0
                           ? 1
                           : std::min(1.0, static_cast<double>(state.rows) /
                                               static_cast<double>(state.expected_rows));
  std::string line;
  if (bar) {
    constexpr int kWidth = 30;
    const int filled = static_cast<int>(share * kWidth);
    line += "[" + std::string(filled, '#') + std::string(kWidth - filled, '-') + "]  ";
  }
  const int64_t rows_per_second =
      state.seconds > 0 ? static_cast<int64_t>(static_cast<double>(state.rows) / state.seconds) : 0;
  line += std::to_string(static_cast<int>(share * 100)) + " %  " + WithThousands(state.rows) +
          " of " + WithThousands(state.expected_rows) + " rows  " + std::to_string(state.batches) +
          (state.batches == 1 ? " batch  " : " batches  ") + WithThousands(rows_per_second) +
          " rows/s";
  return line;
}

void LiveView::Update(const LiveState& state) {
  if (!terminal_) {
    if (state.batches == last_batches_) return;
    last_batches_ = state.batches;
    std::fprintf(out_, "%s\n", ProgressLine(state, /*bar=*/false).c_str());
    std::fflush(out_);
    return;
  }
  Clear();
  const std::string text = ProgressLine(state, /*bar=*/true) + "\n" + state.table;
  std::fputs(text.c_str(), out_);
  std::fflush(out_);
  drawn_lines_ = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

void LiveView::Clear() {
  if (!terminal_ || drawn_lines_ == 0) return;
  // Moves the cursor up to the first drawn line and clears from there to the end of the screen.
  std::fprintf(out_, "\033[%dF\033[J", drawn_lines_);
  drawn_lines_ = 0;
}

}  // namespace firesteel
