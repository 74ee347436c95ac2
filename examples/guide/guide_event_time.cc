// Windows, watermarks, duplicates and joins by event time.

#include "guide/guide.h"

namespace fs = firesteel;
using fs::functions::Expr;

namespace {

std::string Word(const std::string& time, const std::string& word) {
  return R"({"timestamp":"2024-01-01T)" + time + R"(:00Z","word":")" + word + "\"}";
}

fs::Result<std::shared_ptr<fs::StreamingQuery>> ToTable(const fs::DataFrame& frame,
                                                        const std::string& name,
                                                        const std::string& mode = "append") {
  return frame.WriteStream().QueryName(name).Format("memory").OutputMode(mode).Start();
}

fs::DataFrame Words(const fs::Session& session, const guide::Workplace& place,
                    const std::string& name) {
  return session.ReadStream().Schema("timestamp TIMESTAMP, word STRING").Json(place.Path(name));
}

fs::Status Windows(const fs::Session& session, guide::Workplace* place) {
  const std::string sliding = "window(timestamp, '10 minutes', '5 minutes')";
  const std::string rows_of = "SELECT date_format(window.start, 'HH:mm'), word, count FROM ";
  // Program 42: words counted in windows of ten minutes, one every five.
  place->Add("words", {Word("12:02", "cat"), Word("12:07", "dog")});
  ARROW_ASSIGN_OR_RAISE(
      auto query, ToTable(Words(session, *place, "words").GroupBy({Expr(sliding), "word"}).Count(),
                          "sliding", "complete"));
  ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  ARROW_RETURN_NOT_OK(query->Stop());
  ARROW_ASSIGN_OR_RAISE(std::string rows, guide::Rows(session, rows_of + "sliding"));
  ARROW_RETURN_NOT_OK(
      guide::Expect("windows", rows, "[11:55,cat,1][12:00,cat,1][12:00,dog,1][12:05,dog,1]"));
  // Program 43: late words; the watermark is ten minutes behind the latest one.
  place->Add("late", {Word("12:14", "dog")});
  ARROW_ASSIGN_OR_RAISE(query, ToTable(Words(session, *place, "late")
                                           .WithWatermark("timestamp", "10 minutes")
                                           .GroupBy({Expr(sliding), "word"})
                                           .Count(),
                                       "late"));
  ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  for (const auto& [time, word] :
       {std::pair("12:04", "donkey"), {"12:21", "owl"}, {"12:04", "donkey"}, {"12:26", "cat"}}) {
    place->Add("late", {Word(time, word)});
    ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  }
  ARROW_RETURN_NOT_OK(query->Stop());
  ARROW_ASSIGN_OR_RAISE(rows, guide::Rows(session, rows_of + "late WHERE word = 'donkey'"));
  return guide::Expect("late words", rows, "[11:55,donkey,1][12:00,donkey,1]");
}

fs::Status Duplicates(const fs::Session& session, guide::Workplace* place) {
  const fs::DataFrame words = Words(session, *place, "doubles");
  place->Add("doubles", {Word("12:00", "a"), Word("12:00", "a"), Word("13:00", "a")});
  // Program 48: each word once, for ever. Program 49: each word and time, for a while.
  ARROW_ASSIGN_OR_RAISE(const auto for_ever, ToTable(words.DropDuplicates({"word"}), "for_ever"));
  ARROW_ASSIGN_OR_RAISE(
      const auto for_a_while,
      ToTable(words.WithWatermark("timestamp", "10 seconds").DropDuplicates({"word", "timestamp"}),
              "for_a_while"));
  for (const auto& query : {for_ever, for_a_while}) {
    ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
    ARROW_RETURN_NOT_OK(query->Stop());
  }
  ARROW_ASSIGN_OR_RAISE(std::string rows, guide::Rows(session, "SELECT count(*) FROM for_ever"));
  ARROW_RETURN_NOT_OK(guide::Expect("words", rows, "[1]"));
  ARROW_ASSIGN_OR_RAISE(rows, guide::Rows(session, "SELECT count(*) FROM for_a_while"));
  return guide::Expect("words and times", rows, "[2]");
}

fs::Status Joins(const fs::Session& session, guide::Workplace* place) {
  const auto ad = [](int id, const std::string& time) {
    return R"({"id":)" + std::to_string(id) + R"(,"at":"2024-01-01T)" + time + ":00Z\"}";
  };
  // Programs 46, 47 and 50: impressions and the clicks within an hour; two watermarks.
  for (const std::string type : {"inner", "left_outer"}) {
    const auto read = [&](const std::string& name, const std::string& delay) {
      return session.ReadStream()
          .Schema("id INT, at TIMESTAMP")
          .Json(place->Path(name + type))
          .WithWatermark("at", delay)
          .As(name);
    };
    place->Add("shown" + type, {ad(1, "10:00"), ad(2, "10:00")});
    place->Add("clicked" + type, {ad(1, "10:30"), ad(2, "11:30")});
    const fs::DataFrame joined =
        read("shown", "2 hours")
            .Join(read("clicked", "3 hours"),
                  Expr("shown.id = clicked.id AND clicked.at >= shown.at AND "
                       "clicked.at <= shown.at + INTERVAL 1 HOUR"),
                  type)
            .SelectExpr({"shown.id AS shown", "clicked.id AS clicked"});
    ARROW_ASSIGN_OR_RAISE(const auto query, ToTable(joined, "pairs"));
    ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
    place->Add("shown" + type, {ad(3, "20:00")});
    place->Add("clicked" + type, {ad(4, "20:00")});
    ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
    ARROW_RETURN_NOT_OK(query->Stop());
    ARROW_ASSIGN_OR_RAISE(const std::string rows, guide::Rows(session, "SELECT * FROM pairs"));
    ARROW_RETURN_NOT_OK(guide::Expect(type, rows, type == "inner" ? "[1,1]" : "[1,1][2,NULL]"));
  }
  // Program 44: a stream joined with a table. Program 45: outer, and what cannot be.
  const fs::DataFrame table = session.Sql("SELECT 1 AS id, 'one' AS name");
  const fs::DataFrame stream =
      session.ReadStream().Schema("id INT, at TIMESTAMP").Json(place->Path("showninner"));
  for (const std::string type : {"inner", "left_outer"}) {
    ARROW_ASSIGN_OR_RAISE(
        const auto query,
        ToTable(stream.Join(table, {"id"}, type).SelectExpr({"id", "name"}), "named"));
    ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
    ARROW_RETURN_NOT_OK(query->Stop());
    ARROW_ASSIGN_OR_RAISE(const std::string rows, guide::Rows(session, "SELECT * FROM named"));
    ARROW_RETURN_NOT_OK(
        guide::Expect(type, rows, type == "inner" ? "[1,one]" : "[1,one][2,NULL][3,NULL]"));
  }
  const auto refused = ToTable(stream.Join(table, {"id"}, "right_outer"), "refused");
  return guide::Expect("a right outer join", refused.ok() ? "runs" : "is refused", "is refused");
}

fs::Status Run() {
  guide::Workplace place("event-time");
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("EventTime").GetOrCreate());
  ARROW_RETURN_NOT_OK(Windows(session, &place));
  ARROW_RETURN_NOT_OK(Duplicates(session, &place));
  return Joins(session, &place);
}

}  // namespace

int main() { return guide::Ended(Run()); }
