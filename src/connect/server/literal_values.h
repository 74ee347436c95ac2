#pragma once

#include "firesteel/row.h"
#include "firesteel/types.h"
#include "spark/connect/expressions.pb.h"

namespace firesteel {

/// A value of `type` as the protocol has constants.
void ToLiteral(const Value& value, const DataType& type, spark::connect::Expression::Literal* out);

}  // namespace firesteel
