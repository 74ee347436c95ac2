#include "tests/slt/slt_file.h"

#include <utility>

namespace firesteel::slt {
namespace {

constexpr std::string_view kErrorHeader = "statement error";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::optional<Record::Kind> KindOf(std::string_view header) {
  if (header == "query") return Record::Kind::kQuery;
  if (header == "query rowsort") return Record::Kind::kQueryRowsort;
  if (header == "statement ok") return Record::Kind::kStatementOk;
  if (header.starts_with(kErrorHeader)) return Record::Kind::kStatementError;
  if (header.starts_with("set ") && header.find('=') != std::string_view::npos) {
    return Record::Kind::kSet;
  }
  return std::nullopt;
}

/// Splits what is below a header into the SQL text, the schema line and the rows.
void TakeBody(const std::vector<std::string_view>& body, Record* record) {
  for (const std::string_view line : body) {
    if (record->schema.has_value()) {
      record->rows.emplace_back(line);
    } else if (line.starts_with("----")) {
      record->schema = std::string(Trim(line.substr(4)));
    } else {
      if (!record->sql.empty()) record->sql += '\n';
      record->sql += line;
    }
  }
}

}  // namespace

std::string Record::wanted_error() const {
  return std::string(Trim(std::string_view(header).substr(kErrorHeader.size())));
}

Result<std::vector<Record>> ParseSltFile(std::string_view text) {
  const std::vector<std::string_view> lines = SplitLines(text);
  std::vector<Record> records;
  size_t i = 0;
  while (i < lines.size()) {
    if (Trim(lines[i]).empty()) {
      ++i;
      continue;
    }
    Record record;
    record.first_line = static_cast<int>(i) + 1;
    for (; i < lines.size() && lines[i].starts_with("#"); ++i) {
      record.comments.emplace_back(lines[i]);
    }
    record.line = record.last_line = static_cast<int>(i) + 1;
    if (i < lines.size() && !Trim(lines[i]).empty()) {
      record.header = Trim(lines[i++]);
      const std::optional<Record::Kind> kind = KindOf(record.header);
      if (!kind.has_value()) {
        return Status::Invalid("line ", record.line, ": not the header of a record: ",
                               record.header);
      }
      record.kind = *kind;
      std::vector<std::string_view> body;
      for (; i < lines.size() && !Trim(lines[i]).empty(); ++i) body.push_back(lines[i]);
      record.last_line = static_cast<int>(i);
      TakeBody(body, &record);
    }
    records.push_back(std::move(record));
  }
  return records;
}

std::string FormatSltFile(const std::vector<Record>& records) {
  std::string text;
  for (const Record& record : records) {
    if (!text.empty()) text += '\n';
    for (const std::string& comment : record.comments) text += comment + '\n';
    if (record.kind == Record::Kind::kComment) continue;
    text += record.header + '\n';
    if (!record.sql.empty()) text += record.sql + '\n';
    if (!record.schema.has_value()) continue;
    text += "---- " + *record.schema + '\n';
    for (const std::string& row : record.rows) text += row + '\n';
  }
  return text;
}

}  // namespace firesteel::slt
