#pragma once

#include <cstdint>
#include <string>

#include "common/config.h"

namespace firesteel::config {

// Every setting the engine reads, one entry each, and at the end the list of them, by which values
// are checked when they are set (a test compares the two).
// Durations are milliseconds. Names and meanings are Spark's unless they start with `firesteel.`.

inline const ConfigKey<bool> kAnsiEnabled{
    "spark.sql.ansi.enabled", true, "Whether operations follow ANSI SQL: errors instead of NULL."};
inline const ConfigKey<std::string> kSessionTimeZone{
    "spark.sql.session.timeZone", "UTC", "The session's zone; the default is the system's."};
inline const ConfigKey<bool> kCaseSensitive{
    "spark.sql.caseSensitive", false, "Whether names are compared with their case."};
inline const ConfigKey<std::string> kWarehouseDirectory{
    "spark.sql.warehouse.dir", "spark-warehouse", "Directory of the databases' managed tables."};
inline const ConfigKey<std::string> kMapKeyDedupPolicy{
    "spark.sql.mapKeyDedupPolicy", "EXCEPTION",
    "What a key does that a map has already: EXCEPTION fails, LAST_WIN replaces the value."};
inline const ConfigKey<int64_t> kShufflePartitions{
    "spark.sql.shuffle.partitions", 0,
    "Partitions of exchanges and state; 0 stands for the number of cores. Fixed by a checkpoint."};
inline const ConfigKey<int64_t> kBatchRows{
    "firesteel.execution.batchRows", 8192, "Rows that a reader puts into one Arrow batch."};
inline const ConfigKey<int64_t> kThreads{
    "firesteel.execution.threads", 0, "Threads that run tasks; 0 stands for the number of cores."};
inline const ConfigKey<std::string> kCheckpointLocation{
    "spark.sql.streaming.checkpointLocation", "",
    "Directory under which queries without an option of their own keep their checkpoints."};
inline const ConfigKey<bool> kSchemaInference{
    "spark.sql.streaming.schemaInference", false, "Whether file streams infer their schema."};
inline const ConfigKey<int64_t> kPollingDelayMs{
    "spark.sql.streaming.pollingDelay", 10,
    "How often a source that cannot wake its query is asked for new data.",
    ConfigUnit::kMilliseconds};
inline const ConfigKey<int64_t> kProgressRetention{
    "spark.sql.streaming.numRecentProgressUpdates", 100, "Progress reports kept per query."};
inline const ConfigKey<int64_t> kNoDataProgressIntervalMs{
    "spark.sql.streaming.noDataProgressEventInterval", 10000,
    "How often a query without new data reports.", ConfigUnit::kMilliseconds};
inline const ConfigKey<bool> kNoDataMicroBatches{
    "spark.sql.streaming.noDataMicroBatches.enabled", true,
    "Whether a batch without data runs so that the watermark can close windows."};
inline const ConfigKey<int64_t> kMinBatchesToRetain{
    "spark.sql.streaming.minBatchesToRetain", 100, "Batches whose logs and state are kept."};
inline const ConfigKey<int64_t> kMinDeltasForSnapshot{
    "spark.sql.streaming.stateStore.minDeltasForSnapshot", 10,
    "A state snapshot is written when more deltas than this follow the last one."};
inline const ConfigKey<std::string> kStateCompressionCodec{
    "spark.sql.streaming.stateStore.compression.codec", "lz4", "Codec of state files."};
inline const ConfigKey<std::string> kStateProviderClass{
    "spark.sql.streaming.stateStore.providerClass",
    "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider",
    "The state store; Spark's class names are accepted."};
inline const ConfigKey<bool> kStateSchemaCheck{
    "spark.sql.streaming.stateStore.stateSchemaCheck", true,
    "Whether the state's schema must fit the query's on restart."};
inline const ConfigKey<std::string> kMultipleWatermarkPolicy{
    "spark.sql.streaming.multipleWatermarkPolicy", "min",
    "Which of several watermarks counts, min or max."};
inline const ConfigKey<int64_t> kFileSourceLogCompactInterval{
    "spark.sql.streaming.fileSource.log.compactInterval", 10,
    "Entries of the file source's log between two compactions."};
inline const ConfigKey<int64_t> kFileSinkLogCompactInterval{
    "spark.sql.streaming.fileSink.log.compactInterval", 10,
    "Entries of the file sink's log between two compactions."};
inline const ConfigKey<int64_t> kFileSourceLogCleanupDelayMs{
    "spark.sql.streaming.fileSource.log.cleanupDelay", 600000,
    "How long an entry superseded by a compaction is kept.", ConfigUnit::kMilliseconds};
inline const ConfigKey<int64_t> kFileSinkLogCleanupDelayMs{
    "spark.sql.streaming.fileSink.log.cleanupDelay", 600000,
    "How long an entry superseded by a compaction is kept.", ConfigUnit::kMilliseconds};
inline const ConfigKey<bool> kJsonFilterPushdown{
    "spark.sql.json.filterPushdown.enabled", true,
    "Whether rows of JSON files that a filter drops are left out as they are read."};
inline const ConfigKey<bool> kCsvFilterPushdown{
    "spark.sql.csv.filterPushdown.enabled", true,
    "Whether rows of CSV files that a filter drops are left out as they are read."};
inline const ConfigKey<bool> kIgnoreCorruptFiles{
    "spark.sql.files.ignoreCorruptFiles", false,
    "Whether what cannot be read of a damaged file is left out."};
inline const ConfigKey<bool> kIgnoreMissingFiles{
    "spark.sql.files.ignoreMissingFiles", false,
    "Whether a file that is gone since it was listed is left out."};
inline const ConfigKey<int64_t> kMaxRecordsPerFile{
    "spark.sql.files.maxRecordsPerFile", 0, "Rows that one file may hold; 0 is any number."};
inline const ConfigKey<bool> kPartitionTypeInference{
    "spark.sql.sources.partitionColumnTypeInference.enabled", true,
    "Whether the types of partition columns come from their values; else they are strings."};
inline const ConfigKey<std::string> kPartitionOverwriteMode{
    "spark.sql.sources.partitionOverwriteMode", "STATIC",
    "Whether overwriting replaces the whole directory (static) or its partitions (dynamic)."};
inline const ConfigKey<std::string> kCorruptRecordColumn{
    "spark.sql.columnNameOfCorruptRecord", "_corrupt_record",
    "The column that takes the text of malformed records."};
inline const ConfigKey<std::string> kParquetCompressionCodec{
    "spark.sql.parquet.compression.codec", "snappy", "Codec of Parquet files."};
inline const ConfigKey<bool> kParquetMergeSchema{
    "spark.sql.parquet.mergeSchema", false,
    "Whether the schema of Parquet files is that of all of them."};
inline const ConfigKey<std::string> kOrcCompressionCodec{
    "spark.sql.orc.compression.codec", "zstd", "Codec of ORC files."};
inline const ConfigKey<bool> kOrcMergeSchema{
    "spark.sql.orc.mergeSchema", false, "Whether the schema of ORC files is that of all of them."};
inline const ConfigKey<bool> kCsvColumnPruning{
    "spark.sql.csv.parser.columnPruning.enabled", true,
    "Whether values of CSV records that nobody wants are passed over unread."};
inline const ConfigKey<int64_t> kStopTimeoutMs{
    "spark.sql.streaming.stopTimeout", 0, "How long stop() waits; 0 is for ever.",
    ConfigUnit::kMilliseconds};
inline const ConfigKey<bool> kUnsupportedOperationCheck{
    "spark.sql.streaming.unsupportedOperationCheck", true,
    "Whether a streaming plan is checked before it starts."};
inline const ConfigKey<bool> kStopActiveRunOnRestart{
    "spark.sql.streaming.stopActiveRunOnRestart", true,
    "Whether starting a query that runs already ends that run, rather than being refused."};
inline const ConfigKey<bool> kMetricsEnabled{
    "spark.sql.streaming.metricsEnabled", false,
    "Taken without effect: what a query measures is in its progress."};
inline const ConfigKey<bool> kCheckStatefulCorrectness{
    "spark.sql.streaming.statefulOperator.checkCorrectness.enabled", true,
    "Whether chains of operators with state are refused that the output mode makes incorrect."};
inline const ConfigKey<bool> kForceDeleteTemporaryCheckpoint{
    "spark.sql.streaming.forceDeleteTempCheckpointLocation", false,
    "Taken without effect: a temporary checkpoint goes with its query, failed or not."};
inline const ConfigKey<int64_t> kSessionTimeoutMs{
    "spark.connect.session.manager.defaultSessionTimeout", 3600000,
    "How long the server keeps a session that nobody uses and that has no running query.",
    ConfigUnit::kMilliseconds};
inline const ConfigKey<int64_t> kDetachedTimeoutMs{
    "spark.connect.execute.manager.detachedTimeout", 300000,
    "How long the server keeps what a client asked for, and its results, when nobody reads them.",
    ConfigUnit::kMilliseconds};

inline const ConfigKey<bool> kPersistWatermarkPerSource{
    "firesteel.watermark.persistPerSource", false,
    "Whether the greatest event time of each source outlives a restart, so that sources that are "
    "never all active in one run move the watermark."};
inline const ConfigKey<bool> kStopGracefully{
    "firesteel.streaming.stopGracefully", false,
    "Whether stop() lets the batch being run end, for spark.sql.streaming.stopTimeout at most."};
inline const ConfigKey<std::string> kLateRowsPath{
    "firesteel.lateRows.path", "",
    "Directory that keeps the rows dropped by a watermark, in Parquet files; empty keeps none."};

/// All of the above.
inline const AnyConfigKey kAllKeys[] = {
    &kStopActiveRunOnRestart,
    &kMetricsEnabled,
    &kCheckStatefulCorrectness,
    &kForceDeleteTemporaryCheckpoint,
    &kAnsiEnabled,
    &kSessionTimeZone,
    &kCaseSensitive,
    &kWarehouseDirectory,
    &kMapKeyDedupPolicy,
    &kShufflePartitions,
    &kBatchRows,
    &kThreads,
    &kCheckpointLocation,
    &kSchemaInference,
    &kPollingDelayMs,
    &kProgressRetention,
    &kNoDataProgressIntervalMs,
    &kNoDataMicroBatches,
    &kMinBatchesToRetain,
    &kMinDeltasForSnapshot,
    &kStateCompressionCodec,
    &kStateProviderClass,
    &kStateSchemaCheck,
    &kMultipleWatermarkPolicy,
    &kFileSourceLogCompactInterval,
    &kFileSinkLogCompactInterval,
    &kFileSourceLogCleanupDelayMs,
    &kFileSinkLogCleanupDelayMs,
    &kJsonFilterPushdown,
    &kCsvFilterPushdown,
    &kIgnoreCorruptFiles,
    &kIgnoreMissingFiles,
    &kMaxRecordsPerFile,
    &kPartitionTypeInference,
    &kPartitionOverwriteMode,
    &kCorruptRecordColumn,
    &kParquetCompressionCodec,
    &kParquetMergeSchema,
    &kOrcCompressionCodec,
    &kOrcMergeSchema,
    &kCsvColumnPruning,
    &kStopTimeoutMs,
    &kUnsupportedOperationCheck,
    &kSessionTimeoutMs,
    &kDetachedTimeoutMs,
    &kPersistWatermarkPerSource,
    &kStopGracefully,
    &kLateRowsPath,
};

}  // namespace firesteel::config
