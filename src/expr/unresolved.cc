#include "expr/unresolved.h"

#include <algorithm>
#include <utility>

#include "common/error.h"

namespace firesteel {

namespace {

/// Whether a name can stand in SQL without backticks.
bool IsPlainName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string QuoteName(std::string_view name) {
  if (IsPlainName(name)) return std::string(name);
  std::string quoted = "`";
  for (char c : name) {
    if (c == '`') quoted.push_back('`');
    quoted.push_back(c);
  }
  return quoted + "`";
}

std::string JoinNames(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text.push_back('.');
    text += QuoteName(part);
  }
  return text;
}

Status BadName(std::string_view name) {
  return MakeError("INVALID_ATTRIBUTE_NAME_SYNTAX", {{"name", std::string(name)}});
}

}  // namespace

QueryContext Origin::ToContext() const {
  QueryContext context;
  if (!text || start < 0 || stop < start || stop >= static_cast<int>(text->size())) return context;
  context.full_text = *text;
  context.fragment = text->substr(start, stop - start + 1);
  context.start_offset = start;
  context.stop_offset = stop;
  context.line = 1;
  int line_start = 0;
  for (int i = 0; i < start; ++i) {
    if ((*text)[i] != '\n') continue;
    ++context.line;
    line_start = i + 1;
  }
  context.position = start - line_start;
  return context;
}

UnresolvedAttribute::UnresolvedAttribute(std::vector<std::string> parts, Origin origin,
                                         std::optional<int64_t> plan_tag)
    : Expression(kKind, {}),
      parts_(std::move(parts)),
      origin_(std::move(origin)),
      plan_tag_(plan_tag) {}

Result<ExpressionPtr> UnresolvedAttribute::Parse(std::string_view name) {
  std::vector<std::string> parts;
  std::string part;
  size_t i = 0;
  // Each part is either wholly in backticks, where two stand for one, or has none.
  for (;;) {
    part.clear();
    if (i < name.size() && name[i] == '`') {
      for (++i;; ++i) {
        if (i >= name.size()) return BadName(name);
        if (name[i] == '`') {
          if (i + 1 >= name.size() || name[i + 1] != '`') break;
          ++i;
        }
        part.push_back(name[i]);
      }
      ++i;
      if (i < name.size() && name[i] != '.') return BadName(name);
    } else {
      for (; i < name.size() && name[i] != '.'; ++i) {
        if (name[i] == '`') return BadName(name);
        part.push_back(name[i]);
      }
      if (part.empty() && name.size() > 0) return BadName(name);
    }
    parts.push_back(part);
    if (i >= name.size()) break;
    ++i;
    if (i >= name.size()) return BadName(name);
  }
  return ExpressionPtr(std::make_shared<UnresolvedAttribute>(std::move(parts)));
}

ExpressionPtr UnresolvedAttribute::WithNewChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string UnresolvedAttribute::Sql() const { return JoinNames(parts_); }

std::string UnresolvedAttribute::ToString() const { return "'" + JoinNames(parts_); }

UnresolvedStar::UnresolvedStar(std::vector<std::string> target,
                               std::vector<std::vector<std::string>> except, Origin origin,
                               StarChoice choice)
    : Expression(kKind, {}),
      target_(std::move(target)),
      except_(std::move(except)),
      origin_(std::move(origin)),
      choice_(std::move(choice)) {}

ExpressionPtr UnresolvedStar::WithNewChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string UnresolvedStar::Sql() const {
  if (!choice_.pattern.empty()) return "`" + choice_.pattern + "`";
  std::string text = target_.empty() ? "*" : JoinNames(target_) + ".*";
  if (except_.empty()) return text;
  text += " EXCEPT (";
  for (size_t i = 0; i < except_.size(); ++i) text += (i > 0 ? ", " : "") + JoinNames(except_[i]);
  return text + ")";
}

UnresolvedFunction::UnresolvedFunction(std::string name, std::vector<ExpressionPtr> arguments,
                                       bool distinct, Origin origin, ExpressionPtr filter,
                                       bool ignore_nulls, std::vector<ExpressionPtr> within_group)
    : Expression(kKind,
                 [&] {
                   arguments.insert(arguments.end(), within_group.begin(), within_group.end());
                   if (filter) arguments.push_back(filter);
                   return std::move(arguments);
                 }()),
      name_(std::move(name)),
      distinct_(distinct),
      has_filter_(filter != nullptr),
      origin_(std::move(origin)),
      ignore_nulls_(ignore_nulls),
      within_group_size_(within_group.size()) {}

std::vector<ExpressionPtr> UnresolvedFunction::arguments() const {
  const size_t others = within_group_size_ + (has_filter_ ? 1 : 0);
  return {children().begin(), children().end() - static_cast<std::ptrdiff_t>(others)};
}

std::vector<ExpressionPtr> UnresolvedFunction::within_group() const {
  const auto end = children().end() - (has_filter_ ? 1 : 0);
  return {end - static_cast<std::ptrdiff_t>(within_group_size_), end};
}

ExpressionPtr UnresolvedFunction::WithNewChildren(std::vector<ExpressionPtr> children) const {
  ExpressionPtr filter;
  if (has_filter_) {
    filter = std::move(children.back());
    children.pop_back();
  }
  const auto split = children.end() - static_cast<std::ptrdiff_t>(within_group_size_);
  std::vector<ExpressionPtr> within_group(split, children.end());
  children.erase(split, children.end());
  return std::make_shared<UnresolvedFunction>(name_, std::move(children), distinct_, origin_,
                                              std::move(filter), ignore_nulls_,
                                              std::move(within_group));
}

std::string UnresolvedFunction::Sql() const {
  const auto join = [](const std::vector<ExpressionPtr>& items) {
    std::string text;
    for (const ExpressionPtr& item : items) text += (text.empty() ? "" : ", ") + item->Sql();
    return text;
  };
  std::string text = name_ + (distinct_ ? "(DISTINCT " : "(") + join(arguments()) + ")";
  if (within_group_size_ > 0) text += " WITHIN GROUP (ORDER BY " + join(within_group()) + ")";
  if (ignore_nulls_) text += " IGNORE NULLS";
  if (has_filter_) text += " FILTER (WHERE " + children().back()->Sql() + ")";
  return text;
}

std::string UnresolvedGroupingSets::Sql() const {
  std::string text = form_ == Form::kRollup ? "rollup("
                     : form_ == Form::kCube ? "cube("
                                            : "grouping sets(";
  size_t next = 0;
  for (const int size : sets_) {
    if (text.back() != '(') text += ", ";
    if (size != 1) text += "(";
    for (int i = 0; i < size; ++i)
      text += (i > 0 ? ", " : "") + child(static_cast<int>(next++))->Sql();
    if (size != 1) text += ")";
  }
  return text + ")";
}

std::string UnresolvedLambda::Sql() const {
  std::string names;
  for (const std::string& name : variables_) names += (names.empty() ? "" : ", ") + name;
  return (variables_.size() == 1 ? names : "(" + names + ")") + " -> " + child(0)->Sql();
}

}  // namespace firesteel
