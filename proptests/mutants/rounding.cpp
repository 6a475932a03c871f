// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>

#include "codes.h"
#include "table.h"

// K10: one FP32 product, one rounding to the format.
namespace fp8oracle::mutants {
namespace {

// ---- The rounding
// ----------------------------------------------------------------------------------

std::uint32_t ties_up(std::uint32_t significand, unsigned shift, bool negative) {
  const std::uint32_t half = shift == 0 ? 0 : 1u << (shift - 1);
  const bool tie = shift != 0 && (significand & ((1u << shift) - 1u)) == half;
  return tie ? (significand >> shift) + (negative ? 0u : 1u)
             : shift_right_even(significand, shift, negative);
}
std::uint32_t ties_down(std::uint32_t significand, unsigned shift, bool negative) {
  const std::uint32_t half = shift == 0 ? 0 : 1u << (shift - 1);
  const bool tie = shift != 0 && (significand & ((1u << shift) - 1u)) == half;
  return tie ? significand >> shift : shift_right_even(significand, shift, negative);
}
std::uint32_t ties_odd(std::uint32_t significand, unsigned shift, bool negative) {
  const std::uint32_t half = shift == 0 ? 0 : 1u << (shift - 1);
  const bool tie = shift != 0 && (significand & ((1u << shift) - 1u)) == half;
  return tie ? (significand >> shift) | 1u : shift_right_even(significand, shift, negative);
}
/// Subnormals are shifted further than normals (20 for E4M3, 21 for E5M2); what falls out is
/// forgotten.
std::uint32_t drops_sticky(std::uint32_t significand, unsigned shift, bool negative) {
  constexpr unsigned kNormalShift = 21;
  if (shift <= kNormalShift) return shift_right_even(significand, shift, negative);
  return shift_right_even(significand >> (shift - 1) << (shift - 1), shift, negative);
}
/// A mantissa that rounds up to the next power of two keeps the old exponent.
std::uint32_t loses_carry(std::uint32_t significand, unsigned shift, bool negative) {
  const std::uint32_t kept = significand >> shift;
  const std::uint32_t result = shift_right_even(significand, shift, negative);
  const bool carried = result != kept && kept > 2 && std::has_single_bit(result);
  return carried ? result >> 1 : result;
}

void half_up(Decisions& d) { d.element.shift_right = ties_up; }
void half_down(Decisions& d) { d.element.shift_right = ties_down; }
void half_odd(Decisions& d) { d.element.shift_right = ties_odd; }
void lost_sticky(Decisions& d) { d.element.shift_right = drops_sticky; }
void lost_carry(Decisions& d) { d.element.shift_right = loses_carry; }

void zero_is_min_subnormal(Decisions& d) {
  d.element.zero = [](bool negative, bool exact, const Site& site) {
    return exact ? signed_code(negative, 1) : correct().element.zero(negative, exact, site);
  };
}
void underflow_is_min_subnormal(Decisions& d) {
  d.element.zero = [](bool negative, bool exact, const Site& site) {
    return exact ? correct().element.zero(negative, exact, site) : signed_code(negative, 1);
  };
}
void below_min_subnormal_is_zero(Decisions& d) {
  d.element.before_rounding = [](float product, const Site& site) {
    return magnitude(product) < decode(1, site.format()) ? signed_zero(product) : product;
  };
}

// ---- The product
// -----------------------------------------------------------------------------------

/// The exact product, with its tail folded into the last bit (round to odd): rounding this to 8
/// bits is rounding the exact product.
float product_to_odd(float x, float scale) {
  const double exact = static_cast<double>(x) * static_cast<double>(scale);
  const auto rounded = static_cast<float>(exact);
  if (static_cast<double>(rounded) == exact || is_nan(rounded) || is_inf(rounded)) return rounded;
  const bool away = std::fabs(static_cast<double>(rounded)) > std::fabs(exact);
  const std::uint32_t truncated = bits_of(rounded) - (away ? 1u : 0u);
  return from_bits(truncated | 1u);
}

void reference_in_double(Decisions& d) {
  d.tensor.product = [](float x, float scale, const Site&) { return product_to_odd(x, scale); };
}
void product_in_input_type(Decisions& d) {
  d.tensor.product = [](float x, float scale, const Site& site) {
    const float product = correct().tensor.product(x, scale, site);
    switch (site.args.input.type) {
      case FP8ORACLE_BF16: return through_bf16(product);
      case FP8ORACLE_F16: return through_f16(product);
      default: return product;
    }
  };
}
void scale_in_bf16(Decisions& d) {
  d.tensor.product = [](float x, float scale, const Site& site) {
    return correct().tensor.product(x, through_bf16(scale), site);
  };
}
void input_in_bf16(Decisions& d) {
  d.tensor.product = [](float x, float scale, const Site& site) {
    return correct().tensor.product(from_bits(bits_of(x) & 0xFFFF0000u), scale, site);
  };
}
void divides_by_scale_inv(Decisions& d) {
  d.tensor.product = [](float x, float scale, const Site&) { return x / (1.0f / scale); };
}
void scale_and_inverse_swapped(Decisions& d) {
  d.tensor.product = [](float x, float scale, const Site&) { return x * (1.0f / scale); };
}
void scaled_twice(Decisions& d) {
  d.tensor.product = [](float x, float scale, const Site&) { return x * scale * scale; };
}
void scale_without_sign(Decisions& d) {
  d.tensor.product = [](float x, float scale, const Site& site) {
    return correct().tensor.product(x, magnitude(scale), site);
  };
}
void ftz_scale(Decisions& d) {
  d.tensor.product = [](float x, float scale, const Site& site) {
    return correct().tensor.product(x, is_subnormal(scale) ? signed_zero(scale) : scale, site);
  };
}
void null_scale_is_zero(Decisions& d) { d.tensor.null_scale = 0.0f; }

// ---- The input
// -------------------------------------------------------------------------------------

void f16_subnormals_lost(Decisions& d) {
  d.element.widen = [](const std::uint8_t* at, std::uint32_t type) {
    const float x = widen(at, type);
    const bool subnormal = type == FP8ORACLE_F16 && magnitude(x) < 0x1p-14f;
    return subnormal ? signed_zero(x) : x;
  };
}
void ignores_row_stride(Decisions& d) {
  d.element.load = [](const Args& args, unsigned, std::int64_t row, std::int64_t col) {
    fp8oracle_matrix dense = args.input;
    dense.row_stride = dense.cols;
    return widen(element_at(dense, row, col), args.input.type);
  };
}

std::vector<Mutant> wrong_rounding() {
  return {
      mutant<half_up>({"half-up", "K10", "aiter #975 (D05)",
                       "half a step is added and the signed value floored"}),
      mutant<half_down>({"half-down", "K10", "DeepGEMM utils/math.py (D23)",
                         "a tie rounds toward zero: a strict > against the midpoint"}),
      mutant<half_odd>({"half-odd", "K10", "contract K10", "ties go to the odd code"}),
      mutant<lost_sticky>({"lost-sticky", "K10", "aiter #2249 (D05)",
                           "shifting to a subnormal mantissa drops the sticky bits"}),
      mutant<lost_carry>({"lost-carry", "K10", "ROCm/llvm-project #3275 (D15)",
                          "the carry into the exponent is masked off"}),
      mutant<zero_is_min_subnormal>({"zero-is-min-subnormal", "K10", "tilelang #2709 (D21)",
                                     "an exact zero gets the smallest subnormal's code"}),
      mutant<underflow_is_min_subnormal>({"underflow-is-min-subnormal", "K10", "contract K10",
                                          "what underflows gets the smallest subnormal's code"}),
      mutant<below_min_subnormal_is_zero>(
          {"below-min-subnormal-is-zero", "K11", "contract K11",
           "what is below the smallest subnormal is cut to 0, also above its half"}),
  };
}

std::vector<Mutant> wrong_product() {
  return {
      mutant<reference_in_double>({"reference-in-double", "K10", "contract K10",
                                   "the product is not rounded to FP32 before the cast"}),
      mutant<product_in_input_type>({"product-in-input-type", "K10", "contract K10",
                                     "x * scale is rounded to the input's 16-bit type"}),
      mutant<scale_in_bf16>({"scale-in-bf16", "K10", "vLLM #4570 (H05)",
                             "the scale is rounded to BF16 before the product"}),
      mutant<input_in_bf16>({"input-cut-to-bf16", "K10", "flashinfer #4167 (D02)",
                             "an FP32 input loses its lower 16 bits"}),
      mutant<divides_by_scale_inv>({"divides-by-scale-inv", "K10", "aiter #3451 (A10)",
                                    "x / RN(1 / scale) where x * scale is asked for", "te"}),
      mutant<scale_and_inverse_swapped>({"scale-and-inverse-swapped", "K10", "modular #6600 (A12)",
                                         "the data is multiplied by scale_inv"}),
      mutant<scaled_twice>({"scaled-twice", "K10", "contract K10", "x * scale * scale"}),
      mutant<scale_without_sign>({"scale-without-sign", "K10", "contract K10", "|scale| is used"}),
      mutant<ftz_scale>({"ftz-scale", "K11", "TE-D3", "a subnormal scale counts as 0"}),
      mutant<null_scale_is_zero>(
          {"null-scale-is-zero", "K10", "TE #1083", "an absent scale counts as 0"}),
      mutant<f16_subnormals_lost>(
          {"f16-subnormals-lost", "K11", "contract K11", "a subnormal FP16 input counts as 0"}),
      mutant<ignores_row_stride>({"ignores-row-stride", "K10", "FBGEMM #2713 (G01)",
                                  "the input is read as if it were dense"}),
  };
}

}  // namespace

std::vector<Mutant> rounding_mutants() { return joined({wrong_rounding(), wrong_product()}); }

}  // namespace fp8oracle::mutants
