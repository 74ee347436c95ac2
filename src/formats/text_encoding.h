#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firesteel/connector/table.h"

namespace arrow::io {
class InputStream;
class OutputStream;
}  // namespace arrow::io

namespace firesteel {

/// Reads the option `encoding` (or `charset`) of a text format: a character set's name in upper
/// case, UTF-8 by default. Errors: INVALID_PARAMETER_VALUE.CHARSET for one that is not known, where
/// `reader` names who asks.
Result<std::string> ReadEncodingOption(const Options& options, std::string_view reader);

/// Turns text of this character set into UTF-8 as it is read; for UTF-8 returns `in` itself. What
/// is no character becomes U+FFFD; a byte-order mark is left out.
Result<std::shared_ptr<arrow::io::InputStream>> DecodeStream(
    std::shared_ptr<arrow::io::InputStream> in, const std::string& encoding);

/// Turns UTF-8 into this character set as it is written; for UTF-8 returns `out` itself. What the
/// set lacks becomes a question mark. Closing closes `out`.
Result<std::shared_ptr<arrow::io::OutputStream>> EncodeStream(
    std::shared_ptr<arrow::io::OutputStream> out, const std::string& encoding);

}  // namespace firesteel
