#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "expr/unresolved.h"
#include "firesteel/error.h"

namespace firesteel {

/// The text that is parsed, shared by everything that points into it. Offsets are bytes from 0.
class SourceText {
 public:
  explicit SourceText(std::string_view text) : text_(std::make_shared<std::string>(text)) {}

  std::string_view text() const { return *text_; }
  std::string_view Slice(int start, int end) const { return text().substr(start, end - start); }
  /// The place of an expression that covers [start, end).
  Origin OriginOf(int start, int end) const { return {text_, start, end - 1}; }
  /// The same for errors; `start` may be the end of the text.
  QueryContext ContextOf(int start, int end) const;
  /// MakeErrorAt for the place [start, end).
  Status ErrorAt(std::string_view condition, std::map<std::string, std::string> parameters,
                 int start, int end) const;

 private:
  std::shared_ptr<const std::string> text_;
};

}  // namespace firesteel
