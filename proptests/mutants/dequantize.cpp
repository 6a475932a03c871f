// SPDX-License-Identifier: Apache-2.0
#include "codes.h"
#include "table.h"

// K6 and K7: dequantize is a function of codes and scale_inv, and of nothing else.
namespace fp8oracle::mutants {
namespace {

std::uint32_t bits_in(float value, std::uint32_t type) {
  return correct().dequantize.output_bits(value, 0.0f, value, type);
}

// ---- The product [K6]
// ------------------------------------------------------------------------------

void ignores_scale_inv(Decisions& d) {
  d.dequantize.product = [](float decoded, float) { return decoded; };
}
void divides(Decisions& d) {
  d.dequantize.product = [](float decoded, float scale_inv) { return decoded / scale_inv; };
}
void divides_by_reciprocal(Decisions& d) {
  d.dequantize.product = [](float decoded, float scale_inv) {
    return decoded / (1.0f / scale_inv);
  };
}
void scale_inv_in_bf16(Decisions& d) {
  d.dequantize.product = [](float decoded, float scale_inv) {
    return decoded * through_bf16(scale_inv);
  };
}
void flushes(Decisions& d) {
  d.dequantize.product = [](float decoded, float scale_inv) {
    const float product = decoded * scale_inv;
    return is_subnormal(product) ? signed_zero(product) : product;
  };
}
void plus_zero(Decisions& d) {
  d.dequantize.product = [](float decoded, float scale_inv) { return decoded * scale_inv + 0.0f; };
}
void zero_code_is_zero(Decisions& d) {
  d.dequantize.product = [](float decoded, float scale_inv) {
    return decoded == 0.0f ? 0.0f : decoded * scale_inv;
  };
}

// ---- The output's rounding [K6]
// --------------------------------------------------------------------

void truncates(Decisions& d) {
  d.dequantize.output_bits = [](float, float, float product, std::uint32_t type) {
    if (type == FP8ORACLE_BF16)
      return static_cast<std::uint32_t>(to_bf16(product, shift_right_truncate));
    if (type == FP8ORACLE_F16)
      return static_cast<std::uint32_t>(to_f16(product, shift_right_truncate));
    return bits_of(product);
  };
}
void f16_through_bf16(Decisions& d) {
  d.dequantize.output_bits = [](float, float, float product, std::uint32_t type) {
    return bits_in(type == FP8ORACLE_F16 ? through_bf16(product) : product, type);
  };
}
void f32_through_bf16(Decisions& d) {
  d.dequantize.output_bits = [](float, float, float product, std::uint32_t type) {
    return bits_in(type == FP8ORACLE_F32 ? through_bf16(product) : product, type);
  };
}
void f16_saturates(Decisions& d) {
  d.dequantize.output_bits = [](float, float, float product, std::uint32_t type) {
    const bool above = type == FP8ORACLE_F16 && !is_nan(product) && magnitude(product) > 65504.0f;
    return bits_in(above ? (product < 0.0f ? -65504.0f : 65504.0f) : product, type);
  };
}
void scales_in_output_type(Decisions& d) {
  d.dequantize.output_bits = [](float decoded, float scale_inv, float product, std::uint32_t type) {
    if (type == FP8ORACLE_F16) return bits_in(decoded * through_f16(scale_inv), type);
    if (type == FP8ORACLE_BF16) return bits_in(decoded * through_bf16(scale_inv), type);
    return bits_in(product, type);
  };
}

// ---- The decoder [K6]
// ------------------------------------------------------------------------------

void decode_with(Decisions& d, float (*decoder)(std::uint8_t, const Format&)) {
  d.dequantize.decode = decoder;
}
void subnormals_as_normals(Decisions& d) {
  decode_with(d, [](std::uint8_t code, const Format& f) {
    if (!is_subnormal_code(code, f)) return decode(code, f);
    const float normal = decode(static_cast<std::uint8_t>(code | (1u << f.mantissa_bits)), f);
    return normal * 0.5f;  // exponent field 0, with the hidden bit
  });
}
void subnormals_are_zero(Decisions& d) {
  decode_with(d, [](std::uint8_t code, const Format& f) {
    return is_subnormal_code(code, f) ? signed_zero(decode(code, f)) : decode(code, f);
  });
}
void nan_decodes_to_480(Decisions& d) {
  decode_with(d, [](std::uint8_t code, const Format& f) {
    const float x = decode(code, f);
    return is_nan(x) ? ((code & 0x80u) != 0 ? -480.0f : 480.0f) : x;
  });
}
void negative_nan_is_not_nan(Decisions& d) {
  decode_with(d, [](std::uint8_t code, const Format& f) {
    const float x = decode(code, f);
    return is_nan(x) && (code & 0x80u) != 0 ? 0.0f : x;
  });
}
void bias_off_by_one(Decisions& d) {
  decode_with(d, [](std::uint8_t code, const Format& f) { return decode(code, f) * 0.5f; });
}
void negative_zero_is_nan(Decisions& d) {
  decode_with(d, [](std::uint8_t code, const Format& f) {
    return code == 0x80 ? from_bits(kNanBits) : decode(code, f);
  });
}
void columnwise_not_transposed_back(Decisions& d) {
  d.dequantize.code_index = [](std::int64_t row, std::int64_t col, const CodesPlan& plan) {
    if (!plan.shape.transposed) return row * plan.shape.cols + col;
    return row * plan.shape.rows + col;
  };
}

// ---- Without scale_inv [K7]
// ------------------------------------------------------------------------

/// The arguments of a dequantize that lacks nothing but scale_inv, or null.
const fp8oracle_dequantize_args* lacks_scale_inv(Call& call, const Checked& error) {
  const auto* args = call.dequantize();
  if (args == nullptr || !error || error->argument != "pair.scale_inv") return nullptr;
  return absent(args->pair.scale_inv) ? args : nullptr;
}
Checked check_all_but_scale_inv(Call& call) {
  Checked error = check_arguments(call);
  return lacks_scale_inv(call, error) != nullptr ? std::nullopt : error;
}
void missing_is_one(Decisions& d) {
  d.boundary.check = check_all_but_scale_inv;
  d.dequantize.block_scale_inv = [](std::int64_t, std::int64_t, std::int64_t index,
                                    const ScalePlan& plan) {
    const std::uint32_t one = plan.shape.element_bytes == 1 ? 127 : bits_of(1.0f);
    return plan.buffer.data == nullptr ? one : fetch_scale(plan, index);
  };
}
void missing_does_nothing(Decisions& d) {
  d.boundary.check = check_all_but_scale_inv;
  d.dequantize.answers = [](const DequantizeArgs& args) {
    return args.pair.scale_inv.data == nullptr;
  };
}
void missing_is_called_scale(Decisions& d) {
  d.boundary.check = [](Call& call) {
    Checked error = check_arguments(call);
    const auto* args = error ? call.dequantize() : nullptr;
    if (args != nullptr && args->pair.scale_inv.data == nullptr)
      error = ArgumentError{"input", "is wrong"};
    return error;
  };
}
void missing_for_tensors_only(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const bool lacks = lacks_scale_inv(call, error) != nullptr;
    return lacks && call.scheme().grid.scale_is_given() ? std::nullopt : error;
  };
}

std::vector<Mutant> wrong_value() {
  return {
      mutant<ignores_scale_inv>(
          {"dequantize-ignores-scale-inv", "K6", "jax #30467 (A13)", "scale_inv is not applied"}),
      mutant<divides>({"dequantize-divides", "K6", "modular #6600 (A12)", "decode(q) / scale_inv"}),
      mutant<divides_by_reciprocal>(
          {"dequantize-divides-by-rcp", "K6", "TE #2639 (H02)", "decode(q) / RN(1 / scale_inv)"}),
      mutant<scale_inv_in_bf16>({"dequantize-scale-inv-in-bf16", "K6", "vLLM #4570 (H05)",
                                 "scale_inv is rounded to BF16 before the product"}),
      mutant<flushes>({"dequantize-ftz", "K6", "TE-D3", "a subnormal product becomes 0"}),
      mutant<plus_zero>(
          {"dequantize-plus-zero", "K6", "contract K6", "fma(q, r, +0): -0 becomes +0"}),
      mutant<zero_code_is_zero>(
          {"dequantize-zero-is-zero", "K6", "contract K6", "0 * Inf is 0, and -0 is +0"}),
      mutant<truncates>(
          {"dequantize-truncates", "K6", "contract K6", "a 16-bit output is truncated"}),
      mutant<f16_through_bf16>({"dequantize-f16-through-bf16", "K6", "flashinfer #4167 (D02)",
                                "an FP16 output is rounded twice"}),
      mutant<f32_through_bf16>({"dequantize-f32-through-bf16", "K6", "flashinfer #4167 (D02)",
                                "an FP32 output has BF16's precision"}),
      mutant<f16_saturates>({"dequantize-f16-saturates", "K6", "contract K6",
                             "an FP16 overflow gives 65504 instead of Inf"}),
      mutant<scales_in_output_type>({"dequantize-in-output-type", "K6", "torchao #1766 (B06)",
                                     "scale_inv is rounded to the output's type first"}),
  };
}

std::vector<Mutant> wrong_decoding() {
  return {
      mutant<subnormals_as_normals>({"decode-subnormal-as-normal", "K6",
                                     "b12x #388, flashinfer #3932 (D18)",
                                     "exponent field 0 is decoded as if it were normal"}),
      mutant<subnormals_are_zero>(
          {"decode-flushes", "K6", "contract K6", "subnormal codes decode to 0"}),
      mutant<nan_decodes_to_480>(
          {"decode-nan-is-480", "K6", "contract K6", "NaN decodes to a number"}),
      mutant<negative_nan_is_not_nan>(
          {"decode-negative-nan", "K6", "contract K6", "0xFF is not taken for NaN"}),
      mutant<bias_off_by_one>({"decode-fnuz-bias", "K6", "aiter #4051 (E03)",
                               "the codes are labelled fn and decoded as fnuz"}),
      mutant<negative_zero_is_nan>({"decode-negative-zero-is-nan", "K6",
                                    "triton #3997, #10745 (E06)", "0x80 is taken for NaN"}),
      mutant<columnwise_not_transposed_back>({"decode-not-transposed-back", "K6",
                                              "aiter #4506 (F12)",
                                              "transposed codes are read as if they were not"}),
      mutant<missing_is_one>(
          {"missing-scale-inv-is-one", "K7", "contract K7", "an absent scale_inv counts as 1"}),
      mutant<missing_does_nothing>({"missing-scale-inv-does-nothing", "K7", "contract K7",
                                    "an absent scale_inv: OK, and nothing is written"}),
      mutant<missing_is_called_scale>(
          {"missing-scale-inv-not-named", "K7", "contract K7", "the error names another argument"}),
      mutant<missing_for_tensors_only>({"missing-scale-inv-per-tensor", "K7", "TE-D1, TE-D2",
                                        "only the per-tensor read forgets to ask for scale_inv"}),
  };
}

}  // namespace

std::vector<Mutant> dequantize_mutants() { return joined({wrong_value(), wrong_decoding()}); }

}  // namespace fp8oracle::mutants
