#include "tests/restart/restart_rules.h"

#include <utility>

#include "firesteel/data_stream_reader.h"
#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"

namespace firesteel::testing {
namespace {

using functions::Col;
using functions::Count;
using functions::Expr;
using functions::Max;
using functions::Min;
using functions::Sum;
using Query = std::function<DataFrame(Session&)>;

constexpr char kKeyRefused[] = "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE";
constexpr char kValueRefused[] = "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE";
constexpr char kOperatorsRefused[] = "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA";
constexpr char kStateMissing[] = "STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY";

DataFrame Files(Session& session, const std::string& directory) {
  return session.ReadStream().Schema("k INT, v INT, s STRING, at TIMESTAMP").Json(directory);
}

DataFrame Input(Session& session) { return Files(session, "/a"); }

DataFrame Watched(Session& session) { return Input(session).WithWatermark("at", "10 seconds"); }

Query Grouped(std::vector<Column> keys, std::vector<Column> aggregates) {
  return [keys = std::move(keys), aggregates = std::move(aggregates)](Session& session) {
    return Input(session).GroupBy(keys).Agg(aggregates);
  };
}

Query Counted(std::vector<Column> keys) { return Grouped(std::move(keys), {Count("*")}); }

Query Deduplicated(std::vector<std::string> columns) {
  return [columns = std::move(columns)](Session& session) {
    return Input(session).DropDuplicates(columns);
  };
}

Query Windowed(const std::string& length, const std::string& delay = "10 seconds") {
  return [length, delay](Session& session) {
    return Input(session)
        .WithWatermark("at", delay)
        .GroupBy({Expr("window(at, '" + length + "')")})
        .Count();
  };
}

Query Joined(const std::string& type, const std::string& key_type = "INT",
             const std::string& more = "", const std::string& columns = "l.k") {
  return [=](Session& session) {
    const DataFrame left = Files(session, "/a")
                               .WithColumn("k", Expr("CAST(k AS " + key_type + ")"))
                               .WithWatermark("at", "10 seconds")
                               .As("l");
    const DataFrame right = Files(session, "/b")
                                .WithColumn("k", Expr("CAST(k AS " + key_type + ")"))
                                .WithWatermark("at", "10 seconds")
                                .As("r");
    const std::string condition =
        "l.k = r.k AND l.at >= r.at AND l.at <= r.at + INTERVAL 1 MINUTE" + more;
    return left.Join(right, Expr(condition), type).SelectExpr({columns});
  };
}

RestartedQuery Updating(Query query) { return {.query = std::move(query), .mode = "update"}; }

RestartRule Allowed(std::string rule, std::string change, RestartedQuery before,
                    RestartedQuery after) {
  return {std::move(rule), std::move(change), std::move(before), std::move(after), true, ""};
}

RestartRule Refused(std::string rule, std::string change, RestartedQuery before,
                    RestartedQuery after, std::string condition = "") {
  return {std::move(rule), std::move(change),   std::move(before), std::move(after),
          false,           std::move(condition)};
}

DataFrame OneOfTwo(Session& session) { return Input(session).Union(Files(session, "/b")); }

std::vector<RestartRule> SourceRules() {
  const auto limited = [](Session& session) {
    return session.ReadStream()
        .Schema("k INT, v INT, s STRING, at TIMESTAMP")
        .Option("maxFilesPerTrigger", 1)
        .Json("/a");
  };
  const auto rate = [](Session& session) {
    return session.ReadStream().Format("rate").Load().SelectExpr({"value"});
  };
  const auto text = [](Session& session) {
    return session.ReadStream().Text("/a").SelectExpr({"value AS s"});
  };
  const auto only_s = [](Session& session) { return Input(session).SelectExpr({"s"}); };
  const auto swapped = [](Session& session) { return Files(session, "/b").Union(Input(session)); };
  const auto other = [](Session& session) { return Files(session, "/b"); };
  const auto both = [](Session& session) { return Files(session, "/[ab]"); };
  return {
      Refused("R5", "one source more", {Input}, {OneOfTwo}),
      Refused("R5", "one source less", {OneOfTwo}, {Input}),
      Refused("R5", "a source of another type", {Input}, {rate}),
      Refused("R5", "the sources change places", {OneOfTwo}, {swapped}),
      Allowed("R5", "another format of the same files", {only_s}, {text}),
      Allowed("R6", "a rate limit", {Input}, {limited}),
      Refused("R7", "another directory", {Input}, {other}),
      Allowed("R7", "a glob that takes in the directory", {Input}, {both}),
  };
}

std::vector<RestartRule> SinkRules() {
  const RestartedQuery rows{Input};
  const RestartedQuery json{.query = Input, .sink = "json"};
  const RestartedQuery elsewhere{.query = Input, .sink = "json", .path = "/out2"};
  const RestartedQuery parquet{.query = Input, .sink = "parquet"};
  const RestartedQuery noop{.query = Input, .sink = "noop"};
  return {
      Allowed("R8", "files before, another sink now", json, noop),
      // The files then lack what was given to the sink before; nobody can tell.
      Allowed("R9", "another sink before, files now", noop, json),
      Allowed("R10", "foreachBatch before, another sink now", rows, noop),
      Allowed("R10", "another sink before, foreachBatch now", noop, rows),
      Allowed("R11", "another directory of the file sink, which then holds new rows only", json,
              elsewhere),
      Allowed("R11", "another format of the file sink", json, parquet),
      Allowed("R13", "another function of foreachBatch", rows, rows),
  };
}

std::vector<RestartRule> StatelessRules() {
  const auto filtered = [](Session& session) { return Input(session).Where("k = 1"); };
  const auto counted_of_filtered = [](Session& session) {
    return Input(session).Where("k = 1").GroupBy({"k"}).Count();
  };
  const auto two = [](Session& session) { return Input(session).SelectExpr({"k", "v"}); };
  const auto computed = [](Session& session) {
    return Input(session).SelectExpr({"k", "v + 1 AS v"});
  };
  const auto others = [](Session& session) { return Input(session).SelectExpr({"k", "s"}); };
  const auto doubled = [](Session& session) {
    return Input(session).GroupBy({"k"}).Count().SelectExpr({"count * 2 AS twice"});
  };
  return {
      Allowed("R14", "a filter more", {Input}, {filtered}),
      Allowed("R14", "a filter less", {filtered}, {Input}),
      Allowed("R14", "a filter below an aggregation", Updating(Counted({"k"})),
              Updating(counted_of_filtered)),
      Allowed("R15", "a projection with the same schema", {.query = two, .sink = "json"},
              {.query = computed, .sink = "json"}),
      Allowed("R16", "a projection with another schema, into files", {.query = two, .sink = "json"},
              {.query = others, .sink = "json"}),
      Allowed("R16", "a projection with another schema above an aggregation",
              Updating(Counted({"k"})), Updating(doubled)),
  };
}

std::vector<RestartRule> OperatorRules() {
  const auto distinct = [](Session& session) {
    return Watched(session).DropDuplicates({"k", "at"});
  };
  const auto distinct_in_windows = [](Session& session) {
    return Watched(session)
        .DropDuplicates({"k", "at"})
        .GroupBy({Expr("window(at, '10 seconds')")})
        .Count();
  };
  return {
      Refused("R17", "an aggregation added", Updating(Input), Updating(Counted({"k"})),
              kStateMissing),
      Refused("R17", "an aggregation taken away", Updating(Counted({"k"})), Updating(Input),
              kOperatorsRefused),
      Refused("R17", "a deduplication added", {Input}, {Deduplicated({"k"})}, kStateMissing),
      Refused("R17", "a deduplication taken away", {Deduplicated({"k"})}, {Input},
              kOperatorsRefused),
      Refused("R17", "an aggregation becomes a deduplication", Updating(Counted({"k"})),
              Updating(Deduplicated({"k"})), kOperatorsRefused),
      Refused("R17", "a second operator with state added", {distinct}, {distinct_in_windows},
              kOperatorsRefused),
      Refused("R17", "a second operator with state taken away", {distinct_in_windows}, {distinct},
              kOperatorsRefused),
  };
}

std::vector<RestartRule> AggregationRules() {
  const auto count_and_sum = Grouped({"k"}, {Count("*"), Sum("v")});
  const auto counted = [](std::vector<Column> keys) { return Updating(Counted(std::move(keys))); };
  const auto aggregated = [](const Column& aggregate) {
    return Updating(Grouped({"k"}, {aggregate}));
  };
  return {
      Refused("R18", "another type of key", counted({"k"}),
              counted({Expr("CAST(k AS BIGINT)").As("k")}), kKeyRefused),
      Refused("R18", "a key more", counted({"k"}), counted({"k", "s"}), kKeyRefused),
      Refused("R18", "a key less", counted({"k", "s"}), counted({"k"}), kKeyRefused),
      Refused("R18", "keys of different types change places", counted({"k", "s"}),
              counted({"s", "k"}), kKeyRefused),
      Refused("R18", "an aggregate more", counted({"k"}), Updating(count_and_sum), kValueRefused),
      Refused("R18", "an aggregate less", Updating(count_and_sum), counted({"k"}), kValueRefused),
      Refused("R18", "another type of aggregate", aggregated(Sum("v")),
              aggregated(Sum(Expr("CAST(v AS DOUBLE)"))), kValueRefused),
      // Types are all that a checkpoint knows of keys and aggregates.
      Allowed("R18", "another name of the key", counted({"k"}), counted({Col("k").As("z")})),
      Allowed("R18", "another column of the same type as key", counted({"k"}),
              counted({Col("v").As("k")})),
      Allowed("R18", "another aggregate with the same state", aggregated(Max("v")),
              aggregated(Min("v"))),
      Allowed("R18", "another length of the window", Updating(Windowed("10 seconds")),
              Updating(Windowed("20 seconds"))),
      Allowed("R18", "another delay of the watermark", Updating(Windowed("10 seconds")),
              Updating(Windowed("10 seconds", "1 hour"))),
      Allowed("R18", "another output mode", counted({"k"}),
              {.query = Counted({"k"}), .mode = "complete"}),
  };
}

std::vector<RestartRule> DeduplicationAndJoinRules() {
  const auto of_text = [](Session& session) {
    return Input(session).WithColumn("k", Expr("CAST(k AS STRING)")).DropDuplicates({"k"});
  };
  const auto for_ever = [](Session& session) { return Watched(session).DropDuplicates({"k"}); };
  const auto for_a_while = [](Session& session) {
    return Watched(session).DropDuplicatesWithinWatermark({"k"});
  };
  return {
      Refused("R19", "a column more", {Deduplicated({"k"})}, {Deduplicated({"k", "s"})},
              kKeyRefused),
      Refused("R19", "a column less", {Deduplicated({"k", "s"})}, {Deduplicated({"k"})},
              kKeyRefused),
      Refused("R19", "another type of column", {Deduplicated({"k"})}, {of_text}, kKeyRefused),
      Refused("R19", "duplicates within the watermark only", {for_ever}, {for_a_while},
              kOperatorsRefused),
      Allowed("R19", "another column of the same type", {Deduplicated({"k"})},
              {Deduplicated({"v"})}),
      Refused("R20", "another key in the condition", {Joined("inner")},
              {Joined("inner", "INT", " AND l.v = length(r.s)")}, kKeyRefused),
      Refused("R20", "another type of key", {Joined("inner")}, {Joined("inner", "BIGINT")},
              kKeyRefused),
      Refused("R20", "another column of a side in the output", {Joined("inner")},
              {Joined("inner", "INT", "", "l.s")}, kValueRefused),
      // Both sides' rows are the state of every type of join.
      Allowed("R20", "an inner join becomes an outer one", {Joined("inner")},
              {Joined("left_outer")}),
      Allowed("R20", "a left outer join becomes an inner one", {Joined("left_outer")},
              {Joined("inner")}),
  };
}

std::vector<RestartRule> TriggerRules() {
  RestartedQuery once = Updating(Counted({"k"}));
  once.trigger = Trigger::Once();
  return {
      Allowed("R23", "another trigger: all there is, then once", Updating(Counted({"k"})), once),
      Allowed("R23", "another trigger: once, then all there is", once, Updating(Counted({"k"}))),
  };
}

}  // namespace

std::vector<RestartRule> AllRestartRules() {
  std::vector<RestartRule> rules;
  for (const auto& family : {SourceRules, SinkRules, StatelessRules, OperatorRules,
                             AggregationRules, DeduplicationAndJoinRules, TriggerRules}) {
    for (RestartRule& rule : family()) rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace firesteel::testing
