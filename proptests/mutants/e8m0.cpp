// SPDX-License-Identifier: Apache-2.0
#include "codes.h"
#include "table.h"

// K15 and K16: the 256 scale codes, and the scale of a block.
namespace fp8oracle::mutants {
namespace {

// ---- Decoders [K15]
// --------------------------------------------------------------------------------

void shifts_the_exponent(Decisions& d) {
  d.dequantize.e8m0_value = [](std::uint8_t code) {
    return from_bits(static_cast<std::uint32_t>(code) << 23);
  };
}
void code_0_is_0(Decisions& d) {
  d.dequantize.e8m0_value = [](std::uint8_t code) { return code == 0 ? 0.0f : e8m0_value(code); };
}
void code_255_is_inf(Decisions& d) {
  d.dequantize.e8m0_value = [](std::uint8_t code) {
    return code == 255 ? from_bits(kInfBits) : e8m0_value(code);
  };
}
void nan_sentinel_as_float(Decisions& d) {
  d.dequantize.e8m0_value = [](std::uint8_t code) {
    return e8m0_value(code) == 128.0f ? from_bits(kNanBits) : e8m0_value(code);
  };
}
void bias_128(Decisions& d) {
  d.dequantize.e8m0_value = [](std::uint8_t code) {
    return code == 255 || code == 0 ? e8m0_value(code)
                                    : e8m0_value(static_cast<std::uint8_t>(code - 1));
  };
}
void bias_wraps(Decisions& d) {
  // code - 127 in 8 unsigned bits: small codes become huge exponents.
  d.dequantize.e8m0_value = [](std::uint8_t code) {
    return code < 127 ? from_bits(kInfBits) : e8m0_value(code);
  };
}
void as_signed_byte(Decisions& d) {
  d.dequantize.e8m0_value = [](std::uint8_t code) {
    const int exponent = static_cast<std::int8_t>(code) - 127;
    return exponent < -127 || code == 255 ? e8m0_value(code == 255 ? code : 0) : e8m0_value(code);
  };
}
void reciprocal_shifts(Decisions& d) {
  // (254 - code) << 23: the reciprocal of 254 is 0.
  d.block.data_scale = [](const Block& b) {
    return b.code == 254 ? 0.0f : e8m0_reciprocal(b.code);
  };
}
void reciprocal_of_0_is_inf(Decisions& d) {
  d.block.data_scale = [](const Block& b) {
    return b.code == 0 ? from_bits(kInfBits) : e8m0_reciprocal(b.code);
  };
}

// ---- The rule [K16]
// --------------------------------------------------------------------------------

void floor_columnwise(Decisions& d) {
  d.block.finite_code = [](const Block& b, float quotient) {
    if (b.rowwise()) return correct().block.finite_code(b, quotient);
    return static_cast<std::uint8_t>(bits_of(quotient) >> 23);
  };
}
void one_less_with_mantissa(Decisions& d) {
  d.block.finite_code = [](const Block& b, float quotient) {
    const int code = correct().block.finite_code(b, quotient);
    return clamped_e8m0((bits_of(b.amax) & kMantissaMask) != 0 ? code - 1 : code);
  };
}
void max_448_for_both(Decisions& d) {
  d.block.max = [](const ResolvedScheme&) { return 448.0f; };
}
void never_code_0(Decisions& d) {
  d.block.finite_code = [](const Block& b, float quotient) {
    const std::uint8_t code = correct().block.finite_code(b, quotient);
    return code == 0 ? std::uint8_t{1} : code;
  };
}
void quotient_ftz(Decisions& d) {
  d.block.quotient = [](float amax, float max) {
    const float quotient = amax * (1.0f / max);
    return is_subnormal(quotient) ? 0.0f : quotient;
  };
}
void quotient_in_f16(Decisions& d) {
  d.block.quotient = [](float amax, float max) { return through_f16(amax * (1.0f / max)); };
}
void max_one_ulp_larger(Decisions& d) {
  d.block.quotient = [](float amax, float max) {
    return amax * from_bits(bits_of(1.0f / max) + 1);
  };
}
void inf_is_255(Decisions& d) {
  d.block.of_inf = [](const Block&) { return std::uint8_t{255}; };
}
void inf_is_max_finite(Decisions& d) {
  d.block.of_inf = [](const Block& b) {
    return correct().block.finite_code(b, kFloatMax * (1.0f / correct().block.max(b.args.scheme)));
  };
}
void nan_block_where_by_element(Decisions& d) {
  d.block_amax.fold = [](float so_far, float x, const Knobs&) {
    return is_nan(x) || is_nan(so_far) ? from_bits(kNanBits)
                                       : (magnitude(x) > so_far ? magnitude(x) : so_far);
  };
}
void zero_keeps_previous(Decisions& d) {
  d.block.of_zero = [](const Block& b) { return b.previous_code; };
}
void tile_is_its_first_row(Decisions& d) {
  d.block_amax.visits = [](const Place& p) { return p.rows == 1 || p.row == 0; };
}

// ---- The other rules [K16]
// -------------------------------------------------------------------------

/// Exponent of the format's largest value.
int emax_of(const Block& b) {
  const Format& f = b.format();
  return static_cast<int>(f.max_code >> f.mantissa_bits) - f.bias;
}
int exponent_field(const Block& b) { return static_cast<int>(bits_of(b.amax) >> 23); }

void floor_off_by_one(Decisions& d) {
  d.block.finite_code = [](const Block& b, float) {
    return clamped_e8m0(exponent_field(b) - emax_of(b) + 1);
  };
}
void floor_wraps(Decisions& d) {
  d.block.finite_code = [](const Block& b, float) {
    return static_cast<std::uint8_t>(exponent_field(b) - emax_of(b));
  };
}
void floor_is_up(Decisions& d) {
  d.block.finite_code = [](const Block&, float quotient) { return e8m0_round_up(quotient); };
}
void ceil_always(Decisions& d) {
  d.block.finite_code = [](const Block& b, float) {
    return clamped_e8m0(exponent_field(b) + 1 - emax_of(b));
  };
}
void even_one_bit_off(Decisions& d) {
  d.block.finite_code = [](const Block& b, float) {
    const std::uint32_t half = 1u << (21 - b.format().mantissa_bits);
    return clamped_e8m0(static_cast<int>((bits_of(b.amax) + half) >> 23) - emax_of(b));
  };
}
void even_without_tie(Decisions& d) {
  d.block.finite_code = [](const Block& b, float) {
    const std::uint32_t half = (1u << (22 - b.format().mantissa_bits)) - 1;
    return clamped_e8m0(static_cast<int>((bits_of(b.amax) + half) >> 23) - emax_of(b));
  };
}
void even_never_inf(Decisions& d) {
  d.block.rounds_to_inf = [](const Block&) { return false; };
}

std::vector<Mutant> wrong_decoder() {
  return {
      mutant<shifts_the_exponent>({"e8m0-shift", "K15", "TE #3262 (C01), triton #11624 (C03)",
                                   "code << 23: 0 becomes 0 and 255 becomes Inf"}),
      mutant<code_0_is_0>(
          {"e8m0-0-is-0", "K15", "TE-D9, TE #3041 (F03)", "code 0 is taken for zero or padding"}),
      mutant<code_255_is_inf>({"e8m0-255-is-inf", "K15", "TE #3262 (C01)", "code 255 is Inf"}),
      mutant<nan_sentinel_as_float>(
          {"e8m0-nan-sentinel", "K15", "sglang #25519 (C04)", "the value 128 is taken for NaN"}),
      mutant<bias_128>({"e8m0-bias-128", "K15", "contract K15", "the bias is 128"}),
      mutant<bias_wraps>(
          {"e8m0-bias-wraps", "K15", "FBGEMM #3349 (C18)", "code - 127 in unsigned bytes"}),
      mutant<as_signed_byte>(
          {"e8m0-signed", "K15", "FBGEMM #3349 (C18)", "codes from 128 on are negative"}),
      mutant<reciprocal_shifts>({"e8m0-rcp-shift", "K15", "TE #2647",
                                 "(254 - code) << 23: the reciprocal of 254 is 0", "te"}),
      mutant<reciprocal_of_0_is_inf>(
          {"e8m0-rcp-of-0-is-inf", "K15", "contract K15", "the reciprocal of code 0 is Inf"}),
  };
}

std::vector<Mutant> wrong_up() {
  return {
      mutant<floor_columnwise>({"floor-columnwise", "K16", "torchao #3522 (C15), aiter #3212 (C07)",
                                "the floor rule in one direction only", "te"}),
      mutant<one_less_with_mantissa>(
          {"e8m0-one-less", "K16", "FlyDSL #590 (C09)", "code - 1 where amax has a mantissa"}),
      mutant<max_448_for_both>({"block-max-448-for-both", "K16", "contract K16",
                                "E5M2 blocks are scaled for E4M3's largest", "te"}),
      mutant<never_code_0>({"never-code-0", "K16", "TE-D9", "the smallest scale code is 1"}),
      mutant<quotient_ftz>({"block-quotient-ftz", "K16", "TE-D3",
                            "fast math: a subnormal quotient becomes 0", "te"}),
      mutant<quotient_in_f16>({"block-quotient-in-f16", "K16", "torchao #4725 (C13)",
                               "the quotient in half precision", "te"}),
      mutant<max_one_ulp_larger>({"block-max-rcp-one-ulp", "K16", "contract K16",
                                  "RN(1 / max) is one ulp too large", "te"}),
      mutant<inf_is_255>({"inf-is-255", "K16", "cutlass float8.h (C19), tilelang-metax #101 (C12)",
                          "a block with Inf gets 255", "te"}),
      mutant<inf_is_max_finite>({"inf-is-max-finite", "K16", "contract K16",
                                 "Inf is clamped to FLT_MAX before the scale", "te"}),
      mutant<nan_block_where_by_element>({"nan-block-where-by-element", "K16", "TE #3550 (B11)",
                                          "a NaN makes the whole block's scale NaN", "te"}),
      mutant<zero_keeps_previous>({"zero-keeps-previous", "K16", "contract K16",
                                   "a block of zeros keeps the scale before"}),
      mutant<tile_is_its_first_row>({"tile-is-its-first-row", "K16", "contract K16",
                                     "a tile's amax is its first row's", "te"}),
  };
}

std::vector<Mutant> wrong_other_rules() {
  return {
      mutant<floor_off_by_one>({"floor-off-by-one", "K16", "FlyDSL #590 (C09)",
                                "emax is one too small", "torchao-floor"}),
      mutant<floor_wraps>({"floor-wraps", "K16", "FBGEMM #3349 (C18)",
                           "exponent - emax below 0 wraps", "torchao-floor"}),
      mutant<floor_is_up>({"floor-is-up", "K16", "FBGEMM #2816 (C10)",
                           "the default rule changed to round-up", "torchao-floor"}),
      mutant<ceil_always>({"ceil-always", "K16", "contract K16",
                           "powers of two are rounded up as well", "torchao-ceil"}),
      mutant<even_one_bit_off>({"even-one-bit-off", "K16", "contract K16",
                                "rounds one mantissa bit too late", "torchao-even"}),
      mutant<even_without_tie>({"even-without-tie", "K16", "contract K16",
                                "a tie of the rounded mantissa stays below", "torchao-even"}),
      mutant<even_never_inf>({"even-never-inf", "K16", "contract K16",
                              "an amax that rounds up to Inf is not special", "torchao-even"}),
  };
}

}  // namespace

std::vector<Mutant> e8m0_mutants() {
  return joined({wrong_decoder(), wrong_up(), wrong_other_rules()});
}

}  // namespace fp8oracle::mutants
