#include "connect/server/fuzzing/plan_mutator.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>

#include "common/cancellation.h"
#include "common/error.h"
#include "connect/server/arrow_results.h"
#include "connect/server/plan_translator.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMaximumBytes = 20000;
constexpr int64_t kMaximumRows = 100;

constexpr const char* kTexts[] = {"",
                                  "id",
                                  "a",
                                  "b",
                                  "c",
                                  "t",
                                  "t.a",
                                  "`x y`",
                                  "*",
                                  "t.*",
                                  "int",
                                  "a INT",
                                  "1",
                                  "-1",
                                  "1.5",
                                  "NaN",
                                  "é",
                                  "\xF0\x9F\x98\x80",
                                  "string",
                                  "double",
                                  "sum",
                                  "max",
                                  "count",
                                  "first",
                                  "concat",
                                  "substring",
                                  "+",
                                  "/",
                                  "=",
                                  "and",
                                  "not",
                                  "in",
                                  "explode",
                                  "struct",
                                  "array",
                                  "map",
                                  "named_struct",
                                  "transform",
                                  "filter",
                                  "aggregate",
                                  "coalesce",
                                  "when",
                                  "date_add",
                                  "to_date",
                                  "from_json",
                                  "lag",
                                  "rank",
                                  "row_number",
                                  "ntile",
                                  "window",
                                  "session_window",
                                  "rand",
                                  "md5",
                                  "percentile_approx",
                                  "decimal(38,10)",
                                  "array<struct<a:int>>",
                                  "map<int,string>",
                                  "10 minutes",
                                  "json",
                                  "csv",
                                  "2024-02-29",
                                  "a > 1",
                                  "a +",
                                  "interval 1 day",
                                  "count",
                                  "mean",
                                  "stddev",
                                  "min",
                                  "50%",
                                  "all"};

constexpr int64_t kNumbers[] = {0,
                                1,
                                -1,
                                2,
                                3,
                                7,
                                38,
                                39,
                                100,
                                127,
                                128,
                                -129,
                                32768,
                                std::numeric_limits<int32_t>::max(),
                                std::numeric_limits<int32_t>::min(),
                                int64_t{std::numeric_limits<int32_t>::max()} + 1,
                                std::numeric_limits<int64_t>::max(),
                                std::numeric_limits<int64_t>::min()};

constexpr double kFractions[] = {0.0,
                                 -0.0,
                                 0.5,
                                 1.0,
                                 -1.0,
                                 1.5,
                                 1e300,
                                 std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::denorm_min()};

/// Calls `visit` with the message and all below it.
template <typename Visit>
void VisitAll(Message* message, const Visit& visit) {
  visit(message);
  const Reflection& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      VisitAll(reflection.MutableMessage(message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
      VisitAll(reflection.MutableRepeatedMessage(message, field, i), visit);
    }
  }
}

/// Every message of the seed plans, by its type.
const std::multimap<const Descriptor*, const Message*>& Donors() {
  static const auto* const donors = [] {
    auto* made = new std::multimap<const Descriptor*, const Message*>();
    for (const spark::connect::Plan& plan : SeedPlans()) {
      VisitAll(const_cast<spark::connect::Plan*>(&plan), [made](const Message* message) {
        made->emplace(message->GetDescriptor(), message);
      });
    }
    return made;
  }();
  return *donors;
}

int64_t Clamp(int64_t value) { return std::clamp(value, -kMaximumRows, kMaximumRows); }

/// Whether a plan reads nothing from outside and changes nothing there.
bool IsSelfContained(const spark::connect::Plan& plan) {
  if (!plan.has_root()) return false;
  bool contained = true;
  VisitAll(const_cast<spark::connect::Plan*>(&plan), [&contained](const Message* message) {
    const Descriptor* type = message->GetDescriptor();
    contained = contained && type != spark::connect::Read::descriptor() &&
                type != spark::connect::SQL::descriptor() &&
                type != spark::connect::Catalog::descriptor() &&
                type != spark::connect::CommonInlineUserDefinedFunction::descriptor();
  });
  return contained;
}

/// Ends the program at a bug's error, as at a crash, after telling of it.
Status Checked(const spark::connect::Plan& plan, const Status& status) {
  if (ErrorCondition(status) == "INTERNAL_ERROR") {
    std::fprintf(stderr, "%s\n%s\n", plan.ShortDebugString().c_str(), status.ToString().c_str());
    if (std::getenv("FUZZ_GO_ON") == nullptr) std::abort();
  }
  return status;
}

}  // namespace

PlanMutator::PlanMutator(uint64_t seed) : random_(seed) {}

spark::connect::Plan PlanMutator::Choose() { return SeedPlans()[Below(SeedPlans().size())]; }

void PlanMutator::Mutate(spark::connect::Plan* plan) {
  std::vector<Message*> messages;
  VisitAll(plan, [&messages](Message* message) { messages.push_back(message); });
  MutateField(messages[Below(messages.size())]);
  if (plan->ByteSizeLong() > kMaximumBytes) *plan = Choose();
}

std::string PlanMutator::Text() { return kTexts[Below(std::size(kTexts))]; }

void PlanMutator::FillMessage(Message* message) {
  const auto [begin, end] = Donors().equal_range(message->GetDescriptor());
  const auto count = static_cast<uint64_t>(std::distance(begin, end));
  if (count == 0 || Below(16) == 0) {
    message->Clear();
  } else {
    message->CopyFrom(*std::next(begin, static_cast<int64_t>(Below(count)))->second);
  }
}

void PlanMutator::MutateField(Message* message) {
  if (Below(3) == 0) return FillMessage(message);
  const Descriptor& type = *message->GetDescriptor();
  if (type.field_count() == 0) return;
  const Reflection& reflection = *message->GetReflection();
  // Mostly one that is set.
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(*message, &set);
  const FieldDescriptor& field =
      set.empty() || Below(3) == 0
          ? *type.field(static_cast<int>(Below(static_cast<uint64_t>(type.field_count()))))
          : *set[Below(set.size())];
  if (Below(8) == 0) return reflection.ClearField(message, &field);
  if (field.is_repeated()) return MutateRepeated(message, field);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    // As a member, or as its own parent: what is wrapped twice nests.
    return FillMessage(reflection.MutableMessage(message, &field));
  }
  SetValue(message, field);
}

void PlanMutator::MutateRepeated(Message* message, const FieldDescriptor& field) {
  const Reflection& reflection = *message->GetReflection();
  const int size = reflection.FieldSize(*message, &field);
  const auto any = [&] { return static_cast<int>(Below(static_cast<uint64_t>(size))); };
  if (size > 0 && Below(3) == 0) return reflection.RemoveLast(message, &field);
  if (size > 1 && Below(2) == 0) return reflection.SwapElements(message, &field, any(), any());
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    Message* added = reflection.AddMessage(message, &field);
    if (size > 0 && Below(2) == 0) {
      added->CopyFrom(reflection.GetRepeatedMessage(*message, &field, any()));
    } else {
      FillMessage(added);
    }
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    reflection.AddString(message, &field, Text());
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
    reflection.AddDouble(message, &field, kFractions[Below(std::size(kFractions))]);
  }
}

void PlanMutator::SetValue(Message* message, const FieldDescriptor& field) {
  const Reflection& reflection = *message->GetReflection();
  const int64_t number = kNumbers[Below(std::size(kNumbers))];
  const double fraction = kFractions[Below(std::size(kFractions))];
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(message, &field, static_cast<int32_t>(number));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(message, &field, number);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.SetUInt32(message, &field, static_cast<uint32_t>(number));
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection.SetUInt64(message, &field, static_cast<uint64_t>(number));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.SetDouble(message, &field, fraction);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection.SetFloat(message, &field, static_cast<float>(fraction));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(message, &field, Below(2) == 0);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(message, &field, static_cast<int>(Below(12)));
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = reflection.GetString(*message, &field);
      if (text.empty() || Below(2) == 0) {
        text = Text();
      } else {
        text[Below(text.size())] = static_cast<char>(Below(256));
        if (Below(4) == 0) text.resize(Below(text.size()));
      }
      return reflection.SetString(message, &field, text);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return;
  }
}

void Tame(Message* message) {
  VisitAll(message, [](Message* visited) {
    if (visited->GetDescriptor() == spark::connect::Range::descriptor()) {
      auto* range = static_cast<spark::connect::Range*>(visited);
      if (range->has_start()) range->set_start(Clamp(range->start()));
      range->set_end(Clamp(range->end()));
      range->set_step(Clamp(range->step()));
      if (range->has_num_partitions()) {
        range->set_num_partitions(static_cast<int32_t>(range->num_partitions() % 8));
      }
    }
    using TableFunction = spark::connect::UnresolvedTableValuedFunction;
    if (visited->GetDescriptor() != TableFunction::descriptor()) return;
    VisitAll(visited, [](Message* argument) {
      using Literal = spark::connect::Expression::Literal;
      if (argument->GetDescriptor() != Literal::descriptor()) return;
      auto* literal = static_cast<Literal*>(argument);
      if (literal->has_long_()) literal->set_long_(Clamp(literal->long_()));
      if (literal->has_integer()) {
        literal->set_integer(static_cast<int32_t>(Clamp(literal->integer())));
      }
    });
  });
}

Status RunPlan(const spark::connect::Plan& plan, ServerSession* session) {
  if (!plan.has_root()) return Status::OK();
  PlanTranslator translator(session);
  const Result<PlanPtr> translated = translator.Translate(plan.root());
  ARROW_RETURN_NOT_OK(Checked(plan, translated.status()));
  const std::shared_ptr<SessionBackend>& backend = session->session().backend();
  const Result<PlanPtr> analyzed = backend->AnalyzePlan(*translated);
  ARROW_RETURN_NOT_OK(Checked(plan, analyzed.status()));
  if (!IsSelfContained(plan)) return Status::OK();
  const Result<QueryResult> result = backend->ExecutePlan(*translated);
  ARROW_RETURN_NOT_OK(Checked(plan, result.status()));
  return Checked(plan,
                 ToArrowStream(result->schema, result->batches, session->time_zone()).status());
}

}  // namespace firesteel
