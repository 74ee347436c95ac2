#pragma once

#include <string>

#include "firesteel/row.h"
#include "firesteel/types.h"

namespace firesteel::slt {

/// Renders a row as one line of JSON, the same for every engine:
///
///     NULL, BOOLEAN, whole numbers     null, true, 12
///     FLOAT, DOUBLE                    the shortest text that reads back the same; "NaN", "Infinity"
///     DECIMAL                          "1.50", with the digits of its scale
///     STRING                           "text"; a byte that is not UTF-8 is the characters \xNN
///     BINARY                           "0x" and upper-case hexadecimal
///     DATE, TIMESTAMP[_NTZ]            "2024-02-29", "2024-02-29T12:00:00.000000Z", without Z
///     intervals                        "5us" (DAY TO SECOND), "14mo" (YEAR TO MONTH),
///                                      "14mo 3d 500us" (calendar)
///     ARRAY, MAP                       [1,2], [["key",1]] sorted by the text of the key
///     STRUCT                           {"name":1}; names that repeat get _0, _1, …
std::string CanonicalText(const Row& row, const Schema& schema);

}  // namespace firesteel::slt
