// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "codes.h"
#include "table.h"

// The 37 classic wrong kernels. They were first written for E4M3 1x32 rowwise, swizzled, padding
// zero; here each is wrong wherever its mistake applies.
namespace fp8oracle::mutants {
namespace {

// ---- Elements
// --------------------------------------------------------------------------------------

std::uint32_t ties_away(std::uint32_t significand, unsigned shift, bool) {
  return shift == 0 ? significand : (significand + (1u << (shift - 1))) >> shift;
}

void rtz(Decisions& d) { d.element.shift_right = shift_right_truncate; }
void rna(Decisions& d) { d.element.shift_right = ties_away; }
void via_fp16rtz(Decisions& d) {
  d.element.before_rounding = [](float product, const Site&) {
    return from_f16(to_f16(product, shift_right_truncate));
  };
}
void via_fp16(Decisions& d) {
  d.element.before_rounding = [](float product, const Site&) { return through_f16(product); };
}
void via_bf16(Decisions& d) {
  d.element.before_rounding = [](float product, const Site&) { return through_bf16(product); };
}
void flushsub(Decisions& d) {
  d.element.subnormal = [](bool negative, std::uint32_t, const Site&) {
    return signed_code(negative, 0);
  };
}
void ftz_in(Decisions& d) {
  d.element.widen = [](const std::uint8_t* at, std::uint32_t type) {
    const float x = widen(at, type);
    return is_subnormal(x) ? signed_zero(x) : x;
  };
}
void dropnegzero(Decisions& d) {
  d.element.zero = [](bool, bool, const Site&) { return std::uint8_t{0}; };
}
void nansat(Decisions& d) {
  d.element.overflow = [](bool negative, std::uint32_t, const Site& site) {
    return correct().element.nan(negative, site);
  };
}
void lane_odd_sub(Decisions& d) {
  d.element.finish = [](std::uint8_t code, const Site& site) {
    const bool hit = site.lane % 2 == 1 && is_subnormal_code(code, site.format());
    return static_cast<std::uint8_t>(hit ? code ^ 1 : code);
  };
}
void nan1pct(Decisions& d) {
  d.element.finish = [](std::uint8_t code, const Site& site) {
    return (site.row * 131 + site.col) % 100 == 7 ? correct().element.nan(false, site) : code;
  };
}
void nan_satmax(Decisions& d) {
  d.element.nan = [](bool negative, const Site& site) {
    return signed_code(negative, site.knobs().element_max_code);
  };
}

// ---- The scale of a block
// --------------------------------------------------------------------------

void rcpapprox(Decisions& d) {
  d.block.data_scale = [](const Block& b) {
    return from_bits(bits_of(e8m0_reciprocal(b.code)) + 1);
  };
}
void floor_quotient(Decisions& d) {
  d.block.finite_code = [](const Block&, float quotient) {
    return static_cast<std::uint8_t>(bits_of(quotient) >> 23);
  };
}
void ocpfloor(Decisions& d) {
  d.block.finite_code = [](const Block& b, float) {
    const auto emax =
        static_cast<int>(b.format().max_code >> b.format().mantissa_bits) - b.format().bias;
    return clamped_e8m0(static_cast<int>(bits_of(b.amax) >> 23) - emax);
  };
}
void nearest(Decisions& d) {
  d.block.finite_code = [](const Block&, float quotient) {
    return clamped_e8m0(static_cast<int>((bits_of(quotient) + 0x00400000u) >> 23));
  };
}
void log2ceil(Decisions& d) {
  d.block.finite_code = [](const Block&, float quotient) {
    // log2f to within half a unit in the last place: just above a power of two it answers an
    // integer.
    const auto log2f = static_cast<float>(std::log2(static_cast<double>(quotient)));
    return quotient == 0.0f ? std::uint8_t{0}
                            : clamped_e8m0(127 + static_cast<int>(std::ceil(log2f)));
  };
}
void incalways(Decisions& d) {
  d.block.finite_code = [](const Block&, float quotient) {
    return clamped_e8m0(static_cast<int>(bits_of(quotient) >> 23) + 1);
  };
}
void inf_fe(Decisions& d) {
  d.block.is_special = [](float x) { return is_nan(x); };
  d.block.of_inf = [](const Block&) { return std::uint8_t{254}; };
}
void subup(Decisions& d) {
  d.block.finite_code = [](const Block& b, float quotient) {
    return is_subnormal(quotient) ? std::uint8_t{1} : correct().block.finite_code(b, quotient);
  };
}
void zero127(Decisions& d) {
  d.block.of_zero = [](const Block&) { return std::uint8_t{127}; };
}
void rcp0is1(Decisions& d) {
  d.block.data_scale = [](const Block& b) { return b.code == 0 ? 1.0f : e8m0_reciprocal(b.code); };
}
void truediv(Decisions& d) {
  d.block.quotient = [](float amax, float max) { return amax / max; };
}
void max240(Decisions& d) {
  d.block.max = [](const ResolvedScheme& scheme) {
    return decode(static_cast<std::uint8_t>(below_top_binade_code(scheme.format)), scheme.format);
  };
}

// ---- The amax of a block
// ---------------------------------------------------------------------------

void bf16amax(Decisions& d) { d.block_amax.finish = through_bf16; }
void clamp_1e_4(Decisions& d) {
  d.block_amax.finish = [](float amax) { return amax < 1e-4f ? 1e-4f : amax; };
}
void eps_1e_12(Decisions& d) {
  d.block_amax.finish = [](float amax) { return amax + 1e-12f; };
}
void fmax_nan(Decisions& d) {
  d.block.is_special = [](float x) { return is_inf(x); };
  d.block_amax.fold = [](float so_far, float x, const Knobs&) {
    return magnitude(x) > so_far ? magnitude(x) : so_far;
  };
}
void noabs(Decisions& d) {
  d.block_amax.fold = [](float so_far, float x, const Knobs& knobs) {
    return x < 0.0f ? so_far : correct().block_amax.fold(so_far, x, knobs);
  };
}
void skiplast(Decisions& d) {
  d.block_amax.visits = [](const Place& p) { return p.col != p.cols - 1; };
}
void odd_skip(Decisions& d) {
  d.block_amax.visits = [](const Place& p) { return p.col % 2 == 0; };
}
void skiplast_tail(Decisions& d) {
  d.block_amax.visits = [](const Place& p) {
    return p.cols == p.whole_cols || p.col != p.cols - 1;
  };
}

// ---- Data and layout
// -------------------------------------------------------------------------------

void scale_off_data(Decisions& d) {
  d.block.data_scale = [](const Block& b) { return e8m0_reciprocal(moved_e8m0(b.code, 1)); };
}
void uninitpad(Decisions& d) {
  d.layout.fill_padding = [](const ScalePlan&) {};
}
void tail_scale(Decisions& d) {
  d.block.stored = [](const Block& b) { return b.partial() ? 0 : correct().block.stored(b); };
}
void scale_transpose(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    const bool writes = plan.operation == FP8ORACLE_OP_QUANTIZE;
    return writes ? correct().layout.scale_index(j, i, plan)
                  : correct().layout.scale_index(i, j, plan);
  };
}
void stride_valid(Decisions& d) {
  d.layout.scale_index = [](std::int64_t i, std::int64_t j, const ScalePlan& plan) {
    ScalePlan unpadded = plan;
    if (plan.operation == FP8ORACLE_OP_QUANTIZE) unpadded.shape.cols = plan.shape.used_cols;
    return correct().layout.scale_index(i, j, unpadded);
  };
}

constexpr const char* kTruedivEquivalent =
    "amax / max and amax * RN(1/max) give the same scale code for all 2^31 amaxes (swept)";

std::vector<Mutant> classic_elements() {
  return {
      mutant<rtz>({"L01-rtz", "K10", "classic L01", "the element rounds toward zero"}),
      mutant<rna>({"L02-rna", "K10", "classic L02; aiter #975 (D05)", "ties round away from zero"}),
      mutant<via_fp16rtz>(
          {"L03-via_fp16rtz", "K10", "classic L03", "rounded twice, first to FP16 toward zero"}),
      mutant<via_fp16>({"L04-via_fp16", "K10", "classic L04; oneDNN #2361 (D03)",
                        "rounded twice, first to FP16"}),
      mutant<via_bf16>({"L05-via_bf16", "K10", "classic L05; flashinfer #4167 (D02)",
                        "rounded twice, first to BF16"}),
      mutant<flushsub>({"L06-flushsub", "K11", "classic L06", "FP8 subnormals become 0"}),
      mutant<ftz_in>({"L07-ftz_in", "K11", "classic L07", "FP32 subnormal inputs become 0"}),
      mutant<dropnegzero>(
          {"L08-dropnegzero", "K11", "classic L08", "a code of zero loses its sign"}),
      mutant<nansat>({"L09-nansat", "K11", "classic L09", "overflow gives NaN", "torchao-rceil"}),
      mutant<lane_odd_sub>({"L10-lane_odd_sub", "K10", "classic L10; pytorch #177870 (D11)",
                            "odd lanes of subnormal codes are off by one"}),
      mutant<nan1pct>({"L11-nan1pct", "K11", "classic L11", "one code in a hundred becomes NaN"}),
      mutant<nan_satmax>({"L12-nan_satmax", "K11", "classic L12", "a NaN element becomes max"}),
  };
}

std::vector<Mutant> classic_scales() {
  return {
      mutant<rcpapprox>({"L13-rcpapprox", "K17", "classic L13; flashinfer (H06)",
                         "the data's inverse scale is one ulp too large"}),
      mutant<floor_quotient>({"L14-floor", "K16", "classic L14; vLLM #43557 (C06)",
                              "exponent of the truncated quotient", "te"}),
      mutant<ocpfloor>({"L15-ocpfloor", "K16", "classic L15",
                        "the OCP floor of amax where round-up is asked for", "te"}),
      mutant<nearest>({"L16-nearest", "K16", "classic L16", "the nearest power of two", "te"}),
      mutant<log2ceil>({"L17-log2ceil", "K16", "classic L17; torchao #4725 (C13b)",
                        "ceil(log2f(quotient))", "te"}),
      mutant<incalways>(
          {"L18-incalways", "K16", "classic L18", "exponent + 1, powers of two included", "te"}),
      mutant<inf_fe>({"L19-inf_fe", "K16", "classic L19; cutlass float8.h (C19)",
                      "a block with Inf gets 254", "torchao-rceil"}),
      mutant<subup>({"L20-subup", "K16", "classic L20; torchao #4725 (C13c)",
                     "a subnormal quotient always rounds up to 1", "te"}),
      mutant<zero127>({"L21-zero127", "K16", "classic L21", "a block of zeros gets 127"}),
      mutant<rcp0is1>(
          {"L22-rcp0is1", "K15", "classic L22; TE #2647", "the reciprocal of code 0 is 1"}),
      mutant<truediv>({"L23-truediv", "K16", "classic L23",
                       "amax / max instead of amax * RN(1/max)", "", kTruedivEquivalent}),
      mutant<max240>({"L24-max240", "K16", "classic L24; ROCm TE #485 (E04)",
                      "the scale is made for the binade below max (240)", "te"}),
  };
}

std::vector<Mutant> classic_amax_and_layout() {
  return {
      mutant<bf16amax>({"L25-bf16amax", "K16", "classic L25; torchao #4725 (C13a)",
                        "the block's amax is rounded to BF16"}),
      mutant<clamp_1e_4>(
          {"L26-clamp1e-4", "K16", "classic L26", "the block's amax is clamped at 1e-4"}),
      mutant<eps_1e_12>(
          {"L27-eps1e-12", "K16", "classic L27", "1e-12 is added to the block's amax"}),
      mutant<fmax_nan>({"L28-fmax_nan", "K16", "classic L28; sglang #31712 (B12)",
                        "the block's amax ignores NaN", "torchao-rceil"}),
      mutant<noabs>(
          {"L29-noabs", "K16", "classic L29", "the block's amax lacks the absolute value"}),
      mutant<skiplast>(
          {"L30-skiplast", "K16", "classic L30", "the block's amax skips the last element"}),
      mutant<odd_skip>(
          {"L31-odd_skip", "K16", "classic L31", "the block's amax skips every other element"}),
      mutant<skiplast_tail>({"L32-skiplast_tail", "K16", "classic L32",
                             "the amax of a tail block skips its last element", "te"}),
      mutant<scale_off_data>({"L33-scale_off_data", "K17", "classic L33",
                              "the data uses a scale one binade from the stored one"}),
      mutant<uninitpad>({"L34-uninitpad", "K18", "classic L34; TE #3070 (F01)",
                         "the padding of scale_inv is not written"}),
      mutant<tail_scale>(
          {"L35-tail_scale", "K16", "classic L35", "the scale of a tail block is 0", "te"}),
      mutant<scale_transpose>(
          {"L36-scale_transpose", "K18", "classic L36", "the scales are stored transposed"}),
      mutant<stride_valid>({"L37-stride_valid", "K18", "classic L37",
                            "scale_inv's row stride is the unpadded width"}),
  };
}

}  // namespace

std::vector<Mutant> classic_mutants() {
  return joined({classic_elements(), classic_scales(), classic_amax_and_layout()});
}

}  // namespace fp8oracle::mutants
