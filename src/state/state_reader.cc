#include "state/state_reader.h"

#include <algorithm>
#include <utility>

#include "arrow/record_batch.h"
#include "state/state_metadata.h"
#include "state/state_store.h"
#include "types/arrow_types.h"
#include "types/unsafe_row.h"

namespace firesteel {
namespace {

/// The partitions of an operator that exist on disk.
Result<std::vector<int>> PartitionsOf(Env* env, const std::string& operator_directory) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> children,
                        env->ListDirectory(operator_directory));
  std::vector<int> partitions;
  for (const FileStatus& child : children) {
    const std::string name = child.path.substr(child.path.rfind('/') + 1);
    const bool number = !name.empty() && name.size() < 9 &&
                        name.find_first_not_of("0123456789") == std::string::npos;
    if (child.is_directory && number) partitions.push_back(std::stoi(name));
  }
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

/// Decodes all entries of one partition.
Result<std::shared_ptr<arrow::RecordBatch>> ReadPartition(StateStoreProvider* provider,
                                                          const StateTable& table,
                                                          int64_t version) {
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<StateStore> store, provider->GetStore(version));
  EncodedRows keys;
  EncodedRows values;
  ARROW_RETURN_NOT_OK(
      store->Scan([&](std::string_view key, std::string_view value) -> Result<bool> {
        keys.Append(key);
        values.Append(value);
        return true;
      }));
  std::vector<std::shared_ptr<arrow::Array>> columns;
  std::vector<StructField> fields;
  for (const auto& [schema, rows] : {std::pair(&table.key_schema, &keys),
                                     std::pair(&table.value_schema, &values)}) {
    std::vector<DataType> types;
    for (const StructField& field : schema->fields()) {
      types.push_back(field.type);
      fields.push_back(field);
    }
    ARROW_ASSIGN_OR_RAISE(const UnsafeRowCodec codec, UnsafeRowCodec::Make(std::move(types)));
    std::vector<std::string_view> views;
    for (int64_t i = 0; i < rows->size(); ++i) views.push_back((*rows)[i]);
    ARROW_ASSIGN_OR_RAISE(std::vector<std::shared_ptr<arrow::Array>> decoded, codec.Decode(views));
    for (std::shared_ptr<arrow::Array>& column : decoded) columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(ToArrowSchema(Schema(std::move(fields))), keys.size(),
                                  std::move(columns));
}

}  // namespace

Result<StateTable> ReadStateTable(CheckpointFileManager* files, const std::string& state_root,
                                  int operator_id, int64_t version) {
  StateStoreId id{state_root, operator_id, 0, ""};
  const std::string operator_directory = state_root + "/" + std::to_string(operator_id);
  ARROW_ASSIGN_OR_RAISE(const std::optional<StateSchema> schema,
                        StateSchema::Read(files, id.Directory()));
  if (!schema) {
    return Status::Invalid("There is no state with a schema under ", operator_directory, ".");
  }
  StateTable table{schema->key, schema->value, {}};
  ARROW_ASSIGN_OR_RAISE(const std::vector<int> partitions,
                        PartitionsOf(files->env(), operator_directory));
  for (const int partition : partitions) {
    id.partition = partition;
    StateStoreOptions options;
    options.key_schema = table.key_schema;
    options.value_schema = table.value_schema;
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<StateStoreProvider> provider,
                          NewMemoryStateStoreProvider(id, options, files));
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch,
                          ReadPartition(provider.get(), table, version));
    if (batch->num_rows() > 0) table.batches.push_back(std::move(batch));
  }
  return table;
}

}  // namespace firesteel
