#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "expr/expression.h"

namespace firesteel {

/// Where an expression came from in a query text; empty for the DataFrame API.
struct Origin {
  std::shared_ptr<const std::string> text;
  int start = -1;  ///< first byte
  int stop = -1;   ///< last byte
  QueryContext ToContext() const;
};

/// A name still to be looked up: `a`, `t.a`, `a.field`; the parts without backticks.
class UnresolvedAttribute final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kUnresolvedAttribute;
  explicit UnresolvedAttribute(std::vector<std::string> parts, Origin origin = {},
                               std::optional<int64_t> plan_tag = std::nullopt);
  /// Splits a name as the DataFrame API takes it (`a.b`, "`a.b`"). Errors: INVALID_ATTRIBUTE_NAME_SYNTAX.
  static Result<ExpressionPtr> Parse(std::string_view name);
  const std::vector<std::string>& parts() const { return parts_; }
  const Origin& origin() const { return origin_; }
  /// The TaggedPlan (plan/tagged_plan.h) whose column it is: `df["a"]` of a client.
  const std::optional<int64_t>& plan_tag() const { return plan_tag_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;

 private:
  std::vector<std::string> parts_;
  Origin origin_;
  std::optional<int64_t> plan_tag_;
};

/// What DataFrame programs choose of the columns that `*` stands for.
struct StarChoice {
  std::optional<int64_t> plan_tag;     ///< the columns of a TaggedPlan: `df["*"]`
  std::string pattern;                 ///< those with such a name: `df.colRegex(…)`; "": all
  std::vector<ExpressionPtr> dropped;  ///< not those that these stand for: `df.drop(…)`
};

/// `*` or `t.*`, also `* EXCEPT (a, b.c)`.
class UnresolvedStar final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kUnresolvedStar;
  explicit UnresolvedStar(std::vector<std::string> target = {},
                          std::vector<std::vector<std::string>> except = {}, Origin origin = {},
                          StarChoice choice = {});
  const std::vector<std::string>& target() const { return target_; }
  /// Columns, or fields of columns, to leave out.
  const std::vector<std::vector<std::string>>& except() const { return except_; }
  const Origin& origin() const { return origin_; }
  const StarChoice& choice() const { return choice_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;

 private:
  std::vector<std::string> target_;
  std::vector<std::vector<std::string>> except_;
  Origin origin_;
  StarChoice choice_;
};

/// A call by name, operators included: `+`, `and`, `like` are functions of the registry. The
/// analyzer turns it into a ScalarFunction, an Aggregate or a Generator.
class UnresolvedFunction final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kUnresolvedFunction;
  UnresolvedFunction(std::string name, std::vector<ExpressionPtr> arguments, bool distinct = false,
                     Origin origin = {}, ExpressionPtr filter = nullptr, bool ignore_nulls = false,
                     std::vector<ExpressionPtr> within_group = {});
  const std::string& name() const { return name_; }
  bool distinct() const { return distinct_; }
  /// FILTER (WHERE …); the last child when there is one.
  bool has_filter() const { return has_filter_; }
  /// `f(…) IGNORE NULLS`.
  bool ignore_nulls() const { return ignore_nulls_; }
  /// WITHIN GROUP (ORDER BY …): SortOrders, the children after the arguments.
  std::vector<ExpressionPtr> within_group() const;
  /// The children without WITHIN GROUP and without the filter.
  std::vector<ExpressionPtr> arguments() const;
  const Origin& origin() const { return origin_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;

 private:
  std::string name_;
  bool distinct_;
  bool has_filter_;
  Origin origin_;
  bool ignore_nulls_;
  size_t within_group_size_;
};

/// `name => value` among the arguments of a call.
class NamedArgument final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kNamedArgument;
  NamedArgument(std::string name, ExpressionPtr value)
      : Expression(kKind, {std::move(value)}), name_(std::move(name)) {}
  const std::string& name() const { return name_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override {
    return std::make_shared<NamedArgument>(name_, std::move(children[0]));
  }
  std::string Sql() const override { return name_ + " => " + child(0)->Sql(); }

 private:
  std::string name_;
};

/// `child AS (a, b)`: names for the columns of a generator.
class UnresolvedMultiAlias final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kUnresolvedMultiAlias;
  UnresolvedMultiAlias(ExpressionPtr child, std::vector<std::string> names, Origin origin = {})
      : Expression(kKind, {std::move(child)}),
        names_(std::move(names)),
        origin_(std::move(origin)) {}
  const std::vector<std::string>& names() const { return names_; }
  const Origin& origin() const { return origin_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override {
    return std::make_shared<UnresolvedMultiAlias>(std::move(children[0]), names_, origin_);
  }
  std::string Sql() const override { return child(0)->Sql() + Names(); }
  std::string ToString() const override { return child(0)->ToString() + Names(); }

 private:
  std::string Names() const {
    std::string text = " AS (";
    for (const std::string& name : names_) text += (text.size() > 5 ? ", " : "") + name;
    return text + ")";
  }
  std::vector<std::string> names_;
  Origin origin_;
};

/// TIMESTAMP '…': what a time without a zone means depends on the session.
class UnresolvedTimestamp final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kUnresolvedTimestamp;
  /// `keyword` is what stood before the text.
  UnresolvedTimestamp(std::string text, std::string keyword, Origin origin = {})
      : Expression(kKind, {}),
        text_(std::move(text)),
        keyword_(std::move(keyword)),
        origin_(std::move(origin)) {}
  const std::string& text() const { return text_; }
  const std::string& keyword() const { return keyword_; }
  const Origin& origin() const { return origin_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr>) const override {
    return shared_from_this();
  }
  std::string Sql() const override { return keyword_ + " '" + text_ + "'"; }

 private:
  std::string text_;
  std::string keyword_;
  Origin origin_;
};

/// ROLLUP (…), CUBE (…), GROUPING SETS (…) among the grouping expressions of an Aggregate. The
/// children are the expressions of all sets, in order; `sets` cuts them up: for ROLLUP and CUBE one
/// entry per element, `(a, b)` counting as one, for GROUPING SETS one entry per set (nested ones are
/// opened by the parser). Each entry is a number of children.
class UnresolvedGroupingSets final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kUnresolvedGroupingSets;
  enum class Form { kRollup, kCube, kSets };
  UnresolvedGroupingSets(Form form, std::vector<ExpressionPtr> expressions, std::vector<int> sets)
      : Expression(kKind, std::move(expressions)), form_(form), sets_(std::move(sets)) {}
  Form form() const { return form_; }
  const std::vector<int>& sets() const { return sets_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override {
    return std::make_shared<UnresolvedGroupingSets>(form_, std::move(children), sets_);
  }
  std::string Sql() const override;

 private:
  Form form_;
  std::vector<int> sets_;
};

/// `:name` or `?`: a value given beside the text. The front end puts it in before analysis.
class UnresolvedParameter final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kUnresolvedParameter;
  /// `name` is "" for `?`, which are counted by their place in the text.
  UnresolvedParameter(std::string name, Origin origin)
      : Expression(kKind, {}), name_(std::move(name)), origin_(std::move(origin)) {}
  const std::string& name() const { return name_; }
  const Origin& origin() const { return origin_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr>) const override {
    return shared_from_this();
  }
  std::string Sql() const override { return name_.empty() ? "?" : ":" + name_; }

 private:
  std::string name_;
  Origin origin_;
};

/// `(x, y) -> body`, an argument of a higher-order function. The body is the only child; its names
/// are looked up among the variables first.
class UnresolvedLambda final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kUnresolvedLambda;
  UnresolvedLambda(std::vector<std::string> variables, ExpressionPtr body, Origin origin = {})
      : Expression(kKind, {std::move(body)}),
        variables_(std::move(variables)),
        origin_(std::move(origin)) {}
  const std::vector<std::string>& variables() const { return variables_; }
  const Origin& origin() const { return origin_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override {
    return std::make_shared<UnresolvedLambda>(variables_, std::move(children[0]), origin_);
  }
  std::string Sql() const override;

 private:
  std::vector<std::string> variables_;
  Origin origin_;
};

}  // namespace firesteel
