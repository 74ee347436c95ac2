#include "exec/key_partitioner.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "common/error.h"
#include "exec/byte_key_table.h"

namespace firesteel {

Result<KeyPartitioner> KeyPartitioner::Make(std::vector<DataType> key_types, int parts,
                                            int level) {
  ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec codec, UnsafeRowCodec::Make(std::move(key_types)));
  return KeyPartitioner(std::move(codec), parts, level);
}

Status KeyPartitioner::Assign(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t rows,
                              std::vector<int32_t>* out) {
  if (parts_ == 1 || keys.empty()) {
    out->assign(rows, 0);
    return Status::OK();
  }
  encoded_.Clear();
  ARROW_RETURN_NOT_OK(codec_.Encode(keys, /*normalize_floats=*/true, &encoded_));
  if (encoded_.size() != rows) return InternalError("Key columns differ in length.");
  out->resize(rows);
  // A row has at least two words: one of null bits, one per key.
  for (int64_t row = 0; row < rows; ++row) {
    const std::string_view key = encoded_[row];
    const uint64_t folded = key_hash::FoldLong(key.data(), static_cast<int64_t>(key.size()));
    const uint64_t mixed = key_hash::Mix(folded + static_cast<uint64_t>(level_), key_hash::kFirst);
    (*out)[row] = static_cast<int32_t>((mixed >> 32) * static_cast<uint64_t>(parts_) >> 32);
  }
  return Status::OK();
}

}  // namespace firesteel
