// SPDX-License-Identifier: Apache-2.0
#include "codes.h"
#include "table.h"

// K30: the same inputs give the same bits, wherever they lie and however often.
namespace fp8oracle::mutants {
namespace {

bool aligned(const Args& args) {
  return reinterpret_cast<std::uintptr_t>(args.input.data.data) % 16 == 0;
}
std::uint8_t nudged(std::uint8_t code) {
  return static_cast<std::uint8_t>((code & 0x7Fu) != 0 ? code ^ 1u : code);
}

void narrow_code_index(Decisions& d) {
  d.layout.code_index = [](const Site& site, const CodesPlan& plan) {
    return correct().layout.code_index(site, plan) & 0xFFFF;
  };
}
void narrow_input_index(Decisions& d) {
  d.element.load = [](const Args& args, unsigned, std::int64_t row, std::int64_t col) {
    const std::int64_t at = (row * args.input.row_stride + col) & 0xFFFF;
    return widen(element_at(args.input, 0, at), args.input.type);
  };
}
void unaligned_rounds_another_way(Decisions& d) {
  d.element.before_rounding = [](float product, const Site& site) {
    const bool hit = !aligned(site.args) && !is_nan(product) && !is_inf(product);
    return hit ? from_bits(bits_of(product) & 0xFFFF0000u) : product;
  };
}
void unaligned_head_is_wrong(Decisions& d) {
  d.element.finish = [](std::uint8_t code, const Site& site) {
    return !aligned(site.args) && site.col == 0 ? nudged(code) : code;
  };
}
void strided_tail_is_wrong(Decisions& d) {
  d.element.finish = [](std::uint8_t code, const Site& site) {
    const bool strided = site.args.input.row_stride != site.args.input.cols;
    return strided && site.col == site.args.input.cols - 1 ? nudged(code) : code;
  };
}
void every_third_call_differs(Decisions& d) {
  // A race that one run in three loses.
  d.writes.after = [](const Args& args) {
    thread_local unsigned calls = 0;
    const fp8oracle_pair& pair = has(args, FP8ORACLE_ROWWISE) ? args.rowwise : args.columnwise;
    if (++calls % 3 != 0 || pair.codes.bytes == 0) return;
    auto* first = static_cast<std::uint8_t*>(pair.codes.data);
    *first = nudged(*first);
  };
}
void lane_31_is_wrong(Decisions& d) {
  d.element.finish = [](std::uint8_t code, const Site& site) {
    return site.lane % 32 == 31 ? nudged(code) : code;
  };
}
void second_tile_is_wrong(Decisions& d) {
  d.element.finish = [](std::uint8_t code, const Site& site) {
    return site.row / 32 % 2 == 1 && site.col % 32 == 0 ? nudged(code) : code;
  };
}

}  // namespace

std::vector<Mutant> repeat_mutants() {
  return {
      mutant<narrow_code_index>({"narrow-code-index", "K30", "TE #2548 (I02), vLLM #9425 (I05)",
                                 "row * cols in 16 bits: wrong from 65 537 codes on"}),
      mutant<narrow_input_index>({"narrow-input-index", "K30", "FBGEMM #3229, #3509 (I03)",
                                  "row * row_stride in 16 bits"}),
      mutant<unaligned_rounds_another_way>({"unaligned-rounds-another-way", "K30", "TE #1507 (G04)",
                                            "the path for unaligned input cuts to BF16"}),
      mutant<unaligned_head_is_wrong>({"unaligned-head", "K30", "TE #1507 (G04)",
                                       "the first column of unaligned input is off by one"}),
      mutant<strided_tail_is_wrong>({"strided-tail", "K30", "FBGEMM #2713 (G01)",
                                     "the last column of strided input is off by one"}),
      mutant<every_third_call_differs>(
          {"every-third-call", "K30", "aiter #4995 (J04)", "a race: one call in three differs"}),
      mutant<lane_31_is_wrong>(
          {"lane-31", "K30", "pytorch #177870 (D11)", "lane 31 is off by one"}),
      mutant<second_tile_is_wrong>({"second-tile", "K30", "TE #2921 (J01)",
                                    "the first column of every other tile is off by one"}),
  };
}

}  // namespace fp8oracle::mutants
