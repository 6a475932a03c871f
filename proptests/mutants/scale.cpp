// SPDX-License-Identifier: Apache-2.0
#include "codes.h"
#include "table.h"

// K9 and K14: scale_inv from scale, and scale from amax.
namespace fp8oracle::mutants {
namespace {

// ---- scale_inv = RN(1 / scale) [K9]
// ----------------------------------------------------------------

bool ordinary(float x) {
  return !is_nan(x) && !is_inf(x) && !is_subnormal(x) && bits_of(magnitude(x)) != 0;
}

void reciprocal(Decisions& d, float (*of)(float, const Args&)) { d.tensor.scale_inv = of; }

void one_ulp_off(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) {
    const float r = 1.0f / scale;
    // Exact for powers of two, as the hardware's approximation is.
    return ordinary(r) && (bits_of(scale) & kMantissaMask) != 0 ? from_bits(bits_of(r) + 1) : r;
  });
}
void one_newton_step(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) {
    const float r = 1.0f / scale;
    if (!ordinary(r) || !ordinary(scale)) return r;
    const float guess = from_bits(bits_of(r) & 0xFFFFF000u);
    return guess * (2.0f - scale * guess);
  });
}
void flushes_result(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) {
    const float r = 1.0f / scale;
    return is_subnormal(r) ? signed_zero(r) : r;
  });
}
void flushes_scale(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) {
    return 1.0f / (is_subnormal(scale) ? signed_zero(scale) : scale);
  });
}
void in_f16(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) { return through_f16(1.0f / scale); });
}
void in_bf16(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) { return through_bf16(1.0f / scale); });
}
void not_inverted(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) { return scale; });
}
void power_of_two(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) {
    const float r = 1.0f / scale;
    const bool round_up = ordinary(r) && (bits_of(r) & kMantissaMask) != 0;
    return round_up ? from_bits((bits_of(r) & ~kMantissaMask) + 0x00800000u) : r;
  });
}
void of_zero_is_zero(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) { return scale == 0.0f ? scale : 1.0f / scale; });
}
void of_inf_is_one(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) { return is_inf(scale) ? 1.0f : 1.0f / scale; });
}
void clamped(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) {
    const float r = 1.0f / scale;
    return is_inf(r) ? from_bits((bits_of(r) & ~kAbsMask) | bits_of(kFloatMax)) : r;
  });
}
void of_nan_is_one(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) { return is_nan(scale) ? 1.0f : 1.0f / scale; });
}
void without_sign(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) { return magnitude(1.0f / scale); });
}
void of_zero_without_sign(Decisions& d) {
  reciprocal(d, [](float scale, const Args&) { return 1.0f / (scale + 0.0f); });
}

// ---- Which amaxes are bad [K14]
// --------------------------------------------------------------------

void bad(Decisions& d, bool (*is_bad)(float, const ScaleArgs&)) { d.scale.is_bad = is_bad; }

void zero_test_flushed(Decisions& d) {
  bad(d, [](float amax, const ScaleArgs& args) {
    return is_subnormal(amax) || correct().scale.is_bad(amax, args);
  });
}
void inf_is_divided(Decisions& d) {
  bad(d, [](float amax, const ScaleArgs& args) {
    return !is_inf(amax) && correct().scale.is_bad(amax, args);
  });
}
void nan_is_divided(Decisions& d) {
  bad(d, [](float amax, const ScaleArgs& args) {
    return !is_nan(amax) && correct().scale.is_bad(amax, args);
  });
}
void zero_is_divided(Decisions& d) {
  bad(d, [](float amax, const ScaleArgs& args) {
    return amax != 0.0f && correct().scale.is_bad(amax, args);
  });
}
void keeps_old(Decisions& d) {
  d.scale.of_bad = [](float, float old, const ScaleArgs&) { return old; };
}
void bad_is_zero(Decisions& d) {
  d.scale.of_bad = [](float, float, const ScaleArgs&) { return 0.0f; };
}

// ---- The floor and the quotient [K14]
// --------------------------------------------------------------

void eps_added(Decisions& d) {
  d.scale.floor = [](float amax, float eps) { return amax + eps; };
}
void eps_ignored(Decisions& d) {
  d.scale.floor = [](float amax, float) { return amax; };
}
void eps_always(Decisions& d) {
  d.scale.floor = [](float amax, float eps) {
    const float floor = eps < 1e-12f ? 1e-12f : eps;
    return amax < floor ? floor : amax;
  };
}
void nan_below_eps(Decisions& d) {
  d.scale.floor = [](float amax, float eps) { return amax > eps ? amax : eps; };
}
void half_max(Decisions& d) {
  d.scale.max = [](const ResolvedScheme& scheme) { return correct().scale.max(scheme) / 2; };
}
void fnuz_max(Decisions& d) {
  d.scale.max = [](const ResolvedScheme& scheme) {
    return decode(static_cast<std::uint8_t>(below_top_binade_code(scheme.format)), scheme.format);
  };
}
void one_max_for_both(Decisions& d) {
  d.scale.max = [](const ResolvedScheme&) { return 448.0f; };
}
void times_reciprocal(Decisions& d) {
  d.scale.quotient = [](float max, float amax) { return max * (1.0f / amax); };
}
void upside_down(Decisions& d) {
  d.scale.quotient = [](float max, float amax) { return amax / max; };
}
void quotient_in_bf16(Decisions& d) {
  d.scale.quotient = [](float max, float amax) { return through_bf16(max / amax); };
}

// ---- Overflow and powers of two [K14]
// --------------------------------------------------------------

void unclamped(Decisions& d) {
  d.scale.of_overflow = [](const ScaleArgs&) { return from_bits(kInfBits); };
}
void clamped_to_input_type(Decisions& d) {
  d.scale.of_overflow = [](const ScaleArgs& args) {
    ScaleArgs other = args;
    other.scheme.knobs.scale_overflow = FP8ORACLE_SCALE_OVERFLOW_INPUT_MAX;
    return correct().scale.of_overflow(other);
  };
}
void overflow_is_one(Decisions& d) {
  d.scale.of_overflow = [](const ScaleArgs&) { return 1.0f; };
}
void pow2_rounds_up(Decisions& d) {
  d.scale.pow2 = [](float scale) {
    const bool exact = (bits_of(scale) & kMantissaMask) == 0;
    return from_bits((bits_of(scale) & ~kMantissaMask) + (exact ? 0u : 0x00800000u));
  };
}
void pow2_nearest(Decisions& d) {
  d.scale.pow2 = [](float scale) {
    return from_bits((bits_of(scale) + 0x00400000u) & ~kMantissaMask);
  };
}
void pow2_ignored(Decisions& d) {
  d.scale.wants_pow2 = [](const ScaleArgs&) { return false; };
}
void pow2_before_clamp(Decisions& d) {
  d.scale.pow2 = [](float scale) {
    return scale == kFloatMax ? scale : correct().scale.pow2(scale);
  };
}

std::vector<Mutant> wrong_inverse() {
  return {
      mutant<one_ulp_off>({"rcp-approx", "K9", "flashinfer reciprocal_approximate_ftz (H06)",
                           "an approximate reciprocal, one ulp too large"}),
      mutant<one_newton_step>(
          {"rcp-newton", "K9", "contract K9", "an approximation and one Newton step"}),
      mutant<flushes_result>(
          {"rcp-ftz", "K9", "TE-D3", "fast math: a subnormal scale_inv becomes 0"}),
      mutant<flushes_scale>({"rcp-daz", "K9", "TE-D3", "fast math: a subnormal scale counts as 0"}),
      mutant<in_f16>({"rcp-in-f16", "K9", "torchao #1766 (B06), sglang #40198 (B15)",
                      "1 / scale in half precision"}),
      mutant<in_bf16>({"rcp-in-bf16", "K9", "Model-Optimizer #381, vLLM #4570 (H05)",
                       "scale_inv is rounded to BF16"}),
      mutant<not_inverted>(
          {"scale-inv-is-scale", "K9", "modular #6600 (A12)", "the scale is not inverted back"}),
      mutant<power_of_two>({"scale-inv-pow2", "K9", "HF transformers #46763 (A09)",
                            "scale_inv is a power of two, the data was not scaled by it"}),
      mutant<of_zero_is_zero>(
          {"rcp-of-zero-is-zero", "K9", "flashinfer #2440 (B03)", "scale != 0 ? 1 / scale : 0"}),
      mutant<of_inf_is_one>({"rcp-of-inf-is-one", "K9", "contract K9", "1 / Inf is 1"}),
      mutant<clamped>({"rcp-clamped", "K9", "contract K9", "1 / 0 is FLT_MAX"}),
      mutant<of_nan_is_one>({"rcp-of-nan-is-one", "K9", "contract K9", "1 / NaN is 1"}),
      mutant<without_sign>({"rcp-without-sign", "K9", "contract K9", "|1 / scale|"}),
      mutant<of_zero_without_sign>({"rcp-of-negative-zero", "K9", "contract K9", "1 / -0 is +Inf"}),
  };
}

std::vector<Mutant> wrong_bad_amax() {
  return {
      mutant<zero_test_flushed>(
          {"zero-test-flushed", "K14", "TE-D3", "fast math: a subnormal amax passes for 0"}),
      mutant<inf_is_divided>(
          {"amax-inf-is-divided", "K14", "TE reference (B17)", "amax Inf gives scale 0", "te"}),
      mutant<nan_is_divided>(
          {"amax-nan-is-divided", "K14", "contract K14", "amax NaN gives scale NaN", "te"}),
      mutant<zero_is_divided>({"amax-zero-is-divided", "K14", "torchao #4713 (B05)",
                               "amax 0 is divided by and clamped", "te"}),
      mutant<keeps_old>({"bad-amax-keeps-old", "K14", "contract K14",
                         "delayed scaling's rule where current scaling's is asked for", "te"}),
      mutant<bad_is_zero>(
          {"bad-amax-is-zero", "K14", "TE reference (B17)", "a bad amax gives 0", "te"}),
      mutant<nan_below_eps>(
          {"amax-nan-below-eps", "K14", "contract K14", "fmaxf(amax, eps) swallows NaN", "te"}),
  };
}

std::vector<Mutant> wrong_quotient() {
  return {
      mutant<eps_added>({"eps-added", "K14", "contract K14", "amax + eps"}),
      mutant<eps_ignored>({"eps-ignored", "K14", "contract K14", "eps is not used"}),
      mutant<eps_always>(
          {"eps-always", "K14", "contract K14", "a floor of 1e-12 that nobody asked for"}),
      mutant<half_max>({"max-224", "K14", "sglang #30900 (E01)", "half of the largest value"}),
      mutant<fnuz_max>({"max-240", "K14", "ROCm TE #485 (E04), aiter #4051 (E03)",
                        "the largest value of another format of the family"}),
      mutant<one_max_for_both>(
          {"max-448-for-both", "K14", "contract K14", "E5M2 is scaled for E4M3's largest"}),
      mutant<times_reciprocal>(
          {"max-times-reciprocal", "K14", "TE #2639 (H02)", "max * RN(1 / amax): rounded twice"}),
      mutant<upside_down>({"quotient-upside-down", "K14", "modular #6600 (A12)", "amax / max"}),
      mutant<quotient_in_bf16>(
          {"quotient-in-bf16", "K14", "vLLM #4570 (H05)", "the scale is rounded to BF16"}),
      mutant<unclamped>({"scale-overflow-is-inf", "K14",
                         "flashinfer #5024 (B02), MS-AMP #131 (B08)",
                         "max / amax without the clamp", "te"}),
      mutant<clamped_to_input_type>({"scale-overflow-is-input-max", "K14", "TE-D7",
                                     "clamped to the largest of the input's type", "te"}),
      mutant<overflow_is_one>(
          {"scale-overflow-is-one", "K14", "contract K14", "an overflow gives 1", "te"}),
      mutant<pow2_rounds_up>(
          {"pow2-rounds-up", "K14", "contract K14", "the next power of two above"}),
      mutant<pow2_nearest>({"pow2-nearest", "K14", "contract K14", "the nearest power of two"}),
      mutant<pow2_ignored>({"pow2-ignored", "K14", "contract K14", "pow2 is not looked at"}),
      mutant<pow2_before_clamp>({"pow2-before-clamp", "K14", "contract K14",
                                 "an overflow is clamped after the truncation", "te"}),
  };
}

}  // namespace

std::vector<Mutant> scale_mutants() {
  return joined({wrong_inverse(), wrong_bad_amax(), wrong_quotient()});
}

}  // namespace fp8oracle::mutants
