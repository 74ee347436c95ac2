#include "common/error_conditions.h"

#include <algorithm>
#include <iterator>

namespace firesteel {
namespace {

// Sorted by condition (bytes). Names, SQLSTATEs and parameter names are Spark's, so that programs
// which look at them find what they expect; the texts are ours.
constexpr ErrorConditionRow kRows[] = {
    {"AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION", "42845",
     "The aggregate function <sqlExpr> must not contain an expression that gives another value "
     "each time."},
    {"ALL_PARTITION_COLUMNS_NOT_ALLOWED", "KD005",
     "Not every column can be a partition column: at least one must remain for the data."},
    {"AMBIGUOUS_LATERAL_COLUMN_ALIAS", "42702",
     "The alias <name> is ambiguous, it stands for <n> columns of this SELECT."},
    {"AMBIGUOUS_REFERENCE", "42704",
     "The reference <name> is ambiguous, it could be: <referenceNames>."},
    {"ARITHMETIC_OVERFLOW", "22003",
     "<message>.<alternative> Setting <config> to \"false\" turns this error off."},
    {"ASSIGNMENT_ARITY_MISMATCH", "42802",
     "<numTarget> columns or variables are assigned from <numExpr> expressions; both numbers "
     "must be equal."},
    {"BINARY_ARITHMETIC_OVERFLOW", "22003",
     "<value1> <symbol> <value2> does not fit its type. Use <functionName> to get NULL "
     "instead."},
    {"CALL_ON_STREAMING_DATASET_UNSUPPORTED", "42KDE",
     "<methodName> cannot be called on a streaming DataFrame."},
    {"CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_KEY_SIZE", "58030",
     "The state could not be loaded: <fileToRead> of <clazz> is damaged, a key has the size "
     "<keySize>."},
    {"CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS", "58030",
     "The state could not be loaded: the delta file <fileToRead> of <clazz> does not exist. "
     "Was the checkpoint changed, or a file removed by retention?"},
    {"CANNOT_LOAD_STATE_STORE.CANNOT_READ_MISSING_SNAPSHOT_FILE", "58030",
     "The state could not be loaded: the snapshot file <fileToRead> of <clazz> does not exist."},
    {"CANNOT_LOAD_STATE_STORE.CANNOT_READ_SNAPSHOT_FILE_KEY_SIZE", "58030",
     "The state could not be loaded: the snapshot <fileToRead> of <clazz> is damaged, a key "
     "has the size <keySize>."},
    {"CANNOT_LOAD_STATE_STORE.CANNOT_READ_SNAPSHOT_FILE_VALUE_SIZE", "58030",
     "The state could not be loaded: the snapshot <fileToRead> of <clazz> is damaged, a value "
     "has the size <valueSize>."},
    {"CANNOT_LOAD_STATE_STORE.INVALID_FILE", "58030",
     "The state could not be loaded: <file> is damaged at byte <offset>: <reason>."},
    {"CANNOT_LOAD_STATE_STORE.KEY_ROW_FORMAT_VALIDATION_FAILURE", "58030",
     "The state could not be loaded: a key does not fit its schema. <msg>"},
    {"CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", "58030", "The state could not be loaded."},
    {"CANNOT_LOAD_STATE_STORE.UNEXPECTED_VERSION", "58030",
     "The state could not be loaded: the version is <version>, which cannot be."},
    {"CANNOT_LOAD_STATE_STORE.VALUE_ROW_FORMAT_VALIDATION_FAILURE", "58030",
     "The state could not be loaded: a value does not fit its schema. <msg>"},
    {"CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE", "42825",
     "The types <left> and <right> cannot be merged."},
    {"CANNOT_MODIFY_CONFIG", "46110", "The setting <key> cannot be changed in a running session."},
    {"CANNOT_PARSE_INTERVAL", "22006",
     "<intervalString> is no interval. Give a number and a unit, as in '10 minutes'."},
    {"CANNOT_PARSE_TIME", "22010", "<input> does not match the time format <format>."},
    {"CANNOT_PARSE_TIMESTAMP", "22007",
     "<message>. Use <func> to get NULL for input that is no timestamp."},
    {"CANNOT_RESOLVE_STAR_EXPAND", "42704",
     "<targetString>.* stands for nothing among the columns <columns>."},
    {"CAST_INVALID_INPUT", "22018",
     "The value <expression> of the type <sourceType> cannot be cast to <targetType> because "
     "it is malformed. Use try_cast to get NULL for such values."},
    {"CAST_OVERFLOW", "22003",
     "The value <value> of the type <sourceType> does not fit the type <targetType>. Use "
     "try_cast to get NULL for such values."},
    {"CAST_OVERFLOW_IN_TABLE_INSERT", "22003",
     "A value of the type <sourceType> does not fit the type <targetType> of the column "
     "<columnName>."},
    {"COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER", "54000",
     "An array of <numberOfElements> elements is over the limit of <maxRoundedArrayLength>: "
     "the parameter <parameter> of <functionName> is too large."},
    {"COLUMN_ALREADY_EXISTS", "42711",
     "The column <columnName> exists already. Choose another name."},
    {"CONCURRENT_STREAM_LOG_UPDATE", "40000",
     "Batch <batchId> was written to the streaming log by somebody else. Two queries use one "
     "checkpoint location, or one of them ended in an unclean way; give each its own."},
    {"CONFLICTING_PARTITION_COLUMN_NAMES", "KD009",
     "The directories name different partition columns:<distinctPartColLists> Remove or move "
     "the directories that do not belong to the table:<suspiciousPaths>"},
    {"CONVERSION_INVALID_INPUT", "22018",
     "The value <str> (<fmt>) cannot be converted to <targetType>. Use <suggestion> to get "
     "NULL for such values."},
    {"DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES", "42K09",
     "<sqlExpr> does not fit: <functionName> takes <dataType> followed by a value of its "
     "element type, given were [<leftType>, <rightType>]."},
    {"DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES", "42K09",
     "<sqlExpr> does not fit: <functionName> takes two arrays of one element type "
     "(<arrayType>), given were [<leftType>, <rightType>]."},
    {"DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "42K09",
     "<sqlExpr> does not fit: the two sides have different types, <left> and <right>."},
    {"DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", "42K09",
     "<sqlExpr> does not fit: the operator takes <inputType>, not <actualDataType>."},
    {"DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "42K09",
     "<sqlExpr> does not fit: <srcType> cannot be cast to <targetType>."},
    {"DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", "42K09",
     "<sqlExpr> does not fit: <srcType> cannot be cast to <targetType> in ANSI mode. Set "
     "<config> to <configVal> to allow it."},
    {"DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", "42K09",
     "<sqlExpr> does not fit: <srcType> cannot be cast to <targetType>. Use <functionNames> "
     "instead."},
    {"DATATYPE_MISMATCH.DATA_DIFF_TYPES", "42K09",
     "<sqlExpr> does not fit: all inputs of <functionName> must have one type, given were "
     "<dataType>."},
    {"DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "42K09",
     "<sqlExpr> does not fit: the condition <filter> is of the type <type>, not BOOLEAN."},
    {"DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "42K09",
     "<sqlExpr> does not fit: <functionName> needs values that can be ordered, <dataType> "
     "cannot."},
    {"DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", "42K09",
     "<sqlExpr> does not fit: <inputName> must be a constant of the type <inputType>, it is "
     "<inputExpr>."},
    {"DATATYPE_MISMATCH.NULL_TYPE", "42K09",
     "<sqlExpr> does not fit: <functionName> takes no NULL constants."},
    {"DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION", "42K09",
     "<sqlExpr> does not fit: <leftExprName> (<leftExprValue>) must be <constraint> "
     "<rightExprName> (<rightExprValue>)."},
    {"DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
     "<sqlExpr> does not fit: the <paramIndex> parameter must be of the type <requiredType>, "
     "<inputSql> is of the type <inputType>."},
    {"DATATYPE_MISMATCH.UNEXPECTED_NULL", "42K09",
     "<sqlExpr> does not fit: <exprName> must not be NULL."},
    {"DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "42K09",
     "<sqlExpr> does not fit: <exprName> must be in <valueRange>, it is <currentValue>."},
    {"DATATYPE_MISSING_SIZE", "42K01", "The type <type> needs a length, as in <type>(10)."},
    {"DATA_SOURCE_NOT_FOUND", "42K02", "There is no data source called <provider>."},
    {"DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "22023", "<rangeMessage>."},
    {"DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION", "22023",
     "<rangeMessage>. Set <ansiConfig> to \"false\" to get NULL instead."},
    {"DATETIME_OVERFLOW", "22008",
     "The result is out of the range of dates and times: <operation>."},
    {"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
     "The precision <precision> of a decimal is over the limit of <maxPrecision>."},
    {"DIVIDE_BY_ZERO", "22012",
     "Division by zero. Use try_divide to get NULL instead, or set <config> to \"false\"."},
    {"DUPLICATED_MAP_KEY", "23505",
     "The map key <key> comes twice. Set <mapKeyDedupPolicy> to \"LAST_WIN\" to keep the last "
     "value."},
    {"EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", "42K09",
     "The event time <eventName> is of the type <eventType>, it must be a TIMESTAMP."},
    {"FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", "KD001",
     "The file <path> could not be read: its footer is damaged, or it is of another format."},
    {"FAILED_READ_FILE.FILE_NOT_EXIST", "KD001",
     "The file <path> could not be read: it does not exist any more."},
    {"FAILED_READ_FILE.NO_HINT", "KD001", "The file <path> could not be read."},
    {"FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", "KD001",
     "The file <path> could not be read: its column <column> is of the type <actualType>, "
     "expected was <expectedType>."},
    {"FAILED_TO_PARSE_TOO_COMPLEX", "54001",
     "The text is too complex to parse. Split it, or nest it less deeply."},
    {"FEATURE_NOT_ENABLED", "56038",
     "<featureName> is turned off. Set <configKey> to <configValue> to use it."},
    {"FIELD_NOT_FOUND", "42704", "There is no field <fieldName> in <fields>."},
    {"GROUP_BY_AGGREGATE", "42903", "GROUP BY must not contain aggregate functions: <sqlExpr>."},
    {"GROUP_BY_POS_OUT_OF_RANGE", "42805",
     "GROUP BY position <index> is not between 1 and <size>."},
    {"INCOMPATIBLE_COLUMN_TYPE", "42825",
     "<operator> needs tables whose columns fit each other: column <columnOrdinalNumber> of "
     "table <tableOrdinalNumber> is of the type <dataType1>, the first table has "
     "<dataType2>.<hint>"},
    {"INCOMPLETE_TYPE_DEFINITION.ARRAY", "42K01",
     "The type ARRAY needs its element type, as in ARRAY<INT>."},
    {"INCOMPLETE_TYPE_DEFINITION.MAP", "42K01",
     "The type MAP needs its key and value types, as in MAP<STRING, INT>."},
    {"INCOMPLETE_TYPE_DEFINITION.STRUCT", "42K01",
     "The type STRUCT needs its fields, as in STRUCT<name: STRING, age: INT>."},
    {"INTERNAL_ERROR", "XX000", "This is a bug: <message>"},
    {"INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "22015",
     "The interval does not fit its type."},
    {"INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", "22015",
     "The interval does not fit its type. Use <functionName> to get NULL instead."},
    {"INTERVAL_DIVIDED_BY_ZERO", "22012",
     "An interval was divided by zero. Use try_divide to get NULL instead."},
    {"INVALID_ARRAY_INDEX", "22003",
     "The index <indexValue> is outside of the array, which has <arraySize> elements. Use "
     "get() to get NULL instead."},
    {"INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "22003",
     "The index <indexValue> is outside of the array, which has <arraySize> elements. Use "
     "try_element_at to get NULL instead."},
    {"INVALID_CONF_VALUE.DEFAULT_COLLATION", "22022",
     "The setting <confName> cannot be <confValue>: there is no such collation."},
    {"INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS", "22022",
     "The setting <confName> cannot be <confValue>: it must be one of <confOptions>."},
    {"INVALID_CONF_VALUE.REQUIREMENT", "22022",
     "The setting <confName> cannot be <confValue>: <confRequirement>."},
    {"INVALID_CONF_VALUE.TIME_ZONE", "22022",
     "The setting <confName> cannot be <confValue>: there is no such time zone."},
    {"INVALID_CONF_VALUE.TYPE_MISMATCH", "22022",
     "The setting <confName> cannot be <confValue>: it must be of the type <confType>."},
    {"INVALID_DECIMAL_SCALE", "42K01",
     "DECIMAL(<precision>, <scale>) is no type: the scale must not be larger than the "
     "precision."},
    {"INVALID_EXTRACT_BASE_FIELD_TYPE", "42000",
     "No field can be taken out of <base>, which is of the type <other>."},
    {"INVALID_EXTRACT_FIELD", "42601", "<field> cannot be taken out of <expr>."},
    {"INVALID_INDEX_OF_ZERO", "22003",
     "The index 0 is invalid: the first element has the index 1, the last one -1."},
    {"INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER", "22006",
     "<input> is no interval: <number> is no number."},
    {"INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", "22006",
     "There are no intervals from <from> to <to>."},
    {"INVALID_JSON_DATA_TYPE", "2203G", "<invalidType> is no data type in JSON form."},
    {"INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", "42K0D",
     "The lambda function takes <expectedNumArgs> arguments, the function gives it "
     "<actualNumArgs>."},
    {"INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", "KD002",
     "UNSUPPORTED log version: <path> has the version v<version>, the newest supported one is "
     "v<maxSupportedVersion>. Go on with the engine that wrote it, or start with a new "
     "checkpoint."},
    {"INVALID_OPTION_VALUE", "22022", "The option <option> cannot be <value>: <reason>."},
    {"INVALID_PARAMETER_VALUE.PATTERN", "22023",
     "The parameter <parameter> of <functionName> is no regular expression: <value>."},
    {"INVALID_PATH", "22023", "<path> is no path."},
    {"INVALID_SCHEMA.PARSE_ERROR", "42K07", "<inputSchema> is no schema: <reason>"},
    {"INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY", "42823", "A subquery must not read a stream."},
    {"INVALID_TIMEZONE", "22009",
     "<timeZone> is no time zone. Give a region as 'Europe/Paris' or an offset as '+02:00'."},
    {"INVALID_TYPED_LITERAL", "42604", "<value> is no literal of the type <valueType>."},
    {"INVALID_WHERE_CONDITION", "42903", "WHERE must not contain <expressionList>: <condition>."},
    {"MALFORMED_LOG_FILE", "KD002",
     "A file of the checkpoint is malformed. <text>. Restore it from a backup, or start with a "
     "new checkpoint."},
    {"MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS", "22023",
     "The record <badRecord> is malformed: a JSON array was found where an object was "
     "expected. Set the option mode to PERMISSIVE to get NULL for such records."},
    {"MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_STRING_AS_DATATYPE", "22023",
     "The record <badRecord> is malformed: the field <fieldName> holds <fieldValue>, which is "
     "no <targetType>. Set the option mode to PERMISSIVE to get NULL for such records."},
    {"MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "22023",
     "The record <badRecord> is malformed. Set the option mode to PERMISSIVE to get NULL for "
     "such records."},
    {"MISSING_AGGREGATION", "42803",
     "<expression> is neither grouped by nor aggregated. Add it to GROUP BY, or use "
     "<expressionAnyValue> if any value will do."},
    {"MISSING_GROUP_BY", "42803",
     "The query has aggregate functions but no GROUP BY: group by a column, or give the "
     "function a window."},
    {"MULTIPLE_EVENT_TIME_COLUMNS", "42K09",
     "The data has more than one event time column: <eventTimeCols>."},
    {"NESTED_AGGREGATE_FUNCTION", "42607",
     "An aggregate function must not be the argument of another one. Use a subquery."},
    {"NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", "42KDE",
     "Streaming queries support windows over time only, not <windowFunc> (as <columnName>, "
     "over <windowSpec>)."},
    {"NOT_EXPECTED_TYPE", "42K09",
     "The argument <arg_name> must be <expected_type>, not <arg_type>."},
    {"NULL_MAP_KEY", "2200E", "A map key must not be NULL."},
    {"NUMERIC_OUT_OF_SUPPORTED_RANGE", "22003", "The number <value> has more than 38 digits."},
    {"NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", "22003",
     "The number <roundedValue> does not fit DECIMAL(<precision>, <scale>)."},
    {"NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003",
     "The number <value> does not fit DECIMAL(<precision>, <scale>). Set <config> to \"false\" "
     "to get NULL instead."},
    {"NUM_COLUMNS_MISMATCH", "42826",
     "<operator> needs tables of equally many columns: the first one has <firstNumColumns>, "
     "table <invalidOrdinalNum> has <invalidNumColumns>."},
    {"ORDER_BY_POS_OUT_OF_RANGE", "42805",
     "ORDER BY position <index> is not between 1 and <size>."},
    {"PARSE_EMPTY_STATEMENT", "42617", "The statement is empty."},
    {"PARSE_SYNTAX_ERROR", "42601", "Syntax error at or near <error>.<hint>"},
    {"PATH_ALREADY_EXISTS", "42K04",
     "<outputPath> exists already. Set the mode to \"overwrite\" to replace it."},
    {"PATH_NOT_FOUND", "42K03", "There is no file or directory <path>."},
    {"REMAINDER_BY_ZERO", "22012",
     "The remainder of a division by zero does not exist. Use try_mod to get NULL instead, or "
     "set <config> to \"false\"."},
    {"SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000",
     "A subquery used as a value returned more than one row."},
    {"SCHEMA_NOT_FOUND", "42704", "There is no schema <schemaName>."},
    {"STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY", "42K03",
     "The state directory <checkpointLocation> is not empty though the query is new. Give it "
     "another checkpoint location."},
    {"STATE_STORE_INVALID_PROVIDER", "42K06", "<inputClass> is no state store provider."},
    {"STATE_STORE_INVALID_ROW", "XXKST", "A row of the state is damaged: <reason>."},
    {"STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE", "42K06",
     "The key of the state has changed: stored is <storedKeySchema>, the query has "
     "<newKeySchema>. Undo the change, or start with a new checkpoint."},
    {"STATE_STORE_ROW_CHECKSUM_VERIFICATION_FAILED", "XXKST",
     "A row of the state store <stateStoreId> does not match its checksum. Restore its files from "
     "a backup, or start with a new checkpoint."},
    {"STATE_STORE_UNSUPPORTED_OPERATION", "XXKST",
     "The state store <entity> does not support <operationType>."},
    {"STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE", "42K06",
     "The value of the state has changed: stored is <storedValueSchema>, the query has "
     "<newValueSchema>. Undo the change, or start with a new checkpoint."},
    {"STREAMING_CHECKPOINT_MISSING_METADATA_FILE", "42K03",
     "The checkpoint <checkpointLocation> has offsets or commits but no metadata file. Restore "
     "the file, or start with a new checkpoint."},
    {"STREAMING_OUTPUT_MODE.INVALID", "42KDE",
     "<outputMode> is no output mode. Use one of append, complete and update."},
    {"STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", "42KDE",
     "The sink <className> does not support the output mode <outputMode>."},
    {"STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", "42KDE",
     "The output mode <outputMode> does not go with <operation>."},
    {"STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY", "42K03",
     "The state directory of the operators <OpsInCurBatchSeq> is missing in the checkpoint."},
    {"STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA", "42K03",
     "The stateful operators of the query are not those of the checkpoint: it has "
     "<OpsInMetadataSeq>, the query <OpsInCurBatchSeq>. Undo the change, or start with a new "
     "checkpoint."},
    {"STREAM_FAILED", "XXKST",
     "The query [id = <id>, runId = <runId>] ended with an error: <message>"},
    {"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07", "There is already a table or view <relationName>."},
    {"TABLE_OR_VIEW_NOT_FOUND", "42P01", "There is no table or view <relationName>."},
    {"TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07",
     "There is already a temporary view <relationName>."},
    {"UNABLE_TO_INFER_SCHEMA", "42KD9",
     "The schema of <format> data could not be found out. Give it with schema()."},
    {"UNCLOSED_BRACKETED_COMMENT", "42601", "A comment is not closed: */ is missing."},
    {"UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703",
     "There is no column, variable or parameter <objectName>."},
    {"UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
     "There is no column, variable or parameter <objectName>. Did you mean one of "
     "[<proposal>]?"},
    {"UNRESOLVED_FIELD.WITHOUT_SUGGESTION", "42703",
     "The column <columnPath> has no field <fieldName>."},
    {"UNRESOLVED_FIELD.WITH_SUGGESTION", "42703",
     "The column <columnPath> has no field <fieldName>. Did you mean one of [<proposal>]?"},
    {"UNRESOLVED_MAP_KEY.WITHOUT_SUGGESTION", "42703",
     "<objectName> is no column; for the key of a map, quote it."},
    {"UNRESOLVED_ROUTINE", "42883",
     "There is no function <routineName> on the search path <searchPath>."},
    {"UNRESOLVED_USING_COLUMN_FOR_JOIN", "42703",
     "The column <colName> of USING is missing on the <side> side of the join: [<suggestion>]."},
    {"UNSUPPORTED_ARROWTYPE", "0A000", "The Arrow type <typeName> is not supported."},
    {"UNSUPPORTED_DATATYPE", "0A000", "The type <typeName> is not supported."},
    {"UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", "0A000",
     "<format> cannot hold the column <columnName> of the type <columnType>."},
    {"UNSUPPORTED_DEFAULT_VALUE.WITHOUT_SUGGESTION", "0A000",
     "Default values of columns are not supported."},
    {"UNSUPPORTED_FEATURE.TABLE_OPERATION", "0A000",
     "The table <tableName> does not support <operation>."},
    {"UNSUPPORTED_FILE_SYSTEM", "0A000", "<path> is on a file system that is not supported."},
    {"UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", "0A000",
     "<statefulOperator> in the output mode <outputMode> needs a watermark."},
    {"UNSUPPORTED_TIME_TYPE", "0A000", "The type TIME is not supported."},
    {"USER_RAISED_EXCEPTION", "P0001", "<errorMessage>"},
    {"WRITE_STREAM_NOT_ALLOWED", "42601", "writeStream is for streaming DataFrames only."},
    {"WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
     "<functionName> takes <expectedNum> arguments, not <actualNum>."},
    {"_LEGACY_ERROR_TEMP_3102", "", "<msg>"},
};

}  // namespace

std::span<const ErrorConditionRow> AllErrorConditions() { return kRows; }

const ErrorConditionRow* FindErrorCondition(std::string_view condition) {
  const auto found = std::lower_bound(
      std::begin(kRows), std::end(kRows), condition,
      [](const ErrorConditionRow& row, std::string_view name) { return row.condition < name; });
  return found != std::end(kRows) && found->condition == condition ? found : nullptr;
}

}  // namespace firesteel
