#include <gtest/gtest.h>

#include "analyzer/test_analysis.h"
#include "analyzer/update_fields.h"
#include "plan/joins.h"
#include "plan/queries.h"
#include "plan/tagged_plan.h"

namespace firesteel {
namespace {

using test::Bool;
using test::Call;
using test::Int;
using test::Name;
using test::Named;
using test::Scan;
using test::Select;
using test::Text;
using test::Where;

/// Columns as DataFrame programs mean them: those of one frame, all but some, with other fields.
class FrameColumnsTest : public ::testing::Test {
 protected:
  static ExpressionPtr Of(int64_t tag, const std::string& name) {
    return std::make_shared<UnresolvedAttribute>(std::vector<std::string>{name}, Origin(), tag);
  }
  static ExpressionPtr Chosen(StarChoice choice) {
    return std::make_shared<UnresolvedStar>(std::vector<std::string>(),
                                            std::vector<std::vector<std::string>>(), Origin(),
                                            std::move(choice));
  }
  static PlanPtr Tag(int64_t tag, PlanPtr plan) {
    return std::make_shared<TaggedPlan>(tag, std::move(plan));
  }
  static PlanPtr JoinOf(PlanPtr left, PlanPtr right, ExpressionPtr condition = nullptr) {
    return std::make_shared<Join>(std::move(left), std::move(right), JoinType::kInner,
                                  std::move(condition));
  }

  test::Session session_;
  const PlanPtr frame_ = Tag(1, Scan("id INT, v STRING"));
  const PlanPtr derived_ = Tag(2, Where(frame_, Bool(true)));
  const PlanPtr other_ = Tag(3, Scan("k INT"));
};

TEST_F(FrameColumnsTest, ChildrenOfTheNodeComeFirst) {
  EXPECT_EQ(session_.SchemaOf(JoinOf(frame_, derived_, Call("=", Of(1, "id"), Of(2, "id")))),
            "id:int,v:string,id:int,v:string");
  // Not so below another node, on one side or on both.
  EXPECT_EQ(
      session_.SchemaOf(JoinOf(Named(frame_, "a"), derived_, Call("=", Of(1, "id"), Of(2, "id")))),
      "AMBIGUOUS_COLUMN_REFERENCE");
  EXPECT_EQ(session_.SchemaOf(Select(JoinOf(frame_, derived_), Of(1, "id"))),
            "AMBIGUOUS_COLUMN_REFERENCE");
  EXPECT_EQ(session_.SchemaOf(JoinOf(frame_, frame_, Call("=", Of(1, "id"), Int(1)))),
            "AMBIGUOUS_COLUMN_REFERENCE");
}

TEST_F(FrameColumnsTest, SetOperationsHaveTheColumnsOfTheirLeftSide) {
  const PlanPtr same = Tag(4, Scan("id INT, w STRING"));
  const PlanPtr wider = Tag(5, Scan("id BIGINT, w STRING"));
  for (const auto operation :
       {SetOperation::Operation::kExcept, SetOperation::Operation::kIntersect}) {
    const auto of = [&](const PlanPtr& left, const PlanPtr& right) {
      return std::make_shared<SetOperation>(operation, true, left, right);
    };
    EXPECT_EQ(session_.SchemaOf(Select(of(frame_, same), Of(1, "id"))), "id:int");
    EXPECT_EQ(session_.SchemaOf(Select(of(frame_, derived_), Of(1, "v"))), "v:string");
    EXPECT_EQ(session_.SchemaOf(Select(of(of(frame_, same), same), Of(1, "id"))), "id:int");
    EXPECT_EQ(session_.SchemaOf(Where(of(frame_, same), Call("=", Of(1, "id"), Int(1)))),
              "id:int,v:string");
    EXPECT_EQ(session_.SchemaOf(Select(of(frame_, same), Of(4, "id"))),
              "CANNOT_RESOLVE_DATAFRAME_COLUMN");
    // What is cast is another column.
    EXPECT_EQ(session_.SchemaOf(Select(of(frame_, wider), Of(1, "id"))),
              "CANNOT_RESOLVE_DATAFRAME_COLUMN");
    EXPECT_EQ(session_.SchemaOf(Select(of(frame_, wider), Of(1, "v"))), "v:string");
  }
}

TEST_F(FrameColumnsTest, OnlyPlacesThatReachTheNodeCount) {
  EXPECT_EQ(session_.SchemaOf(Select(JoinOf(Select(frame_, Name("v")), frame_), Of(1, "id"))),
            "id:int");
  EXPECT_EQ(session_.SchemaOf(Select(JoinOf(frame_, other_), Of(3, "k"))), "k:int");
  EXPECT_EQ(session_.SchemaOf(Select(frame_, Of(3, "k"))), "CANNOT_RESOLVE_DATAFRAME_COLUMN");
  EXPECT_EQ(session_.SchemaOf(Select(frame_, Of(1, "nope"))), "CANNOT_RESOLVE_DATAFRAME_COLUMN");
}

TEST_F(FrameColumnsTest, AllColumnsOfAFrame) {
  EXPECT_EQ(session_.SchemaOf(Select(JoinOf(frame_, other_), Chosen({3, "", {}}))), "k:int");
  EXPECT_EQ(session_.SchemaOf(Select(JoinOf(frame_, frame_), Chosen({1, "", {}}))),
            "AMBIGUOUS_COLUMN_REFERENCE");
  EXPECT_EQ(session_.SchemaOf(Select(Select(frame_, Name("v")), Chosen({1, "", {}}))),
            "CANNOT_RESOLVE_DATAFRAME_COLUMN");
}

TEST_F(FrameColumnsTest, ColumnsByPattern) {
  const PlanPtr table = Scan("col1 INT, COL2 INT, x INT");
  EXPECT_EQ(session_.SchemaOf(Select(table, Chosen({std::nullopt, "Col.", {}}))),
            "col1:int,COL2:int");
  EXPECT_EQ(session_.SchemaOf(Select(table, Chosen({std::nullopt, "c", {}}))), "");
  EXPECT_EQ(session_.SchemaOf(Select(table, Chosen({std::nullopt, "[", {}}))),
            "INVALID_PARAMETER_VALUE.PATTERN");
}

TEST_F(FrameColumnsTest, AllColumnsButSome) {
  const auto drop = [](const PlanPtr& plan, ExpressionPtr column) {
    return Select(plan, Chosen({std::nullopt, "", {std::move(column)}}));
  };
  const PlanPtr joined = JoinOf(frame_, derived_);
  EXPECT_EQ(session_.SchemaOf(drop(joined, Of(2, "id"))), "id:int,v:string,v:string");
  EXPECT_EQ(session_.SchemaOf(drop(joined, Of(1, "id"))), "AMBIGUOUS_COLUMN_REFERENCE");
  EXPECT_EQ(session_.SchemaOf(drop(joined, Name("id"))), "AMBIGUOUS_REFERENCE");
  EXPECT_EQ(session_.SchemaOf(drop(frame_, Name("nope"))), "id:int,v:string");
  EXPECT_EQ(session_.SchemaOf(drop(Select(frame_, Name("v")), Of(1, "id"))), "v:string");
  EXPECT_EQ(session_.SchemaOf(drop(frame_, Of(3, "k"))), "CANNOT_RESOLVE_DATAFRAME_COLUMN");
}

TEST_F(FrameColumnsTest, OtherFields) {
  const PlanPtr table = Scan("a STRUCT<b: INT, c: STRUCT<x: INT, y: STRING>>");
  const auto update = [&](auto... changes) {
    return session_.SchemaOf(
        Select(table, test::As(Call(std::string(kUpdateFields), Name("a"), changes...), "r")));
  };
  EXPECT_EQ(update(Text("+b"), Text("t"), Text("+n"), Int(1)),
            "r:struct<b:string,c:struct<x:int,y:string>,n:int>");
  EXPECT_EQ(update(Text("+c.x"), Text("t"), Text("-c.y"), Text("-B")),
            "r:struct<c:struct<x:string>>");
  EXPECT_EQ(update(Text("-b"), Text("-c")), "DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS");
  EXPECT_EQ(update(Text("-b"), Text("-c"), Text("+d"), Int(1)), "r:struct<d:int>");
  EXPECT_EQ(update(Text("+q.x"), Int(1)), "FIELD_NOT_FOUND");
  EXPECT_EQ(update(Text("+c"), Int(1), Text("+c.x"), Int(1)),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
}

}  // namespace
}  // namespace firesteel
