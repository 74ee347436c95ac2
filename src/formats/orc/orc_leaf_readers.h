#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "formats/orc/orc_column_reader.h"
#include "formats/orc/orc_run_length.h"

namespace firesteel {

/// Which elements of a column are there: its PRESENT stream. Not thread-safe.
class OrcPresence {
 public:
  /// A null stream: every element of the parent's is there.
  explicit OrcPresence(std::unique_ptr<OrcStream> stream) {
    if (stream != nullptr) bits_.emplace(std::move(stream));
  }
  /// Finds for each of `rows` whether it is there; returns how many are.
  Result<int64_t> Read(int64_t rows, const uint8_t* parent_valid);
  /// A byte for each row of the last call.
  const uint8_t* valid() const { return valid_.data(); }
  /// The same as bits; null when all are there.
  Result<std::shared_ptr<arrow::Buffer>> ValidityBits() const;
  int64_t null_count() const { return null_count_; }

 private:
  std::optional<OrcBitDecoder> bits_;
  std::vector<uint8_t> valid_;
  int64_t null_count_ = 0;
};

/// The streams of one column.
struct OrcStreams {
  std::unique_ptr<OrcStream> present;  ///< may be null
  std::unique_ptr<OrcStream> data;
  std::unique_ptr<OrcStream> length;
  std::unique_ptr<OrcStream> dictionary;
  std::unique_ptr<OrcStream> secondary;
  bool is_version_2 = false;
  bool has_dictionary = false;
  int64_t dictionary_size = 0;
};

Status OrcColumnDamaged();

/// Makes the reader of a column without children, in the file's own type.
Result<std::unique_ptr<OrcColumnReader>> MakeOrcLeafReader(const OrcStripeContext& stripe,
                                                           const OrcType& type,
                                                           const DataType& natural,
                                                           OrcStreams streams);

}  // namespace firesteel
