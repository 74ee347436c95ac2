#include "state/state_store.h"

#include "fmt/format.h"

namespace firesteel {

std::string StateStoreId::Directory() const {
  std::string directory = fmt::format("{}/{}/{}", checkpoint_root, operator_id, partition);
  if (!store_name.empty()) directory += "/" + store_name;
  return directory;
}

}  // namespace firesteel
