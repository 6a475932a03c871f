// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "codes.h"
#include "table.h"

// K18 and K19: where scale_inv lies, and what stands around it.
namespace fp8oracle::mutants {
namespace {

bool swizzles(const ScalePlan& plan) {
  return plan.operation == FP8ORACLE_OP_SWIZZLE || plan.operation == FP8ORACLE_OP_UNSWIZZLE;
}
std::int64_t correct_index(std::int64_t i, std::int64_t j, const ScalePlan& plan) {
  return correct().layout.scale_index(i, j, plan);
}
void fill(const ScalePlan& plan, int byte) {
  if (plan.layout == FP8ORACLE_LAYOUT_COMPACT) return;
  if (plan.buffer.bytes != 0) std::memset(plan.buffer.data, byte, plan.buffer.bytes);
}

// ---- Padding [K18]
// ---------------------------------------------------------------------------------

void padding_is_nan(Decisions& d) {
  d.layout.fill_padding = [](const ScalePlan& plan) { fill(plan, 0xFF); };
}
void padding_is_one(Decisions& d) {
  d.layout.fill_padding = [](const ScalePlan& plan) { fill(plan, 127); };
}
void only_rows_padded(Decisions& d) {
  d.layout.fill_padding = [](const ScalePlan& plan) {
    if (plan.layout == FP8ORACLE_LAYOUT_COMPACT) return;
    // Rows behind the used ones; the padding columns stay as they were.
    for (std::int64_t i = plan.shape.used_rows; i < plan.shape.rows; ++i) {
      for (std::int64_t j = 0; j < plan.shape.cols; ++j) {
        const std::int64_t at =
            plan.shape.permuted() ? correct_index(i, j, plan) : i * plan.shape.cols + j;
        store_scale(plan, at, 0);
      }
    }
  };
}
void first_tile_padded(Decisions& d) {
  d.layout.fill_padding = [](const ScalePlan& plan) {
    ScalePlan first = plan;
    if (first.buffer.bytes > 512) first.buffer.bytes = 512;
    fill(first, 0);
  };
}
void swizzled_padding_left(Decisions& d) {
  d.layout.fill_padding = [](const ScalePlan& plan) {
    if (!plan.swizzled()) fill(plan, 0);
  };
}

// ---- Readers [K18]
// ---------------------------------------------------------------------------------

void reader_ignores_padding(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    ScalePlan dense = plan;
    if (plan.operation == FP8ORACLE_OP_DEQUANTIZE) dense.shape.cols = plan.shape.used_cols;
    return correct_index(i, j, dense);
  };
}
void reader_transposes(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    const bool reads = plan.operation == FP8ORACLE_OP_DEQUANTIZE;
    return reads && i < plan.blocks() && j < plan.outer() ? correct_index(j, i, plan)
                                                          : correct_index(i, j, plan);
  };
}
void reader_mixes_neighbours(Decisions& d) {
  // Four codes are loaded and masked wrongly: a neighbour's bits, padding among them, run in.
  d.dequantize.block_scale_inv = [](std::int64_t, std::int64_t j, std::int64_t index,
                                    const ScalePlan& plan) {
    const std::uint32_t code = fetch_scale(plan, index);
    const bool last = j == plan.blocks() - 1 && plan.layout == FP8ORACLE_LAYOUT_PADDED;
    const int top_bit = plan.shape.element_bytes == 1 ? 7 : 31;
    return last ? code | (fetch_scale(plan, index + 1) >> top_bit) : code;
  };
}
void reader_off_by_one(Decisions& d) {
  d.dequantize.block_scale_inv = [](std::int64_t, std::int64_t j, std::int64_t index,
                                    const ScalePlan& plan) {
    // Reads the scale of the block before for every fourth block.
    return fetch_scale(plan, j % 4 == 3 && !plan.swizzled() ? index - 1 : index);
  };
}

// ---- Swizzle [K19]
// ---------------------------------------------------------------------------------

using Index = std::int64_t (*)(std::int64_t i, std::int64_t j, const ScalePlan& plan);

void swizzle_ignored(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    return swizzles(plan) && plan.swizzled() ? i * plan.shape.cols + j : correct_index(i, j, plan);
  };
}
void swizzle_rows_and_groups_swapped(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    if (!swizzles(plan) || !plan.swizzled()) return correct_index(i, j, plan);
    const std::int64_t tiles = plan.shape.cols / 4;
    return ((i / 128) * tiles + j / 4) * 512 + ((i % 128) / 4) * 16 + (i % 4) * 4 + j % 4;
  };
}
void swizzle_tiles_by_column(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    if (!swizzles(plan) || !plan.swizzled()) return correct_index(i, j, plan);
    const std::int64_t tall = plan.shape.rows / 128;
    return ((j / 4) * tall + i / 128) * 512 + (i % 32) * 16 + ((i % 128) / 32) * 4 + j % 4;
  };
}
void swizzle_column_in_tile(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    if (!swizzles(plan) || !plan.swizzled()) return correct_index(i, j, plan);
    const std::int64_t tiles = plan.shape.cols / 4;
    return ((i / 128) * tiles + j / 4) * 512 + (i % 32) * 16 + (j % 4) * 4 + (i % 128) / 32;
  };
}
void unswizzle_swizzles(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    if (plan.operation != FP8ORACLE_OP_UNSWIZZLE || !plan.swizzled())
      return correct_index(i, j, plan);
    // The permutation once more instead of back.
    const std::int64_t there = correct_index(i, j, plan);
    const std::int64_t in_tile = there % 512;
    const std::int64_t row = in_tile / 4, col = in_tile % 4;
    return there - in_tile + (row % 32) * 16 + (row / 32) * 4 + col;
  };
}
void swizzle_first_tile_only(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    const std::int64_t at = correct_index(i, j, plan);
    return swizzles(plan) && plan.swizzled() && at >= 512 ? at % 512 : at;
  };
}
void unswizzle_words_reversed(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    const bool whole = j / 16 * 16 + 16 <= plan.blocks();
    const bool reads = plan.operation == FP8ORACLE_OP_UNSWIZZLE && plan.swizzled();
    return correct_index(i, reads && whole ? j ^ 12 : j, plan);
  };
}
void swizzle_copies_padding(Decisions& d) { d.layout.swizzle_copies_padding = true; }
void swizzle_dense_input(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    ScalePlan other = plan;
    if (swizzles(plan) && !plan.swizzled() && plan.layout == FP8ORACLE_LAYOUT_PADDED)
      other.shape.cols = plan.shape.used_cols;
    return correct_index(i, j, other);
  };
}
void swizzle_not_of_the_transpose(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    if (!swizzles(plan) || !plan.stored_transposed()) return correct_index(i, j, plan);
    ScalePlan other = plan;
    other.shape.order = ScaleGrid::Order::kLineMajor;
    return correct_index(i, j, other);
  };
}

std::vector<Mutant> wrong_padding() {
  return {
      mutant<padding_is_nan>(
          {"padding-is-nan", "K18", "TE #3070 (F01)", "the padding of scale_inv is 0xFF"}),
      mutant<padding_is_one>(
          {"padding-is-one", "K18", "contract K18", "the padding of scale_inv is 127"}),
      mutant<only_rows_padded>({"only-rows-padded", "K18", "flashinfer #2904, #2025 (F10)",
                                "padding columns are never zeroed"}),
      mutant<first_tile_padded>({"first-tile-padded", "K18", "TE #2427 (F04)",
                                 "only the first tile's padding is zeroed"}),
      mutant<swizzled_padding_left>({"swizzled-padding-left", "K18", "TE #3070 (F01)",
                                     "the padding of swizzled scales is not written"}),
      mutant<reader_ignores_padding>({"reader-takes-dense-rows", "K18", "TE #3070",
                                      "dequantize takes the row stride from the data's shape"}),
      mutant<reader_transposes>({"reader-transposes", "K18", "aiter #4506 (F12)",
                                 "dequantize reads the scales transposed"}),
      mutant<reader_mixes_neighbours>({"reader-mixes-neighbours", "K18", "TE #2589 (C16)",
                                       "bits of the byte behind run into a scale code"}),
      mutant<reader_off_by_one>({"reader-off-by-one", "K18", "TE #1128 (A07)",
                                 "every fourth block gets its neighbour's scale"}),
  };
}

std::vector<Mutant> wrong_swizzle() {
  return {
      mutant<swizzle_ignored>({"swizzle-ignored", "K19", "flashinfer #1358, #2147 (F13)",
                               "the scales are only copied"}),
      mutant<swizzle_rows_and_groups_swapped>({"swizzle-rows-swapped", "K19", "contract K19",
                                               "four rows of 32 instead of 32 rows of four"}),
      mutant<swizzle_tiles_by_column>(
          {"swizzle-tiles-by-column", "K19", "contract K19", "the tiles stand column by column"}),
      mutant<swizzle_column_in_tile>({"swizzle-column-in-tile", "K19", "contract K19",
                                      "column and row group change places in a tile"}),
      mutant<unswizzle_swizzles>({"unswizzle-swizzles", "K19", "flashinfer #1358, #2147 (F13)",
                                  "unswizzle applies the permutation once more"}),
      mutant<swizzle_first_tile_only>({"swizzle-first-tile-only", "K19", "cutlass #3392 (A16)",
                                       "every tile lands in the first: its index is zeroed"}),
      mutant<unswizzle_words_reversed>(
          {"unswizzle-words-reversed", "K19", "contract K19",
           "16 bytes of a plain line are stored last word first; shorter ends are right"}),
      mutant<swizzle_copies_padding>({"swizzle-copies-padding", "K19", "TE #3070 (F01)",
                                      "what stood in the input's padding is copied"}),
      mutant<swizzle_dense_input>({"swizzle-dense-input", "K19", "flashinfer #1611 (F09)",
                                   "padded input is read with the unpadded row stride"}),
      mutant<swizzle_not_of_the_transpose>({"swizzle-not-transposed", "K19", "contract K19",
                                            "columnwise scales are not swizzled as the transpose",
                                            "te"}),
  };
}

}  // namespace

std::vector<Mutant> layout_mutants() { return joined({wrong_padding(), wrong_swizzle()}); }

}  // namespace fp8oracle::mutants
