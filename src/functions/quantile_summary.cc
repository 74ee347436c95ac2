#include "functions/quantile_summary.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "functions/ordering.h"

namespace firesteel {

namespace {

constexpr size_t kHeadSize = 50000;
constexpr size_t kCompressThreshold = 10000;

void AppendBytes(uint64_t value, int bytes, std::string* out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

uint64_t ReadBytes(std::string_view* bytes, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | static_cast<uint8_t>((*bytes)[i]);
  bytes->remove_prefix(count);
  return value;
}

}  // namespace

void QuantileSummary::Insert(double value) {
  head_.push_back(value);
  if (head_.size() < kHeadSize) return;
  Flush();
  if (samples_.size() >= kCompressThreshold) Compress();
}

void QuantileSummary::Flush() {
  if (head_.empty()) return;
  std::sort(head_.begin(), head_.end(), FloatLess<double>);
  std::vector<Sample> merged;
  merged.reserve(samples_.size() + head_.size());
  size_t old = 0;
  for (size_t i = 0; i < head_.size(); ++i) {
    while (old < samples_.size() && !FloatLess(head_[i], samples_[old].value)) {
      merged.push_back(samples_[old++]);
    }
    ++count_;
    // The least and the greatest value have an exact rank.
    const bool edge = merged.empty() || (old == samples_.size() && i + 1 == head_.size());
    const int64_t delta =
        edge ? 0
             : static_cast<int64_t>(
                   std::floor(2 * relative_error_ * static_cast<double>(count_)));
    merged.push_back({head_[i], 1, delta});
  }
  merged.insert(merged.end(), samples_.begin() + static_cast<int64_t>(old), samples_.end());
  samples_ = std::move(merged);
  head_.clear();
}

std::vector<QuantileSummary::Sample> QuantileSummary::Compressed(
    const std::vector<Sample>& samples, double threshold) {
  if (samples.empty()) return samples;
  std::vector<Sample> kept;
  Sample head = samples.back();
  for (size_t i = samples.size() - 1; i-- > 1;) {
    const Sample& sample = samples[i];
    if (static_cast<double>(sample.g + head.g + head.delta) < threshold) {
      head.g += sample.g;
    } else {
      kept.push_back(head);
      head = sample;
    }
  }
  kept.push_back(head);
  if (samples.size() > 1 && samples.front().value <= head.value) kept.push_back(samples.front());
  std::reverse(kept.begin(), kept.end());
  return kept;
}

void QuantileSummary::Compress() {
  Flush();
  samples_ = Compressed(samples_, 2 * relative_error_ * static_cast<double>(count_));
}

void QuantileSummary::Merge(QuantileSummary other) {
  Flush();
  other.Flush();
  if (other.count_ == 0) return;
  if (count_ == 0) {
    *this = std::move(other);
    return;
  }
  const auto own_delta = static_cast<int64_t>(
      std::floor(2 * other.relative_error_ * static_cast<double>(other.count_)));
  const auto other_delta =
      static_cast<int64_t>(std::floor(2 * relative_error_ * static_cast<double>(count_)));
  std::vector<Sample> merged;
  size_t own = 0;
  size_t its = 0;
  while (own < samples_.size() && its < other.samples_.size()) {
    const bool takes_own = samples_[own].value < other.samples_[its].value;
    Sample next = takes_own ? samples_[own++] : other.samples_[its++];
    if (takes_own ? its > 0 : own > 0) next.delta += takes_own ? own_delta : other_delta;
    merged.push_back(next);
  }
  merged.insert(merged.end(), samples_.begin() + static_cast<int64_t>(own), samples_.end());
  merged.insert(merged.end(), other.samples_.begin() + static_cast<int64_t>(its),
                other.samples_.end());
  relative_error_ = std::max(relative_error_, other.relative_error_);
  count_ += other.count_;
  samples_ = Compressed(merged, 2 * relative_error_ * static_cast<double>(count_));
}

std::optional<double> QuantileSummary::Query(double percentage) {
  Flush();
  if (samples_.empty()) return std::nullopt;
  if (percentage <= relative_error_ || samples_.size() == 1) return samples_.front().value;
  if (percentage >= 1 - relative_error_) return samples_.back().value;
  int64_t widest = std::numeric_limits<int64_t>::min();
  for (const Sample& sample : samples_) widest = std::max(widest, sample.delta + sample.g);
  const auto error = static_cast<double>(widest / 2);
  const double rank = std::ceil(percentage * static_cast<double>(count_));
  int64_t least = samples_.front().g;
  for (size_t i = 0; i + 1 < samples_.size(); ++i) {
    if (i > 0) least += samples_[i].g;
    const auto greatest = static_cast<double>(least + samples_[i].delta);
    if (greatest - error <= rank && rank <= static_cast<double>(least) + error) {
      return samples_[i].value;
    }
  }
  return samples_.back().value;
}

std::string QuantileSummary::Serialize() {
  Compress();
  std::string bytes;
  AppendBytes(kCompressThreshold, 4, &bytes);
  AppendBytes(std::bit_cast<uint64_t>(relative_error_), 8, &bytes);
  AppendBytes(static_cast<uint64_t>(count_), 8, &bytes);
  AppendBytes(samples_.size(), 4, &bytes);
  for (const Sample& sample : samples_) {
    AppendBytes(std::bit_cast<uint64_t>(sample.value), 8, &bytes);
    AppendBytes(static_cast<uint64_t>(sample.g), 8, &bytes);
    AppendBytes(static_cast<uint64_t>(sample.delta), 8, &bytes);
  }
  return bytes;
}

std::optional<QuantileSummary> QuantileSummary::Deserialize(std::string_view bytes) {
  constexpr size_t kHeader = 24;
  constexpr size_t kSample = 24;
  if (bytes.size() < kHeader) return std::nullopt;
  ReadBytes(&bytes, 4);
  QuantileSummary summary(std::bit_cast<double>(ReadBytes(&bytes, 8)));
  summary.count_ = static_cast<int64_t>(ReadBytes(&bytes, 8));
  const uint64_t count = ReadBytes(&bytes, 4);
  if (bytes.size() != count * kSample) return std::nullopt;
  for (uint64_t i = 0; i < count; ++i) {
    Sample sample;
    sample.value = std::bit_cast<double>(ReadBytes(&bytes, 8));
    sample.g = static_cast<int64_t>(ReadBytes(&bytes, 8));
    sample.delta = static_cast<int64_t>(ReadBytes(&bytes, 8));
    summary.samples_.push_back(sample);
  }
  return summary;
}

}  // namespace firesteel
