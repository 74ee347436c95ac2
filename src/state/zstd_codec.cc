#include "state/state_codec.h"

#include <algorithm>

#include "fmt/format.h"
#include "zstd.h"

namespace firesteel {
namespace {

// Plain zstd frames, one behind the other. Ours carry zstd's own checksum, which Spark's do not
// have and do not mind.

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdCompressor final : public StateCompressor {
 public:
  explicit ZstdCompressor(ZSTD_CCtx* context)
      : context_(context), piece_(ZSTD_CStreamOutSize(), '\0') {
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  }

  Status Append(std::string_view plain, std::string* file) override {
    return Run(plain, ZSTD_e_continue, file);
  }
  Status Finish(std::string* file) override { return Run({}, ZSTD_e_end, file); }

 private:
  Status Run(std::string_view plain, ZSTD_EndDirective mode, std::string* file) {
    ZSTD_inBuffer input{plain.data(), plain.size(), 0};
    while (true) {
      ZSTD_outBuffer output{piece_.data(), piece_.size(), 0};
      const size_t left = ZSTD_compressStream2(context_.get(), &output, &input, mode);
      if (ZSTD_isError(left)) {
        return Status::IOError("zstd failed to compress: ", ZSTD_getErrorName(left));
      }
      file->append(piece_, 0, output.pos);
      if (mode == ZSTD_e_end ? left == 0 : input.pos == input.size) return Status::OK();
    }
  }

  std::unique_ptr<ZSTD_CCtx, FreeCompressor> context_;
  std::string piece_;
};

class ZstdDecompressor final : public StateDecompressor {
 public:
  ZstdDecompressor(ZSTD_DCtx* context, StateFileInput* input)
      : context_(context), input_(input), piece_(ZSTD_DStreamOutSize(), '\0') {}

  Result<bool> Next(std::string* plain) override {
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::string_view bytes, input_->Peek(kInputBytes));
      if (bytes.empty() && !more_output_) {
        if (in_frame_) return input_->Damaged(input_->position(), "a zstd frame is cut");
        return false;
      }
      ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
      ZSTD_outBuffer output{piece_.data(), piece_.size(), 0};
      const size_t left = ZSTD_decompressStream(context_.get(), &output, &input);
      if (ZSTD_isError(left)) {
        return input_->Damaged(input_->position(),
                               fmt::format("zstd says \"{}\"", ZSTD_getErrorName(left)));
      }
      in_frame_ = left != 0;
      more_output_ = in_frame_ && output.pos == output.size;
      ARROW_RETURN_NOT_OK(input_->Read(static_cast<int64_t>(input.pos)).status());
      plain->append(piece_, 0, output.pos);
      if (output.pos > 0) return true;
    }
  }

 private:
  static constexpr int64_t kInputBytes = 64 * 1024;

  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context_;
  StateFileInput* const input_;
  std::string piece_;
  bool in_frame_ = false;
  bool more_output_ = false;  // the last call filled the output; there may be more without input
};

}  // namespace

Result<std::unique_ptr<StateCompressor>> MakeZstdCompressor() {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  if (context == nullptr) return Status::OutOfMemory("zstd failed to start.");
  return std::make_unique<ZstdCompressor>(context);
}

Result<std::unique_ptr<StateDecompressor>> MakeZstdDecompressor(StateFileInput* input) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  if (context == nullptr) return Status::OutOfMemory("zstd failed to start.");
  return std::make_unique<ZstdDecompressor>(context, input);
}

}  // namespace firesteel
