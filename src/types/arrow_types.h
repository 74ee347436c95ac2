#pragma once

#include <memory>

#include "arrow/type_fwd.h"
#include "firesteel/row.h"
#include "firesteel/types.h"

namespace firesteel {

/// How each type lies in memory. Operators and kernels may rely on exactly these Arrow types:
///   void null · boolean bool · byte/short/int/long int8…int64 · float/double · decimal(p,s)
///   decimal128(p,s) · string utf8 · binary binary · date date32 · timestamp timestamp(us, "UTC") ·
///   timestamp_ntz timestamp(us) · day-time interval duration(us) · year-month interval
///   month_interval · interval month_day_nano · array list · map map · struct struct
/// The elements, values and fields inside of nested types are nullable in Arrow whatever the type
/// says, so that columns of one type fit together; ToArrowSchema keeps the nullability of columns.
std::shared_ptr<arrow::DataType> ToArrowType(const DataType& type);
std::shared_ptr<arrow::Schema> ToArrowSchema(const Schema& schema);

/// The reverse, for files read through Arrow; accepts what they hold (uint, large_utf8, dictionary
/// and other time units are the caller's to cast). Errors: UNSUPPORTED_ARROWTYPE.
Result<DataType> FromArrowType(const arrow::DataType& type);
Result<Schema> FromArrowSchema(const arrow::Schema& schema);

/// Reads one cell. `array` must have ToArrowType(type): the program ends otherwise, as such a
/// mix-up can only be a bug. For results and tests, not for hot loops.
Value GetValue(const arrow::Array& array, int64_t index, const DataType& type);

/// The same values under another type that lies in memory in the same way: nested types may differ in
/// names and nullability of their fields. NULLs without a type become NULLs of any. What
/// arrow::Array::View does, which ends the program at maps whose keys are of the type null. Errors:
/// the types lie differently in memory.
Result<std::shared_ptr<arrow::Array>> ViewAs(const std::shared_ptr<arrow::Array>& array,
                                             const std::shared_ptr<arrow::DataType>& type);

/// Makes an array of `type` from values. Errors: a value that does not fit the type.
Result<std::shared_ptr<arrow::Array>> MakeArray(const std::vector<Value>& values,
                                                const DataType& type);
/// Makes an array that holds `value` `length` times.
Result<std::shared_ptr<arrow::Array>> MakeConstantArray(const Value& value, const DataType& type,
                                                        int64_t length);

/// Makes a batch from rows; every row must have one value per column.
Result<std::shared_ptr<arrow::RecordBatch>> MakeBatch(const std::vector<Row>& rows,
                                                      const Schema& schema);
/// Appends the rows of `batch`, whose columns must have the types of `schema`, to `rows`.
void AppendRows(const arrow::RecordBatch& batch, const std::shared_ptr<const Schema>& schema,
                std::vector<Row>* rows);

}  // namespace firesteel
