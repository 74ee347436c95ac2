#include "exec/expression_text.h"

namespace firesteel {

std::string ExpressionListText(const std::vector<ExpressionPtr>& expressions) {
  std::string text = "[";
  for (const ExpressionPtr& expression : expressions) {
    if (text.size() > 1) text += ", ";
    text += expression->Sql();
  }
  return text + "]";
}

}  // namespace firesteel
