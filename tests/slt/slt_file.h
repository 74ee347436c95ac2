#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"

namespace firesteel::slt {

/// One record of a golden file, which is a list of these between blank lines:
///
///     # any number of comments
///     query rowsort                              or: query
///     SELECT a, b FROM t                         over any number of lines
///     ---- struct<a:int,b:string>                the schema of the answer
///     [1,"x"]                                    its rows, as canonical_text.h writes them
///
///     statement ok                               statement error CONDITION SQLSTATE
///     CREATE TEMP VIEW …
///
///     set spark.sql.session.timeZone=Europe/Paris
struct Record {
  enum class Kind { kComment, kSet, kStatementOk, kStatementError, kQuery, kQueryRowsort };
  Kind kind = Kind::kComment;
  int first_line = 0;  ///< of its comments; lines count from 1
  int line = 0;        ///< of the header
  int last_line = 0;
  std::vector<std::string> comments;
  std::string header;
  std::string sql;
  std::optional<std::string> schema;
  std::vector<std::string> rows;

  /// Whether later records may build on it: it runs even where others are left out.
  bool is_setup() const { return kind == Kind::kSet || kind == Kind::kStatementOk; }
  /// `CONDITION SQLSTATE` of a statement error, "" for any error.
  std::string wanted_error() const;
};

/// Errors: a header that is none, with its line.
Result<std::vector<Record>> ParseSltFile(std::string_view text);

/// The text that ParseSltFile reads.
std::string FormatSltFile(const std::vector<Record>& records);

}  // namespace firesteel::slt
