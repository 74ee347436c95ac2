#include "firesteel/connector/table.h"

#include <charconv>
#include <iterator>
#include <system_error>
#include <utility>

#include "common/error.h"
#include "types/type_lexer.h"

namespace firesteel {
namespace {

Status BadOption(std::string_view name, const std::string& value, std::string_view reason) {
  return MakeError("INVALID_OPTION_VALUE", {{"option", std::string(name)},
                                            {"value", "'" + value + "'"},
                                            {"reason", std::string(reason)}});
}

Status NotSupported(const Table& table, std::string_view operation) {
  return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                   {{"tableName", table.Name()}, {"operation", std::string(operation)}});
}

}  // namespace

void Options::Set(std::string_view name, std::string value) {
  // An option set again replaces the one of another spelling, too.
  const std::string lower = AsciiLowerCase(name);
  for (auto it = values_.begin(); it != values_.end();) {
    it = AsciiLowerCase(it->first) == lower ? values_.erase(it) : std::next(it);
  }
  values_[std::string(name)] = value;
  by_lower_case_[lower] = std::move(value);
}

std::optional<std::string> Options::Get(std::string_view name) const {
  const auto found = by_lower_case_.find(AsciiLowerCase(name));
  if (found == by_lower_case_.end()) return std::nullopt;
  return found->second;
}

std::string Options::GetOr(std::string_view name, std::string_view otherwise) const {
  return Get(name).value_or(std::string(otherwise));
}

Result<std::optional<int64_t>> Options::GetLong(std::string_view name) const {
  const std::optional<std::string> value = Get(name);
  if (!value.has_value()) return std::nullopt;
  int64_t number = 0;
  // Java's Long.parseLong takes a plus sign, too.
  const bool plus = value->size() > 1 && (*value)[0] == '+' && (*value)[1] != '-';
  const char* const end = value->data() + value->size();
  const auto [stop, error] = std::from_chars(value->data() + (plus ? 1 : 0), end, number);
  if (error != std::errc() || stop != end) return BadOption(name, *value, "it is no whole number");
  return std::optional<int64_t>(number);
}

Result<bool> Options::GetBool(std::string_view name, bool otherwise) const {
  const std::optional<std::string> value = Get(name);
  if (!value.has_value()) return otherwise;
  const std::string lower = AsciiLowerCase(*value);
  if (lower == "true") return true;
  if (lower == "false") return false;
  return BadOption(name, *value, "it is neither true nor false");
}

Result<std::shared_ptr<Scan>> Table::NewScan(const ScanRequest& /*request*/) {
  return NotSupported(*this, "reads");
}

Result<StreamingSink> Table::NewStreamingSink(const WriteRequest& /*request*/) {
  return NotSupported(*this, "streaming writes");
}

Result<std::unique_ptr<StreamingWrite>> Table::NewBatchWrite(const WriteRequest& /*request*/,
                                                             SaveMode /*mode*/) {
  return NotSupported(*this, "batch writes");
}

}  // namespace firesteel
