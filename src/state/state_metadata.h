#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_file_manager.h"
#include "firesteel/types.h"

namespace firesteel {

/// `state/<op>/_metadata/metadata` (version 1).
struct OperatorStateMetadata {
  struct Store {
    std::string name;  ///< "default" for the default store
    int prefix_columns = 0;
    int partitions = 0;
  };
  int64_t operator_id = 0;
  std::string operator_name;  ///< stateStoreSave, dedupe, …
  std::vector<Store> stores;

  static Result<std::optional<OperatorStateMetadata>> Read(CheckpointFileManager* files,
                                                           const std::string& operator_directory);
  /// Writes unless the file exists.
  Status Write(CheckpointFileManager* files, const std::string& operator_directory) const;
};

/// `state/<op>/0[/<store>]/_metadata/schema` (version 2): Java's writeUTF strings in parts.
struct StateSchema {
  Schema key;
  Schema value;

  static Result<std::optional<StateSchema>> Read(CheckpointFileManager* files,
                                                 const std::string& store_directory);
  Status Write(CheckpointFileManager* files, const std::string& store_directory) const;
  /// Checks that `this` (on disk) can be used with `expected`: equal types in order, names ignored,
  /// nullability may widen. Errors: STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE,
  /// STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE.
  Status CheckCompatible(const StateSchema& expected) const;
};

}  // namespace firesteel
