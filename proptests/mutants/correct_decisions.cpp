// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>

#include "kernel.h"

namespace fp8oracle::mutants {
namespace {

// ---- Elements
// --------------------------------------------------------------------------------------

std::uint8_t signed_code(bool negative, std::uint32_t code) {
  return static_cast<std::uint8_t>((negative ? 0x80u : 0u) | code);
}

std::uint8_t nan_code(bool negative, const Site& site) {
  const std::uint32_t nan = site.format().nan_code;
  if (nan == 0x80u || site.knobs().element_nan == FP8ORACLE_NAN_FNUZ) return 0x80;
  return signed_code(negative && site.knobs().element_nan != FP8ORACLE_NAN_CANONICAL, nan);
}

std::uint8_t overflow_code(bool negative, std::uint32_t, const Site& site) {
  const Knobs& k = site.knobs();
  if (k.element_overflow == FP8ORACLE_OVERFLOW_SATURATE)
    return signed_code(negative, k.element_max_code);
  const std::uint32_t inf = site.format().inf_code;
  if (k.element_overflow == FP8ORACLE_OVERFLOW_INF && inf != 0) return signed_code(negative, inf);
  return nan_code(negative, site);
}

std::uint8_t zero_code(bool negative, bool, const Site& site) {
  const bool unsigned_zero =
      site.format().nan_code == 0x80u || site.knobs().element_negative_zero == FP8ORACLE_DROP;
  return signed_code(negative && !unsigned_zero, 0);
}

std::uint8_t subnormal_code(bool negative, std::uint32_t code, const Site& site) {
  if (site.knobs().element_subnormals == FP8ORACLE_DROP) return zero_code(negative, false, site);
  return signed_code(negative, code);
}

ElementDecisions correct_element() {
  return {.load = nullptr,
          .widen = widen,
          .before_rounding = [](float product, const Site&) { return product; },
          .shift_right = shift_right_even,
          .nan = nan_code,
          .inf_saturates =
              [](const Site& s) { return s.knobs().element_inf == FP8ORACLE_INF_SATURATE; },
          .overflow = overflow_code,
          .subnormal = subnormal_code,
          .zero = zero_code,
          .largest = [](const Site& s) { return s.knobs().element_max_code; },
          .finish = [](std::uint8_t code, const Site&) { return code; }};
}

// ---- Per tensor
// ------------------------------------------------------------------------------------

float scale_inv_of(float scale, const Args& args) {
  const float scale_inv = 1.0f / scale;
  if (args.scheme.knobs.scale_inv_subnormals == FP8ORACLE_DROP && is_subnormal(scale_inv)) {
    return from_bits(bits_of(scale_inv) & ~kAbsMask);
  }
  return scale_inv;
}

/// Over the scale_inv as it is stored. The machine may give a NaN any sign; it gets that of x.
float product_of(float x, float scale, const Site& site) {
  const bool divide = site.knobs().product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
  const float product = divide ? x / scale_inv_of(scale, site.args) : x * scale;
  return is_nan(product) ? from_bits((bits_of(x) & ~kAbsMask) | kNanBits) : product;
}

/// x / r, or times the reciprocal of r; a block's power of two divides exactly. A NaN scale of a
/// block has no sign, else a NaN has that of x.
float given_product(float x, float r, const Site& site) {
  const Grid& grid = site.args.scheme.grid;
  if (!grid.scale_is_given() && is_nan(r)) return from_bits(kNanBits);
  const bool divide = grid.is_mx() || site.knobs().product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
  const float product = divide ? x / r : x * (1.0f / r);
  return is_nan(product) ? from_bits((bits_of(x) & ~kAbsMask) | kNanBits) : product;
}

/// A prior amax whose sign bit is set is below everything; any other NaN stays. An empty tensor
/// leaves it alone.
float accumulated(float old, float found, const Args& args) {
  if (args.input.rows == 0 || args.input.cols == 0) return old;
  const float prior = (bits_of(old) & ~kAbsMask) != 0 ? 0.0f : old;
  return is_nan(found) || found > prior ? found : prior;
}

TensorDecisions correct_tensor() {
  return {.null_scale = 1.0f,
          .scale_used = [](float scale, const Args&) { return scale; },
          .product = product_of,
          .scale_inv = scale_inv_of,
          .amax_result = accumulated,
          .amax_op_result = [](float, float found, const fp8oracle_matrix&) { return found; }};
}

float fold_magnitude(float so_far, float x, const Knobs& knobs) {
  if (is_nan(x))
    return knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN ? from_bits(kNanBits) : so_far;
  // Non-negative floats are ordered like their bits, NaN above all.
  return from_bits(std::max(bits_of(so_far), bits_of(magnitude(x))));
}

AmaxDecisions correct_amax() {
  return {.start = 0.0f,
          .visits = [](const Place&) { return true; },
          .measured = [](float x, float, const Site&) { return x; },
          .fold = fold_magnitude,
          .finish = [](float amax) { return amax; }};
}

float largest_value(const ResolvedScheme& scheme) {
  return decode(static_cast<std::uint8_t>(scheme.knobs.element_max_code), scheme.format);
}

float scale_of_overflow(const ScaleArgs& args) {
  switch (args.scheme.knobs.scale_overflow) {
    case FP8ORACLE_SCALE_OVERFLOW_INF: return from_bits(kInfBits);
    case FP8ORACLE_SCALE_OVERFLOW_INPUT_MAX:
      if (args.input_type == FP8ORACLE_BF16) return from_bits(0x7F7F0000u);
      if (args.input_type == FP8ORACLE_F16) return 65504.0f;
      return kFloatMax;
    default: return kFloatMax;
  }
}

/// A subnormal keeps its highest bit.
float truncated_to_pow2(float scale) {
  const std::uint32_t bits = bits_of(scale);
  return from_bits(bits > kMantissaMask ? bits & ~kMantissaMask : std::bit_floor(bits));
}

ScaleDecisions correct_scale() {
  return {.floor = [](float amax, float eps) { return amax < eps ? eps : amax; },
          .is_bad = [](float amax,
                       const ScaleArgs&) { return is_nan(amax) || is_inf(amax) || amax == 0.0f; },
          .of_bad =
              [](float, float old, const ScaleArgs& args) {
                const std::uint32_t rule = args.scheme.knobs.scale_of_bad_amax;
                if (rule == FP8ORACLE_BAD_AMAX_KEEP) return old;
                return rule == FP8ORACLE_BAD_AMAX_ZERO ? 0.0f : 1.0f;
              },
          .max = largest_value,
          .quotient = [](float max, float amax) { return max / amax; },
          .of_overflow = scale_of_overflow,
          .pow2 = truncated_to_pow2,
          .wants_pow2 =
              [](const ScaleArgs& args) {
                return args.pow2 != 0 || args.scheme.knobs.scale_pow2 != 0;
              }};
}

NoopDecisions correct_noop() {
  return {.stops = [](float noop) { return noop == 1.0f; },
          .ignored_by = [](fp8oracle_operation) { return false; },
          .amax_in_spite = false,
          .scale_inv_in_spite = false,
          .recipe_in_spite = false};
}

// ---- Blocks
// ----------------------------------------------------------------------------------------

/// A finite number > 0 as 2^exponent * (1 + fraction / 2^23).
struct Normal {
  int exponent;
  std::uint32_t fraction;
};
Normal normal(float x) {
  std::uint32_t bits = bits_of(x);
  int exponent = static_cast<int>(bits >> 23) - 127;
  if (exponent == -127) {  // subnormal: up to the hidden bit, one binade a place
    const int places = std::countl_zero(bits) - 8;
    exponent = -126 - places;
    bits <<= places;
  }
  return {exponent, bits & kMantissaMask};
}

/// What is added to a fraction so that it carries where it rounds up to mantissa_bits, ties to
/// even: all ones are odd.
std::uint32_t half_of_even(const Format& format) { return 1u << (22 - format.mantissa_bits); }

std::uint8_t finite_code(const Block& block, float quotient) {
  if (block.knobs().e8m0_round == FP8ORACLE_E8M0_UP) return e8m0_round_up(quotient);
  const auto [exponent, fraction] = normal(block.amax);
  const int emax = normal(largest_value(block.args.scheme)).exponent;
  int code = exponent - emax + 127;
  if (block.knobs().e8m0_round == FP8ORACLE_E8M0_CEIL) code += fraction != 0 ? 1 : 0;
  if (block.knobs().e8m0_round == FP8ORACLE_E8M0_EVEN)
    code += (fraction + half_of_even(block.format())) > kMantissaMask ? 1 : 0;
  return static_cast<std::uint8_t>(std::clamp(code, 0, 254));
}

bool even_rounds_to_inf(const Block& block) {
  if (block.knobs().e8m0_round != FP8ORACLE_E8M0_EVEN || is_nan(block.amax)) return false;
  return bits_of(block.amax) + half_of_even(block.format()) >= kInfBits;
}

std::uint8_t of_inf(const Block& block) {
  return block.knobs().e8m0_of_inf == FP8ORACLE_E8M0_INF_IS_255 ? 255 : 254;
}
std::uint8_t of_zero(const Block& block) {
  return block.knobs().e8m0_of_zero == FP8ORACLE_E8M0_ZERO_IS_127 ? 127 : 0;
}

BlockDecisions correct_block() {
  return {.count = ceil_div,
          .source = [](const Block& b) { return b; },
          .is_special = [](float x) { return is_nan(x) || is_inf(x); },
          .rounds_to_inf = even_rounds_to_inf,
          .max = largest_value,
          .quotient = [](float amax, float max) { return amax * (1.0f / max); },
          .finite_code = finite_code,
          .of_inf = of_inf,
          .of_zero = of_zero,
          .adjusted = [](const Block& b) { return b.code; },
          .data_scale = [](const Block& b) { return e8m0_reciprocal(b.code); },
          .stored = [](const Block& b) { return b.mx() ? b.code : bits_of(b.scale_inv); }};
}

// ---- Layout
// ----------------------------------------------------------------------------------------

std::int64_t code_index(const Site& site, const CodesPlan& plan) {
  return plan.shape.transposed ? site.col * plan.shape.cols + site.row
                               : site.row * plan.shape.cols + site.col;
}

/// 128 x 4 tiles of 512 bytes; inside, 32 rows of 16 bytes, four columns of four scales.
std::int64_t scale_index(std::int64_t i, std::int64_t j, const ScalePlan& plan) {
  if (plan.shape.order == ScaleGrid::Order::kPacked)
    return ((j / 4) * plan.shape.rows + i) * 4 + j % 4;
  if (plan.stored_transposed()) return j * plan.shape.cols + i;
  if (!plan.swizzled()) return i * plan.shape.cols + j;
  const std::int64_t tiles = plan.shape.cols / 4;
  return ((i / 128) * tiles + j / 4) * 512 + (i % 32) * 16 + ((i % 128) / 32) * 4 + j % 4;
}

void zero_padding(const ScalePlan& plan) {
  if (plan.layout == FP8ORACLE_LAYOUT_COMPACT) return;
  if (plan.buffer.bytes != 0) std::memset(plan.buffer.data, 0, plan.buffer.bytes);
}

// ---- Dequantize
// ------------------------------------------------------------------------------------

std::uint32_t output_bits(float, float, float product, std::uint32_t type) {
  if (type == FP8ORACLE_F32) return bits_of(product);
  return type == FP8ORACLE_BF16 ? to_bf16(product) : to_f16(product);
}

DequantizeDecisions correct_dequantize() {
  return {.answers = nullptr,
          .decode = decode,
          .e8m0_value = e8m0_value,
          .tensor_scale_inv =
              [](const DequantizeArgs& args) {
                return args.pair.scale_inv.data != nullptr ? read_float(args.pair.scale_inv.data)
                                                           : 1.0f;
              },
          .block_scale_inv = [](std::int64_t, std::int64_t, std::int64_t index,
                                const ScalePlan& plan) { return fetch_scale(plan, index); },
          .product = [](float decoded, float scale_inv) { return decoded * scale_inv; },
          .output_bits = output_bits,
          .code_index =
              [](std::int64_t row, std::int64_t col, const CodesPlan& plan) {
                return plan.shape.transposed ? col * plan.shape.cols + row
                                             : row * plan.shape.cols + col;
              },
          .after = nullptr};
}

// ---- What is written, and the boundary
// -------------------------------------------------------------

WriteDecisions correct_writes() {
  return {.codes = [](const Site&) { return true; },
          .scale_inv = [](const Args&) { return true; },
          .block_scale_inv = [](const Block&) { return true; },
          .amax = [](const Args&) { return true; },
          .returns_at_once = [](const Args&) { return false; },
          .amax_returns_at_once = [](const fp8oracle_matrix&) { return false; },
          .before = nullptr,
          .after = nullptr};
}

BoundaryDecisions correct_boundary() {
  return {.check = [](Call& call) { return check_arguments(call); },
          .launches_first = nullptr,
          .refuse = [](const ArgumentError& error,
                       fp8oracle_message message) { return report(error, message); },
          .uploaded = nullptr};
}

}  // namespace

const Decisions& correct() {
  static const Decisions decisions{
      .element = correct_element(),
      .tensor = correct_tensor(),
      .tensor_amax = correct_amax(),
      .block_amax = correct_amax(),
      .scale = correct_scale(),
      .current = {.amax_result = [](float, float found) { return found; }, .floor = nullptr},
      .many = {.takes = [](const Args&, std::size_t) { return true; }, .prepare = nullptr},
      .given = {.scale_inv = [](const Args& args,
                                unsigned direction) { return pair_of(args, direction).scale_inv; },
                .product = given_product,
                .after = nullptr},
      .noop = correct_noop(),
      .block = correct_block(),
      .layout = {.code_index = code_index,
                 .scale_index = scale_index,
                 .fill_padding = zero_padding,
                 .swizzle_copies_padding = false},
      .writes = correct_writes(),
      .dequantize = correct_dequantize(),
      .boundary = correct_boundary(),
      .faults = {},
  };
  return decisions;
}

}  // namespace fp8oracle::mutants
