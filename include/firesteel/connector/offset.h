#pragma once

#include <memory>
#include <string>

#include "firesteel/error.h"
#include "firesteel/export.h"

namespace firesteel {

/// A position in a stream, opaque to the engine, written to the checkpoint as its JSON text. Two
/// offsets of one stream are the same position exactly when their JSON is equal.
class Offset {
 public:
  Offset() = default;
  explicit Offset(std::string json) : json_(std::move(json)) {}
  const std::string& json() const { return json_; }
  bool operator==(const Offset&) const = default;

 private:
  std::string json_;
};

}  // namespace firesteel
