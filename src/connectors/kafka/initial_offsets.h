#pragma once

#include <functional>
#include <string>

#include "connectors/kafka/kafka_offsets.h"
#include "firesteel/connector/table.h"

namespace firesteel {

/// Where a stream begins: from its private folder in the checkpoint, where `decide` has noted it
/// the first time. The file is Spark's, so that either engine can go on from the other's:
///
///   sources/<i>/0     a zero byte, `v1\n`, {"<topic>":{"<partition>":<offset>,…},…}
///
/// Errors: the file is damaged, `decide` fails.
Result<PartitionOffsets> InitialOffsets(const std::string& directory, Env* env,
                                        const std::function<Result<PartitionOffsets>()>& decide);

}  // namespace firesteel
