#pragma once

#include <string>

namespace firesteel {

/// What this build can do, as a Markdown table made from its registries: connectors, file formats,
/// functions. The README shows it.
std::string SupportedTable();

}  // namespace firesteel
