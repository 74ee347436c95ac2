#pragma once

#include <memory>

#include "firesteel/connector/table.h"
#include "firesteel/foreach_writer.h"

namespace firesteel {

/// The sink that gives each partition's rows to a ForeachWriter of its own.
std::shared_ptr<Table> NewForeachTable(ForeachWriterFactory new_writer);

}  // namespace firesteel
