#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/dataframe.h"
#include "firesteel/error.h"
#include "firesteel/output_mode.h"
#include "firesteel/types.h"

namespace firesteel::testing {

/// One line of a script: a word and what follows it, with the lines that belong to it.
struct ScriptLine {
  std::string word;
  std::string rest;
  std::vector<std::string> rows;  ///< of `add`: one JSON array per line
  size_t line = 0;                ///< from 1
};

/// A script of a streaming query, as in the files beside this one:
///
///   # comment
///   source lines text STRING            one per source: its name and its columns
///   from lines                          the query, one operator per line, top down
///   select explode(split(text, ' ')) AS word
///   group by word agg count(*) AS n
///   mode complete
///   set spark.sql.ansi.enabled=false    optional
///
///   add lines                           what happens to it: rows follow
///   ["to be or not to be"]
///   check
///   ----                                what is expected of the line above, until an empty line
///   ["be",2]
///
/// Operators: from, union, select, where, group by … agg …, agg, with NAME = …, drop, order by,
/// limit, watermark COLUMN DELAY, dedup [COLUMNS], within COLUMNS (duplicates within the watermark),
/// join TYPE SOURCE [watermark COLUMN DELAY] on CONDITION. Steps: add SOURCE; check (the table in complete mode, else the rows since the last check);
/// progress; start [once | available now | every N ms]; stop; restart; crash POINT; clock MS; fail
/// (the error that ended the query, or that starting it gave).
class StreamScript {
 public:
  static Result<StreamScript> Parse(std::string_view text);

  const std::vector<Schema>& schemas() const { return schemas_; }
  OutputMode mode() const { return mode_; }
  /// Whether the query gives its rows in an order.
  bool ordered() const;
  const std::map<std::string, std::string>& settings() const { return settings_; }
  const std::vector<ScriptLine>& steps() const { return steps_; }
  /// The number of a source. Errors: there is none of this name.
  Result<int> FindSource(const std::string& name) const;
  /// Builds the query. `inputs` are the sources in order.
  DataFrame BuildQuery(const std::vector<DataFrame>& inputs) const;
  /// The script with new expectations: one text for each step, "" for steps without.
  std::string WithExpectations(const std::vector<std::string>& expectations) const;

 private:
  Status AddLine(ScriptLine line);
  DataFrame Apply(const ScriptLine& line, const DataFrame& input,
                  const std::vector<DataFrame>& inputs) const;
  DataFrame Join(const std::string& text, const DataFrame& input,
                 const std::vector<DataFrame>& inputs) const;

  std::vector<std::string> source_names_;
  std::vector<Schema> schemas_;
  OutputMode mode_ = OutputMode::kAppend;
  std::map<std::string, std::string> settings_;
  std::vector<ScriptLine> operators_;
  std::vector<ScriptLine> steps_;
  std::vector<std::string> lines_;  // without expectations
};

}  // namespace firesteel::testing
