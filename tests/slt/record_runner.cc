#include "tests/slt/record_runner.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "session/session_backend.h"
#include "tests/slt/answer_comparison.h"
#include "tests/slt/canonical_text.h"
#include "types/arrow_types.h"

namespace firesteel::slt {
namespace {

struct Answer {
  std::string schema;
  std::vector<std::string> rows;
};

/// A column name may hold a line break of the SQL text; the schema is one line.
std::string SchemaLine(const Schema& schema) {
  std::string line;
  for (const char c : schema.AsStruct().SimpleString()) {
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else {
      line += c;
    }
  }
  return line;
}

Result<Answer> Ask(const Session& session, const std::string& sql) {
  const DataFrame frame = session.Sql(sql);
  ARROW_RETURN_NOT_OK(frame.status());
  ARROW_ASSIGN_OR_RAISE(const QueryResult result, session.backend()->ExecutePlan(frame.plan()));
  Answer answer;
  answer.schema = SchemaLine(result.schema);
  const auto schema = std::make_shared<const Schema>(result.schema);
  std::vector<Row> rows;
  for (const auto& batch : result.batches) AppendRows(*batch, schema, &rows);
  for (const Row& row : rows) answer.rows.push_back(CanonicalText(row, *schema));
  return answer;
}

/// `CONDITION SQLSTATE`, with - for what the error does not have.
std::string ErrorText(const Status& error) {
  const ErrorInfo* info = GetErrorInfo(error);
  if (info == nullptr) return "- -";
  return (info->condition.empty() ? "-" : info->condition) + " " +
         (info->sql_state.empty() ? "-" : info->sql_state);
}

std::string FirstLine(const Status& error) {
  const std::string text = error.ToString();
  return "  " + text.substr(0, std::min<size_t>(text.find('\n'), 300));
}

Outcome Differs(std::string reason, std::vector<std::string> difference) {
  return {std::move(reason), std::move(difference), 0};
}

void Update(const Result<Answer>& answer, Record* record) {
  if (!answer.ok()) {
    record->kind = Record::Kind::kStatementError;
    record->header = "statement error " + ErrorText(answer.status());
    record->schema.reset();
    record->rows.clear();
    return;
  }
  if (record->kind == Record::Kind::kStatementError) {
    record->kind = Record::Kind::kQuery;
    record->header = "query";
  }
  record->schema = answer->schema;
  record->rows = answer->rows;
  if (record->kind == Record::Kind::kQueryRowsort) std::ranges::sort(record->rows);
}

Outcome CompareError(const Record& record, const Result<Answer>& answer) {
  const std::string wanted = record.wanted_error();
  if (answer.ok()) {
    std::vector<std::string> lines = {"- error " + wanted, "+ an answer"};
    for (const std::string& row : Clip(answer->rows, 3)) lines.push_back("+ " + row);
    return Differs("error", std::move(lines));
  }
  const std::string got = ErrorText(answer.status());
  if (wanted.empty() || wanted == "- -" || wanted == got) return {};
  return Differs("error", {"- error " + wanted, "+ error " + got, FirstLine(answer.status())});
}

Outcome CompareAnswer(const Record& record, const Result<Answer>& answer) {
  if (!answer.ok()) {
    return Differs("error", {"- " + record.schema.value_or("an answer"),
                             "+ error " + ErrorText(answer.status()), FirstLine(answer.status())});
  }
  if (!record.schema.has_value()) return Differs("unrecorded", {});
  const bool same_schema = *record.schema == answer->schema;
  std::vector<std::string> lines;
  if (!same_schema) lines = {"- " + *record.schema, "+ " + answer->schema};
  if (!SameRows(record.rows, answer->rows, record.kind == Record::Kind::kQueryRowsort)) {
    for (std::string& line : DifferenceOf(record.rows, answer->rows)) {
      lines.push_back(std::move(line));
    }
    return Differs("rows", std::move(lines));
  }
  return same_schema ? Outcome{} : Differs("schema", std::move(lines));
}

Outcome RunSetting(const Session& session, const Record& record) {
  const size_t equals = record.header.find('=');
  const Status set = session.Conf().Set(record.header.substr(4, equals - 4),
                                        record.header.substr(equals + 1));
  if (set.ok()) return {};
  return Differs("error", {"- ok", "+ error " + ErrorText(set), FirstLine(set)});
}

}  // namespace

Outcome RunRecord(const Session& session, bool update, Record* record) {
  if (record->kind == Record::Kind::kSet) return RunSetting(session, *record);
  const Result<Answer> answer = Ask(session, record->sql);
  if (record->kind == Record::Kind::kStatementOk) {
    if (answer.ok()) return {};
    return Differs("error", {"- ok", "+ error " + ErrorText(answer.status()),
                             FirstLine(answer.status())});
  }
  if (update) {
    Update(answer, record);
    return {};
  }
  return record->kind == Record::Kind::kStatementError ? CompareError(*record, answer)
                                                       : CompareAnswer(*record, answer);
}

}  // namespace firesteel::slt
