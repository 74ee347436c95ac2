#include "formats/line_writer.h"

#include <utility>

#include "arrow/io/interfaces.h"
#include "formats/compression.h"
#include "formats/text_encoding.h"

namespace firesteel {

Result<std::unique_ptr<LineWriter>> LineWriter::Make(std::shared_ptr<arrow::io::OutputStream> out,
                                                     std::string_view codec,
                                                     const std::string& encoding) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::OutputStream> compressed,
                        OpenCompressed(std::move(out), codec));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::OutputStream> encoded,
                        EncodeStream(std::move(compressed), encoding));
  return std::unique_ptr<LineWriter>(new LineWriter(std::move(encoded)));
}

Status LineWriter::Flush() {
  ARROW_RETURN_NOT_OK(out_->Write(text_.data(), static_cast<int64_t>(text_.size())));
  text_.clear();
  return Status::OK();
}

Status LineWriter::Finish() {
  ARROW_RETURN_NOT_OK(Flush());
  return out_->Close();
}

}  // namespace firesteel
