#include "formats/text_table.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "arrow/array/array_binary.h"
#include "arrow/record_batch.h"
#include "fmt/format.h"
#include "types/cast.h"

namespace firesteel {
namespace {

constexpr int64_t kNarrowestColumn = 3;

// One character of a text with what the table needs to know of it.
struct Character {
  std::string_view bytes;
  uint32_t code = 0;
};

// Splits valid UTF-8; bytes that are none stand for themselves.
Character NextCharacter(std::string_view text) {
  const uint8_t first = static_cast<uint8_t>(text[0]);
  const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  Character character{text.substr(0, length), first};
  if (length > 1) {
    character.code = first & (0xFFU >> (length + 1));
    for (const char c : character.bytes.substr(1)) {
      character.code = character.code << 6 | (static_cast<uint8_t>(c) & 0x3FU);
    }
  }
  return character;
}

// Counts as Java's strings do: a character beyond U+FFFF is two units.
int64_t Units(uint32_t code) { return code > 0xFFFF ? 2 : 1; }

// The characters that take two columns of a terminal, as Spark lists them.
bool IsFullWidth(uint32_t code) {
  static constexpr std::pair<uint32_t, uint32_t> kRanges[] = {
      {0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
      {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}};
  return std::any_of(std::begin(kRanges), std::end(kRanges), [code](const auto& range) {
    return code >= range.first && code <= range.second;
  });
}

int64_t DisplayWidth(std::string_view text) {
  int64_t width = 0;
  while (!text.empty()) {
    const Character character = NextCharacter(text);
    width += Units(character.code) + (IsFullWidth(character.code) ? 1 : 0);
    text.remove_prefix(character.bytes.size());
  }
  return width;
}

int64_t CountUnits(std::string_view text) {
  int64_t units = 0;
  while (!text.empty()) {
    const Character character = NextCharacter(text);
    units += Units(character.code);
    text.remove_prefix(character.bytes.size());
  }
  return units;
}

// Keeps the first `units` units. Half of a character beyond U+FFFF prints as a question mark.
std::string FirstUnits(std::string_view text, int64_t units) {
  std::string kept;
  while (!text.empty() && units > 0) {
    const Character character = NextCharacter(text);
    units -= Units(character.code);
    kept.append(units < 0 ? std::string_view("?") : character.bytes);
    text.remove_prefix(character.bytes.size());
  }
  return kept;
}

std::string EscapeControlCharacters(std::string_view text) {
  static constexpr std::string_view kControls = "\n\r\t\f\b\v\a";
  static constexpr std::string_view kLetters = "nrtfbva";
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    const size_t control = kControls.find(c);
    if (control == kControls.npos) {
      escaped.push_back(c);
    } else {
      escaped.push_back('\\');
      escaped.push_back(kLetters[control]);
    }
  }
  return escaped;
}

std::string Truncate(std::string text, int truncate) {
  if (truncate <= 0 || CountUnits(text) <= truncate) return text;
  if (truncate < 4) return FirstUnits(text, truncate);
  return FirstUnits(text, truncate - 3) + "...";
}

using Cells = std::vector<std::vector<std::string>>;  // rows of columns, the names first

Status AppendCells(const arrow::RecordBatch& batch, int64_t rows, const Schema& schema,
                   const TextTableOptions& options, Cells* cells) {
  const size_t first = cells->size();
  cells->resize(first + rows, std::vector<std::string>(schema.size()));
  for (int column = 0; column < schema.size(); ++column) {
    ARROW_ASSIGN_OR_RAISE(
        const std::shared_ptr<arrow::Array> array,
        CastToString(batch.column(column)->Slice(0, rows), schema.field(column).type,
                     options.time_zone, {.null_text = "NULL", .hexadecimal_binary = true}));
    const auto& texts = static_cast<const arrow::StringArray&>(*array);
    for (int64_t row = 0; row < rows; ++row) {
      (*cells)[first + row][column] =
          Truncate(texts.IsNull(row) ? "NULL" : EscapeControlCharacters(texts.GetView(row)),
                   options.truncate);
    }
  }
  return Status::OK();
}

void AppendPadded(std::string_view text, int64_t width, bool to_the_right, std::string* out) {
  const std::string padding(std::max<int64_t>(0, width - DisplayWidth(text)), ' ');
  if (to_the_right) out->append(padding);
  out->append(text);
  if (!to_the_right) out->append(padding);
}

std::string RenderTable(const Cells& cells, int columns, bool to_the_right) {
  std::vector<int64_t> widths(columns, kNarrowestColumn);
  for (const auto& row : cells) {
    for (int i = 0; i < columns; ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string line = "+";
  for (const int64_t width : widths) line += std::string(width, '-') + "+";
  if (columns == 0) line += "+";
  line += "\n";
  std::string table = line;
  for (size_t row = 0; row < cells.size(); ++row) {
    table += "|";
    for (int i = 0; i < columns; ++i) {
      if (i > 0) table += "|";
      AppendPadded(cells[row][i], widths[i], to_the_right, &table);
    }
    table += "|\n";
    if (row == 0) table += line;
  }
  return table + line;
}

std::string RenderVertically(const Cells& cells, int columns) {
  int64_t name_width = kNarrowestColumn;
  int64_t value_width = kNarrowestColumn;
  for (const std::string& name : cells[0]) name_width = std::max(name_width, DisplayWidth(name));
  for (size_t row = 1; row < cells.size(); ++row) {
    for (const std::string& cell : cells[row]) {
      value_width = std::max(value_width, DisplayWidth(cell));
    }
  }
  std::string table;
  for (size_t row = 1; row < cells.size(); ++row) {
    std::string header = fmt::format("-RECORD {}", row - 1);
    const size_t line_width = name_width + value_width + 5;
    if (header.size() < line_width) header.append(line_width - header.size(), '-');
    table += header + "\n";
    for (int i = 0; i < columns; ++i) {
      table += " ";
      AppendPadded(cells[0][i], name_width, /*to_the_right=*/false, &table);
      table += " | ";
      AppendPadded(cells[row][i], value_width, /*to_the_right=*/false, &table);
      table += " \n";
    }
  }
  return table;
}

}  // namespace

Result<TextTableCells> MakeTextTableCells(
    const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches, const Schema& schema,
    const TextTableOptions& options) {
  TextTableCells cells;
  cells.rows.resize(1);
  for (const StructField& field : schema.fields()) {
    cells.rows[0].push_back(EscapeControlCharacters(field.name));
  }
  int64_t left = std::max(0, options.rows);
  for (const std::shared_ptr<arrow::RecordBatch>& batch : batches) {
    const int64_t rows = std::min(left, batch->num_rows());
    if (rows < batch->num_rows()) cells.more = true;
    if (rows > 0) ARROW_RETURN_NOT_OK(AppendCells(*batch, rows, schema, options, &cells.rows));
    left -= rows;
  }
  return cells;
}

std::string TextTableRemark(const TextTableOptions& options) {
  const int shown = std::max(0, options.rows);
  return fmt::format("only showing top {} {}", shown, shown == 1 ? "row" : "rows");
}

Result<std::string> FormatTextTable(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                                    const Schema& schema, const TextTableOptions& options) {
  ARROW_ASSIGN_OR_RAISE(const TextTableCells cells, MakeTextTableCells(batches, schema, options));
  std::string table = options.vertical
                          ? RenderVertically(cells.rows, schema.size())
                          : RenderTable(cells.rows, schema.size(), options.truncate > 0);
  if (options.vertical && cells.rows.size() == 1) {
    table += "(0 rows)";
  } else if (cells.more) {
    table += TextTableRemark(options);
  }
  return table + "\n";
}

}  // namespace firesteel
