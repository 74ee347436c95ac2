#include "formats/json/json_structural_index.h"

#include <algorithm>
#include <array>
#include <utility>

#include "simdjson.h"

namespace firesteel {

struct JsonStructuralIndex::State {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  bool empty = true;
  uint32_t no_token = 0;
  std::array<uint32_t, kEndCopies> no_tokens{};
};

JsonStructuralIndex::JsonStructuralIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}

JsonStructuralIndex::~JsonStructuralIndex() = default;

Result<std::unique_ptr<JsonStructuralIndex>> JsonStructuralIndex::Make(size_t capacity) {
  auto state = std::make_unique<State>();
  const simdjson::error_code error =
      simdjson::get_active_implementation()->create_dom_parser_implementation(
          capacity, simdjson::DEFAULT_MAX_DEPTH, state->parser);
  if (error != simdjson::SUCCESS) return Status::OutOfMemory(simdjson::error_message(error));
  return std::unique_ptr<JsonStructuralIndex>(new JsonStructuralIndex(std::move(state)));
}

bool JsonStructuralIndex::Build(std::string_view text) {
  const simdjson::error_code error = state_->parser->stage1(
      reinterpret_cast<const uint8_t*>(text.data()), text.size(), simdjson::stage1_mode::regular);
  state_->empty = error == simdjson::EMPTY;
  state_->no_token = static_cast<uint32_t>(text.size());
  if (state_->empty) state_->no_tokens.fill(state_->no_token);
  if (error == simdjson::SUCCESS) {
    // Lets a reader look a few tokens ahead anywhere. There is room: the array is longer than the
    // largest text by more than this.
    uint32_t* tokens = state_->parser->structural_indexes.get();
    std::fill_n(tokens + state_->parser->n_structural_indexes, kEndCopies, state_->no_token);
  }
  return error == simdjson::SUCCESS || state_->empty;
}

const uint32_t* JsonStructuralIndex::begin() const {
  return state_->empty ? state_->no_tokens.data() : state_->parser->structural_indexes.get();
}

const uint32_t* JsonStructuralIndex::end() const {
  return state_->empty ? state_->no_tokens.data() : begin() + state_->parser->n_structural_indexes;
}

}  // namespace firesteel
