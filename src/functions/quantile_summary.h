#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel {

/// A summary of many numbers that answers for quantiles within a bounded error, after Greenwald and
/// Khanna: samples with the range of ranks each may have. Not thread-safe. Serialized, numbers
/// big-endian:
///   compress threshold INT | relative error DOUBLE | count LONG | samples INT |
///   per sample: value DOUBLE | g LONG | delta LONG
class QuantileSummary {
 public:
  explicit QuantileSummary(double relative_error) : relative_error_(relative_error) {}

  void Insert(double value);
  void Merge(QuantileSummary other);
  /// The value at a percentage in [0, 1]; nullopt when there is none.
  std::optional<double> Query(double percentage);

  std::string Serialize();
  /// nullopt when the bytes are damaged.
  static std::optional<QuantileSummary> Deserialize(std::string_view bytes);

 private:
  struct Sample {
    double value;
    int64_t g;      ///< ranks between the sample before and this one
    int64_t delta;  ///< how far its rank may be off
  };
  void Flush();
  void Compress();
  static std::vector<Sample> Compressed(const std::vector<Sample>& samples, double threshold);

  double relative_error_;
  int64_t count_ = 0;
  std::vector<Sample> samples_;
  std::vector<double> head_;  // not in samples_ yet
};

}  // namespace firesteel
