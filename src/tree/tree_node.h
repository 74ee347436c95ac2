#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

/// What expressions and plans have in common: immutable nodes with ordered children. `Node` has
/// `children()` and `WithNewChildren(children) const`, which copies the node with other children.
/// A rewrite returns a new node, or nullptr for "leave it as it is"; unchanged sub-trees are shared.
template <typename Node>
using NodePtr = std::shared_ptr<const Node>;

/// Rewrites a node; nullptr means unchanged.
template <typename Node>
using Rewrite = std::function<Result<NodePtr<Node>>(const NodePtr<Node>&)>;

template <typename Node>
Result<NodePtr<Node>> MapChildren(
    const NodePtr<Node>& node,
    const std::function<Result<NodePtr<Node>>(const NodePtr<Node>&)>& map) {
  std::vector<NodePtr<Node>> children;
  children.reserve(node->children().size());
  bool changed = false;
  for (const NodePtr<Node>& child : node->children()) {
    ARROW_ASSIGN_OR_RAISE(NodePtr<Node> mapped, map(child));
    changed |= mapped != child;
    children.push_back(std::move(mapped));
  }
  if (!changed) return node;
  return NodePtr<Node>(node->WithNewChildren(std::move(children)));
}

/// Applies `rewrite` to the children first, then to the node itself.
template <typename Node>
Result<NodePtr<Node>> TransformUp(const NodePtr<Node>& node, const Rewrite<Node>& rewrite) {
  ARROW_ASSIGN_OR_RAISE(NodePtr<Node> current,
                        MapChildren<Node>(node, [&](const NodePtr<Node>& child) {
                          return TransformUp<Node>(child, rewrite);
                        }));
  ARROW_ASSIGN_OR_RAISE(NodePtr<Node> rewritten, rewrite(current));
  return rewritten ? rewritten : current;
}

/// Applies `rewrite` to the node first, then to the children of what came out.
template <typename Node>
Result<NodePtr<Node>> TransformDown(const NodePtr<Node>& node, const Rewrite<Node>& rewrite) {
  ARROW_ASSIGN_OR_RAISE(NodePtr<Node> rewritten, rewrite(node));
  const NodePtr<Node>& current = rewritten ? rewritten : node;
  return MapChildren<Node>(current, [&](const NodePtr<Node>& child) {
    return TransformDown<Node>(child, rewrite);
  });
}

/// Calls `visit` on the node and then on everything below it.
template <typename Node>
void ForEach(const NodePtr<Node>& node, const std::function<void(const NodePtr<Node>&)>& visit) {
  visit(node);
  for (const NodePtr<Node>& child : node->children()) ForEach<Node>(child, visit);
}

/// Whether `matches` holds for the node or anything below it.
template <typename Node>
bool Exists(const NodePtr<Node>& node, const std::function<bool(const Node&)>& matches) {
  if (matches(*node)) return true;
  for (const NodePtr<Node>& child : node->children()) {
    if (Exists<Node>(child, matches)) return true;
  }
  return false;
}

}  // namespace firesteel
