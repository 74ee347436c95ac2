#include "tests/stream/stream_script.h"

#include <algorithm>
#include <array>
#include <utility>

#include "firesteel/column.h"
#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"

namespace firesteel::testing {
namespace {

constexpr std::string_view kExpectation = "----";
constexpr std::array<std::string_view, 14> kOperators = {
    "from", "union", "join",  "select", "where", "group",     "agg",
    "with", "drop",  "order", "limit",  "dedup", "within", "watermark"};
constexpr std::array<std::string_view, 9> kSteps = {
    "add", "check", "progress", "start", "stop", "restart", "crash", "clock", "fail"};

template <size_t N>
bool Contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

/// Splits at commas that are in no parentheses and no quotes.
std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '\'') quoted = !quoted;
    if (!quoted) depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0 && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) part = Trim(part);
  return parts;
}

std::vector<Column> Expressions(std::string_view text) {
  std::vector<Column> columns;
  for (const std::string& part : SplitList(text)) columns.push_back(functions::Expr(part));
  return columns;
}

/// `points DESC` is no expression, so the direction is taken off first.
std::vector<Column> SortOrders(std::string_view text) {
  std::vector<Column> columns;
  for (const std::string& part : SplitList(text)) {
    const bool descending = part.ends_with(" desc");
    const Column column = functions::Expr(descending ? part.substr(0, part.size() - 5) : part);
    columns.push_back(descending ? column.Desc() : column.Asc());
  }
  return columns;
}

std::string WithoutWord(const std::string& text, std::string_view word) {
  return text.starts_with(word) ? text.substr(word.size()) : text;
}

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

Result<StreamScript> StreamScript::Parse(std::string_view text) {
  StreamScript script;
  bool expecting = false;
  for (std::string& line : SplitLines(text)) {
    if (line == kExpectation) {
      if (script.steps_.empty()) return Status::Invalid("Nothing can be expected before a step.");
      expecting = true;
      continue;
    }
    if (expecting && !line.empty()) continue;
    expecting = false;
    script.lines_.push_back(std::move(line));
    const std::string& kept = script.lines_.back();
    if (kept.empty() || kept.starts_with('#')) continue;
    if (kept.starts_with('[') && !script.steps_.empty()) {
      script.steps_.back().rows.push_back(kept);
      script.steps_.back().line = script.lines_.size();
      continue;
    }
    const size_t space = std::min(kept.find(' '), kept.size());
    const Status added = script.AddLine({.word = kept.substr(0, space),
                                         .rest = Trim(kept.substr(space)),
                                         .rows = {},
                                         .line = script.lines_.size()});
    if (!added.ok()) return Status::Invalid(kept, ": ", added.message());
  }
  return script;
}

Status StreamScript::AddLine(ScriptLine line) {
  if (Contains(kSteps, line.word)) {
    steps_.push_back(std::move(line));
  } else if (Contains(kOperators, line.word)) {
    operators_.push_back(std::move(line));
  } else if (line.word == "source") {
    const size_t space = std::min(line.rest.find(' '), line.rest.size());
    source_names_.push_back(line.rest.substr(0, space));
    ARROW_ASSIGN_OR_RAISE(Schema schema, Schema::FromDdl(line.rest.substr(space)));
    schemas_.push_back(std::move(schema));
  } else if (line.word == "mode") {
    ARROW_ASSIGN_OR_RAISE(mode_, ParseOutputMode(line.rest));
  } else if (line.word == "set") {
    const size_t equals = std::min(line.rest.find('='), line.rest.size() - 1);
    settings_[line.rest.substr(0, equals)] = line.rest.substr(equals + 1);
  } else {
    return Status::Invalid("unknown word");
  }
  return Status::OK();
}

bool StreamScript::ordered() const {
  return std::any_of(operators_.begin(), operators_.end(),
                     [](const ScriptLine& line) { return line.word == "order"; });
}

Result<int> StreamScript::FindSource(const std::string& name) const {
  const auto found = std::find(source_names_.begin(), source_names_.end(), name);
  if (found == source_names_.end()) return Status::Invalid("There is no source '", name, "'.");
  return static_cast<int>(found - source_names_.begin());
}

DataFrame StreamScript::BuildQuery(const std::vector<DataFrame>& inputs) const {
  DataFrame result(inputs[0].backend(), Status::Invalid("The script has no query."));
  for (const ScriptLine& line : operators_) result = Apply(line, result, inputs);
  return result;
}

DataFrame StreamScript::Apply(const ScriptLine& line, const DataFrame& input,
                              const std::vector<DataFrame>& inputs) const {
  const std::string& rest = line.rest;
  if (line.word == "from" || line.word == "union") {
    const Result<int> source = FindSource(rest);
    if (!source.ok()) return DataFrame(input.backend(), source.status());
    return line.word == "from" ? inputs[*source] : input.Union(inputs[*source]);
  }
  if (line.word == "join") return Join(rest, input, inputs);
  if (line.word == "watermark") {
    const size_t space = std::min(rest.find(' '), rest.size());
    return input.WithWatermark(rest.substr(0, space), Trim(rest.substr(space)));
  }
  if (line.word == "dedup") return input.DropDuplicates(rest.empty() ? std::vector<std::string>()
                                                                     : SplitList(rest));
  if (line.word == "within") return input.DropDuplicatesWithinWatermark(SplitList(rest));
  if (line.word == "select") return input.SelectExpr(SplitList(rest));
  if (line.word == "where") return input.Where(rest);
  if (line.word == "agg") return input.Agg(Expressions(rest));
  if (line.word == "drop") return input.Drop(SplitList(rest));
  if (line.word == "limit") return input.Limit(std::stoll(rest));
  if (line.word == "order") return input.OrderBy(SortOrders(WithoutWord(rest, "by")));
  if (line.word == "with") {
    const size_t equals = std::min(rest.find('='), rest.size() - 1);
    return input.WithColumn(Trim(rest.substr(0, equals)), functions::Expr(rest.substr(equals + 1)));
  }
  constexpr std::string_view kAgg = " agg ";
  const size_t agg = rest.find(kAgg);
  if (agg == std::string::npos) {
    return DataFrame(input.backend(), Status::Invalid("'group ", rest, "' has no agg."));
  }
  return input.GroupBy(Expressions(WithoutWord(rest.substr(0, agg), "by")))
      .Agg(Expressions(rest.substr(agg + kAgg.size())));
}

/// `TYPE SOURCE [watermark COLUMN DELAY] on CONDITION`
DataFrame StreamScript::Join(const std::string& text, const DataFrame& input,
                             const std::vector<DataFrame>& inputs) const {
  constexpr std::string_view kOn = " on ";
  const size_t on = text.find(kOn);
  const size_t space = text.find(' ');
  if (on == std::string::npos || space >= on) {
    return DataFrame(input.backend(), Status::Invalid("'join ", text, "' has no condition."));
  }
  const std::string side = text.substr(space + 1, on - space - 1);
  const size_t more = std::min(side.find(' '), side.size());
  const Result<int> source = FindSource(side.substr(0, more));
  if (!source.ok()) return DataFrame(input.backend(), source.status());
  DataFrame right = inputs[*source];
  if (more < side.size()) {
    const std::string watermark =
        Trim(WithoutWord(Trim(side.substr(more)), "watermark"));
    const size_t delay = std::min(watermark.find(' '), watermark.size());
    right = right.WithWatermark(watermark.substr(0, delay), Trim(watermark.substr(delay)));
  }
  return input.Join(right, functions::Expr(text.substr(on + kOn.size())), text.substr(0, space));
}

std::string StreamScript::WithExpectations(const std::vector<std::string>& expectations) const {
  std::map<size_t, const std::string*> after_line;
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (!expectations[i].empty()) after_line[steps_[i].line] = &expectations[i];
  }
  std::string text;
  for (size_t i = 0; i < lines_.size(); ++i) {
    text += lines_[i] + "\n";
    const auto expectation = after_line.find(i + 1);
    if (expectation == after_line.end()) continue;
    text += std::string(kExpectation) + "\n" + *expectation->second;
    // Ends the expectation.
    if (i + 1 < lines_.size() && !lines_[i + 1].empty()) text += "\n";
  }
  return text;
}

}  // namespace firesteel::testing
