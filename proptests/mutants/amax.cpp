// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codes.h"
#include "table.h"

// K12 and K13: what amax is, and what asking for it may change.
namespace fp8oracle::mutants {
namespace {

// ---- What is measured
// ------------------------------------------------------------------------------

void of_scaled(Decisions& d) {
  d.tensor_amax.measured = [](float x, float scale, const Site&) { return x * scale; };
}
void of_clamped(Decisions& d) {
  d.tensor_amax.measured = [](float x, float, const Site& site) {
    const float max = decode(static_cast<std::uint8_t>(site.format().max_code), site.format());
    return magnitude(x) > max ? max : x;
  };
}
void without_abs(Decisions& d) {
  d.tensor_amax.fold = [](float so_far, float x, const Knobs&) { return x > so_far ? x : so_far; };
}
void flushed(Decisions& d) {
  d.tensor_amax.measured = [](float x, float, const Site&) { return is_subnormal(x) ? 0.0f : x; };
}
void in_bf16(Decisions& d) { d.tensor_amax.finish = through_bf16; }

// ---- What is visited
// -------------------------------------------------------------------------------

void every_other(Decisions& d) {
  d.tensor_amax.visits = [](const Place& p) { return p.col % 2 == 0; };
}
void without_last_column(Decisions& d) {
  d.tensor_amax.visits = [](const Place& p) { return p.cols == 1 || p.col != p.cols - 1; };
}
void without_last_row(Decisions& d) {
  d.tensor_amax.visits = [](const Place& p) { return p.rows == 1 || p.row != p.rows - 1; };
}
void without_tail(Decisions& d) {
  // Threads beyond the end leave before the reduction, and their warp's result with them.
  d.tensor_amax.visits = [](const Place& p) { return p.col < p.cols / 32 * 32; };
}
void without_last_lane(Decisions& d) {
  d.tensor_amax.visits = [](const Place& p) { return p.col % 8 != 7; };
}
void first_tile_only(Decisions& d) {
  d.tensor_amax.visits = [](const Place& p) { return p.row < 64 && p.col < 64; };
}

// ---- How it is reduced
// -----------------------------------------------------------------------------

void propagates_nan(Decisions& d) {
  d.tensor_amax.fold = [](float so_far, float x, const Knobs&) {
    return from_bits(std::max(bits_of(so_far), bits_of(magnitude(x))));
  };
}
void forgets_before_nan(Decisions& d) {
  // !(|x| <= so_far) takes a NaN, and the next element replaces it.
  d.tensor_amax.fold = [](float so_far, float x, const Knobs&) {
    return !(magnitude(x) <= so_far) ? magnitude(x) : so_far;
  };
  d.tensor_amax.finish = [](float amax) { return is_nan(amax) ? 0.0f : amax; };
}
void drops_inf(Decisions& d) {
  d.tensor_amax.measured = [](float x, float, const Site&) { return is_inf(x) ? 0.0f : x; };
}
void starts_at_flt_min(Decisions& d) { d.tensor_amax.start = 0x1p-126f; }

// ---- Where it goes
// ---------------------------------------------------------------------------------

void overwrites(Decisions& d) {
  d.tensor.amax_result = [](float, float found, const Args&) { return found; };
}
void adds_up(Decisions& d) {
  d.tensor.amax_result = [](float old, float found, const Args&) { return old + found; };
}
void compares_as_scaled(Decisions& d) {
  d.tensor.amax_result = [](float old, float found, const Args& args) {
    const float scale = args.scale.data != nullptr ? read_float(args.scale.data) : 1.0f;
    return found > old * scale ? found : old;
  };
}
void prior_negative_kept(Decisions& d) {
  // The maximum of the bits, unsigned, as an atomic one: those of a negative number are larger.
  d.tensor.amax_result = [](float old, float found, const Args&) {
    return from_bits(std::max(bits_of(old), bits_of(found)));
  };
}
void operation_accumulates(Decisions& d) {
  d.tensor.amax_op_result = [](float old, float found, const fp8oracle_matrix&) {
    return found > old ? found : old;
  };
}

// ---- Asking for it [K13]
// ---------------------------------------------------------------------------

void null_amax_disables_scale_inv(Decisions& d) {
  d.writes.scale_inv = [](const Args& args) { return args.amax.data != nullptr; };
}
void null_scale_inv_disables_amax(Decisions& d) {
  d.writes.amax = [](const Args& args) {
    return args.rowwise.scale_inv.data != nullptr || args.columnwise.scale_inv.data != nullptr;
  };
}
void amax_path_truncates(Decisions& d) {
  d.element.finish = [](std::uint8_t code, const Site& site) {
    const bool hit = site.args.amax.data != nullptr && (code & 0x7Fu) != 0 && (code & 1u) != 0;
    return static_cast<std::uint8_t>(hit ? code - 1 : code);
  };
}
void null_scale_inv_disables_scale(Decisions& d) {
  d.tensor.scale_used = [](float scale, const Args& args) {
    const bool asked =
        args.rowwise.scale_inv.data != nullptr || args.columnwise.scale_inv.data != nullptr;
    return asked ? scale : 1.0f;
  };
}

std::vector<Mutant> wrong_measure() {
  return {
      mutant<of_scaled>({"amax-of-scaled", "K12", "contract K12", "max|x * scale|"}),
      mutant<of_clamped>({"amax-of-clamped", "K12", "contract K12",
                          "the input is clamped to the format's max before it is measured"}),
      mutant<without_abs>(
          {"amax-without-abs", "K12", "TE #534, LightLLM #941 (B14)", "max(x) instead of max|x|"}),
      mutant<flushed>({"amax-flushes-subnormals", "K12", "TE-D3", "a subnormal input counts as 0"}),
      mutant<in_bf16>({"amax-in-bf16", "K12", "TE #2355 (H03)", "the amax is rounded to BF16"}),
      mutant<every_other>(
          {"amax-every-other", "K12", "sglang #8290 (G08)", "i += 2 skips half of the elements"}),
      mutant<without_last_column>(
          {"amax-without-last-column", "K12", "contract K12", "the last column is not measured"}),
      mutant<without_last_row>(
          {"amax-without-last-row", "K12", "aiter #4244 (G10)", "the last row is not measured"}),
      mutant<without_tail>({"amax-without-tail", "K12", "FBGEMM #5856 (J06)",
                            "columns behind the last whole group of 32 are not measured"}),
      mutant<without_last_lane>({"amax-without-last-lane", "K12", "sglang #8543 (G02)",
                                 "one lane of eight is not measured"}),
      mutant<first_tile_only>({"amax-first-tile-only", "K12", "contract K12",
                               "only the first tile of 64 x 64 is measured"}),
      mutant<propagates_nan>({"amax-propagates-nan", "K12", "TE #3550 (B11)",
                              "NaN goes into amax where the profile drops it", "te"}),
      mutant<forgets_before_nan>({"amax-forgets-before-nan", "K12", "contract K12",
                                  "a NaN erases what was measured before it", "te"}),
      mutant<drops_inf>({"amax-drops-inf", "K12", "contract K12", "Inf is left out"}),
      mutant<starts_at_flt_min>(
          {"amax-starts-at-flt-min", "K12", "contract K12", "the maximum starts at 2^-126"}),
  };
}

std::vector<Mutant> wrong_result() {
  return {
      mutant<overwrites>(
          {"amax-overwrites", "K12", "contract K12", "quantize overwrites the previous amax"}),
      mutant<adds_up>({"amax-adds-up", "K12", "contract K12", "old + new instead of the larger"}),
      mutant<compares_as_scaled>({"amax-compares-as-scaled", "K12", "TE #1190 (A04)",
                                  "the previous amax is taken for one of scaled values"}),
      mutant<prior_negative_kept>({"amax-prior-negative-kept", "K12", "contract K12",
                                   "the larger bit pattern: a previous amax with a sign stays"}),
      mutant<operation_accumulates>({"amax-never-reset", "K12", "MS-AMP #17 (A18)",
                                     "the amax operation keeps a larger previous amax"}),
      mutant<null_amax_disables_scale_inv>({"null-amax-disables-scale-inv", "K13", "contract K13",
                                            "without amax scale_inv is not written either"}),
      mutant<null_scale_inv_disables_amax>({"null-scale-inv-disables-amax", "K13", "contract K13",
                                            "without scale_inv amax is not written either"}),
      mutant<amax_path_truncates>({"amax-changes-codes", "K13", "contract K13",
                                   "the path that also measures rounds another way"}),
      mutant<null_scale_inv_disables_scale>({"null-scale-inv-disables-scale", "K13", "contract K13",
                                             "without scale_inv the data is not scaled"}),
  };
}

}  // namespace

std::vector<Mutant> amax_mutants() { return joined({wrong_measure(), wrong_result()}); }

}  // namespace fp8oracle::mutants
