#include "common/error.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/error_conditions.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

constexpr char kErrorDetailTypeId[] = "firesteel::ErrorDetail";

class ErrorDetail : public arrow::StatusDetail {
 public:
  explicit ErrorDetail(ErrorInfo info) : info_(std::move(info)) {}
  const char* type_id() const override { return kErrorDetailTypeId; }
  std::string ToString() const override { return info_.condition; }
  const ErrorInfo& info() const { return info_; }

 private:
  const ErrorInfo info_;
};

// Replaces every `<name>` that has a parameter; anything else stays as written.
std::string FillTemplate(std::string_view text,
                         const std::map<std::string, std::string>& parameters) {
  std::string filled;
  while (!text.empty()) {
    const size_t open = text.find('<');
    const size_t close = open == text.npos ? text.npos : text.find('>', open);
    if (close == text.npos) break;
    filled.append(text.substr(0, open));
    const auto found = parameters.find(std::string(text.substr(open + 1, close - open - 1)));
    if (found != parameters.end()) {
      filled.append(found->second);
      text.remove_prefix(close + 1);
    } else {
      filled.push_back('<');
      text.remove_prefix(open + 1);
    }
  }
  return filled.append(text);
}

// Renders the line of the query that the error points to, with the fragment underlined.
std::string DescribeContext(const QueryContext& context) {
  if (context.start_offset < 0 || context.full_text.empty()) return "";
  const std::string_view text = context.full_text;
  const size_t start = std::min<size_t>(context.start_offset, text.size());
  size_t line_start = start == 0 ? text.npos : text.rfind('\n', start - 1);
  line_start = line_start == text.npos ? 0 : line_start + 1;
  const size_t line_end = std::min(text.find('\n', start), text.size());
  // The stop offset is that of the last byte; the mark ends with the line.
  const size_t stop = static_cast<size_t>(std::max<int64_t>(context.stop_offset, start)) + 1;
  const size_t marked = std::max<size_t>(1, std::min(stop, line_end) - std::min(start, line_end));
  return fmt::format("\n== SQL (line {}, position {}) ==\n{}\n{}{}", context.line,
                     context.position + 1, text.substr(line_start, line_end - line_start),
                     std::string(start - line_start, ' '), std::string(marked, '^'));
}

Status Build(std::string_view condition, std::map<std::string, std::string> parameters,
             QueryContext context, const Status& cause) {
  const ErrorConditionRow* row = FindErrorCondition(condition);
  if (row == nullptr) {
    return InternalError(fmt::format("The error condition {} is not declared.", condition));
  }
  std::string message =
      fmt::format("[{}] {}", condition, FillTemplate(row->message_template, parameters));
  if (!row->sql_state.empty()) message += fmt::format(" SQLSTATE: {}", row->sql_state);
  message += DescribeContext(context);
  if (!cause.ok()) message += fmt::format("\nCaused by: {}", cause.message());
  const auto code = condition == kInternalErrorCondition ? arrow::StatusCode::UnknownError
                                                         : arrow::StatusCode::Invalid;
  ErrorInfo info{.condition = std::string(condition),
                 .sql_state = std::string(row->sql_state),
                 .parameters = std::move(parameters),
                 .context = std::move(context),
                 .cause = cause};
  return Status(code, std::move(message), std::make_shared<ErrorDetail>(std::move(info)));
}

}  // namespace

const ErrorInfo* GetErrorInfo(const Status& status) {
  if (status.ok() || status.detail() == nullptr) return nullptr;
  if (std::string_view(status.detail()->type_id()) != kErrorDetailTypeId) return nullptr;
  return &static_cast<const ErrorDetail&>(*status.detail()).info();
}

std::string ErrorCondition(const Status& status) {
  const ErrorInfo* info = GetErrorInfo(status);
  return info == nullptr ? "" : info->condition;
}

Status MakeError(std::string_view condition, std::map<std::string, std::string> parameters) {
  return Build(condition, std::move(parameters), {}, Status::OK());
}

Status MakeErrorAt(std::string_view condition, std::map<std::string, std::string> parameters,
                   QueryContext context) {
  return Build(condition, std::move(parameters), std::move(context), Status::OK());
}

Status MakeErrorCausedBy(std::string_view condition, std::map<std::string, std::string> parameters,
                         const Status& cause) {
  return Build(condition, std::move(parameters), {}, cause);
}

Status InternalError(std::string message) {
  return Build(kInternalErrorCondition, {{"message", std::move(message)}}, {}, Status::OK());
}

}  // namespace firesteel
