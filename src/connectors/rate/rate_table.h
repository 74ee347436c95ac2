#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "firesteel/connector/table.h"

namespace firesteel {

/// Makes the stream of one run: the columns wanted, the source's folder in the checkpoint.
using RateStreamFactory = std::function<Result<std::unique_ptr<MicroBatchStream>>(
    const Schema& columns, const std::string& metadata_path)>;

/// The table of a rate source: a stream, and nothing else. `name` is the format's.
std::shared_ptr<Table> NewRateTable(std::string name, RateStreamFactory factory);

/// A whole number among the options that must be at least `minimum`. Errors: the option's name and
/// value.
Result<int64_t> RateOption(const Options& options, std::string_view name, int64_t otherwise,
                           int64_t minimum);

/// RateSchema(); errors as with every source whose columns are its own.
Result<Schema> ResolveRateSchema(const std::optional<Schema>& user_schema, std::string_view name);

}  // namespace firesteel
