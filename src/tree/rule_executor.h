#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tree/tree_node.h"

namespace firesteel {

/// One named rewrite of a whole tree.
template <typename Node>
struct Rule {
  std::string_view name;
  std::function<Result<NodePtr<Node>>(const NodePtr<Node>&)> apply;
};

/// Rules that run in order, once or until nothing changes (at most `max_iterations` rounds).
template <typename Node>
struct RuleBatch {
  std::string_view name;
  int max_iterations = 1;
  std::vector<Rule<Node>> rules;
};

/// Runs the batches in order. A tree is unchanged when the root pointer is: rules must return the
/// node they got when they change nothing. A batch that does not settle
/// ends after its last round; the checks that follow find what is left unresolved.
template <typename Node>
Result<NodePtr<Node>> RunRules(const std::vector<RuleBatch<Node>>& batches, NodePtr<Node> node) {
  for (const RuleBatch<Node>& batch : batches) {
    for (int iteration = 0; iteration < batch.max_iterations; ++iteration) {
      const NodePtr<Node> before = node;
      for (const Rule<Node>& rule : batch.rules) {
        ARROW_ASSIGN_OR_RAISE(node, rule.apply(node));
      }
      if (node == before) break;
    }
  }
  return node;
}

}  // namespace firesteel
