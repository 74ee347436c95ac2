#include "formats/text_encoding.h"

#include <iconv.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "common/error.h"

namespace firesteel {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The character sets that Spark takes, and windows-1252.
constexpr std::string_view kEncodings[] = {"ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16BE",
                                           "UTF-16LE",   "UTF-32",   "UTF-8",  "WINDOWS-1252"};

// The bytes of one unit of a character set: what is passed over where there is no character.
size_t UnitBytes(const std::string& encoding) {
  if (encoding.starts_with("UTF-16")) return 2;
  if (encoding.starts_with("UTF-32")) return 4;
  return 1;
}

// Converts text piece by piece. Not thread-safe.
class Converter {
 public:
  static Result<std::unique_ptr<Converter>> Make(const std::string& to, const std::string& from,
                                                 size_t unit_bytes, std::string replacement) {
    const iconv_t descriptor = iconv_open(to.c_str(), from.c_str());
    if (descriptor == reinterpret_cast<iconv_t>(-1)) {
      return Status::NotImplemented("This system cannot convert ", from, " to ", to, ".");
    }
    return std::unique_ptr<Converter>(
        new Converter(descriptor, unit_bytes, std::move(replacement)));
  }
  ~Converter() { iconv_close(descriptor_); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // Appends what `bytes` stand for. The bytes of a character that is cut off are kept for the next
  // call; with `last` they are replaced.
  void Convert(std::string_view bytes, bool last, std::string* out) {
    kept_.append(bytes);
    char* in = kept_.data();
    size_t in_left = kept_.size();
    char piece[4096];
    while (in_left > 0) {
      char* to = piece;
      size_t to_left = sizeof(piece);
      const size_t result = iconv(descriptor_, &in, &in_left, &to, &to_left);
      const int error = result == static_cast<size_t>(-1) ? errno : 0;
      out->append(piece, to - piece);
      if (error == EINVAL && !last) break;
      if (error == EILSEQ || error == EINVAL) {
        out->append(replacement_);
        const size_t skipped = std::min(in_left, SkipBytes(in, in_left));
        in += skipped;
        in_left -= skipped;
      }
    }
    kept_.erase(0, kept_.size() - in_left);
  }

 private:
  Converter(iconv_t descriptor, size_t unit_bytes, std::string replacement)
      : descriptor_(descriptor), unit_bytes_(unit_bytes), replacement_(std::move(replacement)) {}

  // A character of UTF-8 that the other set lacks goes as a whole.
  size_t SkipBytes(const char* in, size_t left) const {
    if (unit_bytes_ != 0) return unit_bytes_;
    size_t bytes = 1;
    while (bytes < left && (static_cast<uint8_t>(in[bytes]) & 0xC0) == 0x80) ++bytes;
    return bytes;
  }

  iconv_t descriptor_;
  size_t unit_bytes_;  // 0: characters of UTF-8
  std::string replacement_;
  std::string kept_;
};

class DecodingStream : public arrow::io::InputStream {
 public:
  DecodingStream(std::shared_ptr<arrow::io::InputStream> in, std::string encoding)
      : in_(std::move(in)), encoding_(std::move(encoding)) {}
  ~DecodingStream() override = default;
  Status Close() override { return in_->Close(); }
  bool closed() const override { return in_->closed(); }
  Result<int64_t> Tell() const override { return told_; }

  Result<int64_t> Read(int64_t byte_count, void* out) override {
    int64_t given = 0;
    while (given < byte_count) {
      if (next_ == text_.size()) {
        if (at_end_) break;
        ARROW_RETURN_NOT_OK(Fill());
        continue;
      }
      const size_t bytes =
          std::min<size_t>(text_.size() - next_, static_cast<size_t>(byte_count - given));
      std::memcpy(static_cast<char*>(out) + given, text_.data() + next_, bytes);
      next_ += bytes;
      given += static_cast<int64_t>(bytes);
    }
    told_ += given;
    return given;
  }

  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t byte_count) override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::ResizableBuffer> buffer,
                          arrow::AllocateResizableBuffer(byte_count));
    ARROW_ASSIGN_OR_RAISE(const int64_t given, Read(byte_count, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(given));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  Status Fill() {
    text_.clear();
    next_ = 0;
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> piece,
                          in_->Read(static_cast<int64_t>(kPieceBytes)));
    at_end_ = piece->size() == 0;
    std::string_view bytes(*piece);
    if (converter_ == nullptr) {
      start_.append(bytes);
      if (start_.size() < 4 && !at_end_) return Status::OK();
      bytes = start_;
      const std::string exact = ExactEncoding(&bytes);
      ARROW_ASSIGN_OR_RAISE(converter_, Converter::Make("UTF-8", exact, UnitBytes(exact),
                                                        std::string(kReplacement)));
    }
    converter_->Convert(bytes, at_end_, &text_);
    return Status::OK();
  }

  // Finds which byte comes first by the mark at the start, and drops the mark. Without one it is
  // the higher byte.
  std::string ExactEncoding(std::string_view* bytes) const {
    const size_t unit = UnitBytes(encoding_);
    if (encoding_ != "UTF-16" && encoding_ != "UTF-32") return encoding_;
    const std::string_view little("\xFF\xFE\0\0", unit);
    const std::string_view big = unit == 2 ? std::string_view("\xFE\xFF", 2)
                                           : std::string_view("\0\0\xFE\xFF", 4);
    const bool is_little = bytes->starts_with(little);
    if (is_little || bytes->starts_with(big)) bytes->remove_prefix(unit);
    return encoding_ + (is_little ? "LE" : "BE");
  }

  std::shared_ptr<arrow::io::InputStream> in_;
  const std::string encoding_;
  std::string start_;  // until the converter is made
  std::unique_ptr<Converter> converter_;
  std::string text_;
  size_t next_ = 0;
  int64_t told_ = 0;
  bool at_end_ = false;
};

class EncodingStream : public arrow::io::OutputStream {
 public:
  EncodingStream(std::shared_ptr<arrow::io::OutputStream> out, std::unique_ptr<Converter> converter,
                 std::string start)
      : out_(std::move(out)), converter_(std::move(converter)), encoded_(std::move(start)) {}
  ~EncodingStream() override = default;
  Status Close() override {
    converter_->Convert({}, /*last=*/true, &encoded_);
    ARROW_RETURN_NOT_OK(Give());
    return out_->Close();
  }
  bool closed() const override { return out_->closed(); }
  Result<int64_t> Tell() const override { return out_->Tell(); }
  Status Flush() override { return out_->Flush(); }
  using arrow::io::OutputStream::Write;
  Status Write(const void* data, int64_t byte_count) override {
    converter_->Convert(
        std::string_view(static_cast<const char*>(data), static_cast<size_t>(byte_count)),
        /*last=*/false, &encoded_);
    return Give();
  }

 private:
  Status Give() {
    ARROW_RETURN_NOT_OK(out_->Write(encoded_.data(), static_cast<int64_t>(encoded_.size())));
    encoded_.clear();
    return Status::OK();
  }

  std::shared_ptr<arrow::io::OutputStream> out_;
  std::unique_ptr<Converter> converter_;
  std::string encoded_;
};

}  // namespace

Result<std::string> ReadEncodingOption(const Options& options, std::string_view reader) {
  const std::string name = options.GetOr("encoding", options.GetOr("charset", "UTF-8"));
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (std::find(std::begin(kEncodings), std::end(kEncodings), upper) != std::end(kEncodings)) {
    return upper;
  }
  return MakeError("INVALID_PARAMETER_VALUE.CHARSET",
                   {{"parameter", "`charset`"},
                    {"functionName", "`" + std::string(reader) + "`"},
                    {"charset", name},
                    {"charsets",
                     "iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8"}});
}

Result<std::shared_ptr<arrow::io::InputStream>> DecodeStream(
    std::shared_ptr<arrow::io::InputStream> in, const std::string& encoding) {
  if (encoding == "UTF-8") return in;
  return std::make_shared<DecodingStream>(std::move(in), encoding);
}

Result<std::shared_ptr<arrow::io::OutputStream>> EncodeStream(
    std::shared_ptr<arrow::io::OutputStream> out, const std::string& encoding) {
  if (encoding == "UTF-8") return out;
  // Writes a mark for UTF-16 and the larger unit first, as Java does; UTF-32 has no mark there.
  const std::string exact = encoding == "UTF-16"   ? "UTF-16BE"
                            : encoding == "UTF-32" ? "UTF-32BE"
                                                   : encoding;
  const std::string start = encoding == "UTF-16" ? "\xFE\xFF" : "";
  const std::string question_mark = UnitBytes(encoding) == 2   ? std::string("\0?", 2)
                                    : UnitBytes(encoding) == 4 ? std::string("\0\0\0?", 4)
                                                               : "?";
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<Converter> converter,
                        Converter::Make(exact, "UTF-8", /*unit_bytes=*/0, question_mark));
  return std::make_shared<EncodingStream>(std::move(out), std::move(converter), start);
}

}  // namespace firesteel
