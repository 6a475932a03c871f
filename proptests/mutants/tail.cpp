// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "codes.h"
#include "table.h"

// K2 and K24: what is written, to its end and not beyond, and empty tensors.
namespace fp8oracle::mutants {
namespace {

// ---- Codes that are not written [K2]
// ---------------------------------------------------------------

void without_last_row(Decisions& d) {
  d.writes.codes = [](const Site& s) { return s.row != s.args.input.rows - 1; };
}
void without_last_column(Decisions& d) {
  d.writes.codes = [](const Site& s) { return s.col != s.args.input.cols - 1; };
}
void without_vector_tail(Decisions& d) {
  d.writes.codes = [](const Site& s) { return s.col < s.args.input.cols / 16 * 16; };
}
void rows_rounded_down(Decisions& d) {
  d.writes.codes = [](const Site& s) {
    return s.args.input.rows < 32 || s.row < s.args.input.rows / 32 * 32;
  };
}
void mask_transposed(Decisions& d) {
  d.writes.codes = [](const Site& s) {
    return s.direction == FP8ORACLE_ROWWISE || s.row < s.args.input.cols;
  };
}
void zeros_not_written(Decisions& d) {
  d.writes.codes = [](const Site& s) {
    const float x = widen(element_at(s.args.input, s.row, s.col), s.args.input.type);
    return x != 0.0f;
  };
}
void whole_blocks_only(Decisions& d) {
  d.block.count = [](std::int64_t extent, std::int64_t size) { return extent / size; };
}

// ---- scale_inv and amax that are not written [K2]
// --------------------------------------------------

void no_scale_inv(Decisions& d) {
  d.writes.scale_inv = [](const Args&) { return false; };
}
void no_tail_scale_inv(Decisions& d) {
  d.writes.block_scale_inv = [](const Block& b) { return !b.partial(); };
}
void no_last_block_scale_inv(Decisions& d) {
  d.writes.block_scale_inv = [](const Block& b) {
    const std::int64_t end = b.rowwise() ? b.col + b.cols : b.row + b.rows;
    return end != (b.rowwise() ? b.args.input.cols : b.args.input.rows);
  };
}
void one_scale_inv_a_tile(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    const std::int64_t at = correct().layout.scale_index(i, j, plan);
    // A tile's scale is written once; a row of 1 x 32 blocks has its own.
    constexpr std::int64_t kTile = 32;
    return plan.operation == FP8ORACLE_OP_QUANTIZE && i % kTile != 0 ? -1 : at;
  };
}
void zero_scale_inv_skipped(Decisions& d) {
  d.writes.block_scale_inv = [](const Block& b) { return !b.mx() || b.code != 0; };
}
void scale_inv_rowwise_only(Decisions& d) {
  d.writes.block_scale_inv = [](const Block& b) { return b.rowwise(); };
}
void small_tensor_without_scale_inv(Decisions& d) {
  d.writes.scale_inv = [](const Args& args) { return args.input.rows * args.input.cols >= 16; };
}

// ---- Writes outside [K2]
// ---------------------------------------------------------------------------

std::uint8_t* end_of(const fp8oracle_buffer& buffer) {
  return static_cast<std::uint8_t*>(buffer.data) + buffer.bytes;
}
const fp8oracle_pair& some_pair(const Args& args) {
  return has(args, FP8ORACLE_ROWWISE) ? args.rowwise : args.columnwise;
}
/// The guards around a case's buffers are wide enough for what these write.
void one_code_too_many(Decisions& d) {
  d.writes.after = [](const Args& args) {
    if (!is_empty(args.input)) *end_of(some_pair(args).codes) = 0;
  };
}
void whole_vector_at_the_end(Decisions& d) {
  d.writes.after = [](const Args& args) {
    const std::uint64_t bytes = some_pair(args).codes.bytes;
    if (bytes % 16 != 0) std::memset(end_of(some_pair(args).codes), 0, 16 - bytes % 16);
  };
}
void scale_inv_too_long(Decisions& d) {
  d.writes.after = [](const Args& args) {
    const fp8oracle_buffer& scale_inv = some_pair(args).scale_inv;
    if (scale_inv.data != nullptr) *end_of(scale_inv) = 127;
  };
}
void before_the_codes(Decisions& d) {
  d.writes.after = [](const Args& args) {
    if (!is_empty(args.input)) static_cast<std::uint8_t*>(some_pair(args).codes.data)[-1] = 0;
  };
}
void writes_its_input(Decisions& d) {
  d.writes.after = [](const Args& args) {
    if (!is_empty(args.input)) std::memset(args.input.data.data, 0, 2);
  };
}
void writes_its_scale(Decisions& d) {
  d.writes.after = [](const Args& args) {
    if (args.scale.data != nullptr)
      write_float(args.scale.data, 1.0f / read_float(args.scale.data));
  };
}

// ---- Empty tensors [K24]
// ---------------------------------------------------------------------------

void returns_early(Decisions& d) {
  d.writes.returns_at_once = [](const Args& args) { return is_empty(args.input); };
}
void amax_returns_early(Decisions& d) { d.writes.amax_returns_at_once = is_empty; }
void empty_resets_amax(Decisions& d) {
  d.tensor.amax_result = [](float old, float found, const Args& args) {
    return is_empty(args.input) ? 0.0f : correct().tensor.amax_result(old, found, args);
  };
}
void empty_amax_is_flt_min(Decisions& d) {
  d.tensor.amax_op_result = [](float, float found, const fp8oracle_matrix& input) {
    return is_empty(input) ? -kFloatMax : found;
  };
}
void empty_scale_inv_is_one(Decisions& d) {
  d.tensor.scale_inv = [](float scale, const Args& args) {
    return is_empty(args.input) ? 1.0f : correct().tensor.scale_inv(scale, args);
  };
}
void empty_is_an_error(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    if (const Checked error = check_arguments(call)) return error;
    const auto* args = call.quantize();
    if (args != nullptr && args->input.rows == 0) return ArgumentError{"input.rows", "is 0"};
    return std::nullopt;
  };
}
void empty_dequantize_is_an_error(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    if (const Checked error = check_arguments(call)) return error;
    const auto* args = call.dequantize();
    if (args != nullptr && is_empty(args->output)) return ArgumentError{"output", "is empty"};
    return std::nullopt;
  };
}

std::vector<Mutant> unwritten() {
  return {
      mutant<without_last_row>(
          {"skips-last-row", "K2", "contract K2", "the codes of the last row are not written"}),
      mutant<without_last_column>({"skips-last-column", "K2", "contract K2",
                                   "the codes of the last column are not written"}),
      mutant<without_vector_tail>({"skips-vector-tail", "K2", "sglang #8543, #12883, #7448 (G02)",
                                   "a loop over 16 columns without its scalar tail"}),
      mutant<rows_rounded_down>(
          {"skips-tail-rows", "K2", "aiter #4244 (G10)", "rows are rounded down to a tile of 32"}),
      mutant<mask_transposed>({"mask-transposed", "K2", "torchao #1516 (F07)",
                               "the mask of the columnwise store takes rows for columns"}),
      mutant<zeros_not_written>(
          {"zeros-not-written", "K2", "contract K2", "the buffer is taken to be zero already"}),
      mutant<whole_blocks_only>({"whole-blocks-only", "K2", "mlx #3444, #4250 (G07)",
                                 "the grid is n / 32 rounded down", "te"}),
      mutant<no_scale_inv>({"scale-inv-not-written", "K2", "TE cuBLASLt FP8 output",
                            "scale_inv is left to a launch that never comes"}),
      mutant<small_tensor_without_scale_inv>({"scale-inv-small-tensor", "K2", "TE-D8",
                                              "a tensor without a whole vector gets no scale_inv"}),
      mutant<no_tail_scale_inv>({"tail-scale-inv-not-written", "K2", "contract K2",
                                 "a partial block's scale_inv is not written", "te"}),
      mutant<no_last_block_scale_inv>({"last-scale-inv-not-written", "K2", "contract K2",
                                       "the last block's scale_inv is not written"}),
      mutant<one_scale_inv_a_tile>(
          {"one-scale-inv-a-tile", "K2", "contract K18", "only every 32nd line gets a scale_inv"}),
      mutant<zero_scale_inv_skipped>({"scale-inv-0-not-written", "K2", "TE #3041 (F03)",
                                      "code 0 is taken for padding and not stored"}),
      mutant<scale_inv_rowwise_only>({"scale-inv-rowwise-only", "K2", "contract K2",
                                      "the columnwise scale_inv is not written"}),
  };
}

std::vector<Mutant> outside() {
  return {
      mutant<one_code_too_many>(
          {"one-code-too-many", "K2", "aiter #4467 (F15)", "one code behind the last"}),
      mutant<whole_vector_at_the_end>({"whole-vector-at-the-end", "K2", "torchao #4186 (F06)",
                                       "the last store of 16 codes is not masked"}),
      mutant<scale_inv_too_long>({"scale-inv-too-long", "K2", "torchao #4186 (F06)",
                                  "the store of scale_inv is not masked"}),
      mutant<before_the_codes>(
          {"before-the-codes", "K2", "contract K2", "the byte before the codes is written"}),
      mutant<writes_its_input>(
          {"writes-its-input", "K2", "TE #33 (A19)", "the input's first bytes are overwritten"}),
      mutant<writes_its_scale>(
          {"writes-its-scale", "K2", "TE #33 (A19)", "the scale is inverted in place"}),
  };
}

std::vector<Mutant> empty() {
  return {
      mutant<returns_early>(
          {"empty-returns-early", "K24", "TE-D8", "an empty tensor's scale_inv is not written"}),
      mutant<amax_returns_early>({"empty-amax-returns-early", "K24", "contract K24",
                                  "the amax of an empty tensor is not written"}),
      mutant<empty_resets_amax>({"empty-resets-amax", "K24", "TE #814 (A03)",
                                 "an empty tensor resets the accumulated amax"}),
      mutant<empty_amax_is_flt_min>({"empty-amax-is-lowest", "K24", "contract K24",
                                     "the amax of nothing is the start of a maximum"}),
      mutant<empty_scale_inv_is_one>(
          {"empty-scale-inv-is-one", "K24", "contract K24", "an empty tensor gets scale_inv 1"}),
      mutant<empty_is_an_error>(
          {"empty-is-an-error", "K24", "contract K24", "zero rows are refused"}),
      mutant<empty_dequantize_is_an_error>(
          {"empty-dequantize-is-an-error", "K24", "contract K24", "an empty output is refused"}),
  };
}

}  // namespace

std::vector<Mutant> tail_mutants() { return joined({unwritten(), outside(), empty()}); }

}  // namespace fp8oracle::mutants
