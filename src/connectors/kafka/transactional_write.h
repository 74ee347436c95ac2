#pragma once

#include <memory>
#include <string>

#include "connectors/kafka/kafka_configuration.h"
#include "connectors/kafka/kafka_records.h"
#include "firesteel/connector/sink.h"

namespace firesteel {

struct TransactionalSettings {
  KafkaSettings producer;
  /// Of the checkpoint; "" for a batch write, which needs no marker.
  std::string query_id;
  std::string id_prefix;  ///< of the transactional id
};

/// Writes each batch in one transaction, exactly once for those who read committed records. All
/// tasks of the batch send through one producer, so the whole batch appears at once or not at all,
/// whatever partition of it a row is in.
///
///   open      init_transactions with the id <prefix><query id>: ends what an earlier run left
///   open,
///             and fences it, should it still live: nothing it sends or commits counts any more
///   is N there?  read the marker (EpochMarker)
///   batch N   begin; records of all tasks; marker N; commit; then the engine writes commits/N
///
///   crash                          what is there                  next run
///   before the commit              nothing, the transaction is    marker < N: N is run again
///                                  ended at open
///   during it, answer lost         all or nothing; open waits     the marker says which
///                                  until it is known
///   after it, before commits/N     all of it, and marker N        marker = N: N is skipped
///
/// What Kafka's protocol does not give: there is no vote before the commit (no prepare that
/// outlives the producer), so a transaction that a broker ends because it took longer than
/// transaction.timeout.ms is gone; the batch then fails and is run again, nothing is lost, since
/// commits/N comes after the commit. A marker is forgotten when the brokers forget offsets of
/// groups (offsets.retention.minutes): a query that crashed between the two commits and rested
/// longer than that runs its last batch once more.
Result<std::unique_ptr<StreamingWrite>> NewTransactionalWrite(TransactionalSettings settings,
                                                              KafkaRecordColumns columns);

}  // namespace firesteel
