// SPDX-License-Identifier: Apache-2.0
#include "codes.h"
#include "table.h"

// K11: overflow, Inf, NaN, -0 and subnormals.
namespace fp8oracle::mutants {
namespace {

// ---- NaN
// -------------------------------------------------------------------------------------------

void clamp_swallows_nan(Decisions& d) {
  // fminf(fmaxf(NaN, -max), max) is -max.
  d.element.nan = [](bool, const Site& site) {
    return signed_code(true, site.knobs().element_max_code);
  };
}
void nan_keeps_sign(Decisions& d) {
  d.element.nan = [](bool negative, const Site& site) {
    return signed_code(negative, site.format().nan_code);
  };
}
void nan_loses_sign(Decisions& d) {
  d.element.nan = [](bool, const Site& site) { return correct().element.nan(false, site); };
}
void f16_nan_loses_sign(Decisions& d) {
  d.element.widen = [](const std::uint8_t* at, std::uint32_t type) {
    const float x = widen(at, type);
    return type == FP8ORACLE_F16 && is_nan(x) ? magnitude(x) : x;
  };
}
void nan_of_e5m2_is_7e(Decisions& d) {
  d.element.nan = [](bool negative, const Site& site) {
    const std::uint8_t nan = correct().element.nan(negative, site);
    return site.format().inf_code != 0 ? static_cast<std::uint8_t>(nan - 1) : nan;
  };
}
void nan_is_zero(Decisions& d) {
  d.element.nan = [](bool, const Site&) { return std::uint8_t{0}; };
}
void nan_lost_in_odd_lanes(Decisions& d) {
  d.element.nan = [](bool negative, const Site& site) {
    if (site.lane % 2 == 0) return correct().element.nan(negative, site);
    return signed_code(negative, site.knobs().element_max_code);
  };
}
void signalling_nan_is_inf(Decisions& d) {
  d.element.widen = [](const std::uint8_t* at, std::uint32_t type) {
    const float x = widen(at, type);
    const bool signalling = is_nan(x) && (bits_of(x) & 0x00400000u) == 0;
    return signalling ? from_bits((bits_of(x) & ~kAbsMask) | kInfBits) : x;
  };
}

// ---- Overflow and Inf
// ------------------------------------------------------------------------------

std::uint8_t correct_overflow(bool negative, std::uint32_t code, const Site& site) {
  return correct().element.overflow(negative, code, site);
}

void no_saturation(Decisions& d) {
  d.element.overflow = [](bool negative, std::uint32_t code, const Site& site) {
    if (code == kInfinite) return correct_overflow(negative, code, site);
    return correct().element.nan(negative, site);
  };
}
void inf_is_nan(Decisions& d) {
  d.element.overflow = [](bool negative, std::uint32_t code, const Site& site) {
    if (code != kInfinite) return correct_overflow(negative, code, site);
    return correct().element.nan(negative, site);
  };
}
void overflow_is_inf(Decisions& d) {
  d.element.overflow = [](bool negative, std::uint32_t code, const Site& site) {
    const std::uint32_t inf = site.format().inf_code;
    return inf != 0 ? signed_code(negative, inf) : correct_overflow(negative, code, site);
  };
}
void saturate_at(Decisions& d, std::uint32_t (*largest)(const Site&)) {
  d.element.largest = largest;
}
void saturate_256(Decisions& d) {
  saturate_at(d, [](const Site& site) { return top_binade_code(site.format()); });
  d.element.overflow = [](bool negative, std::uint32_t, const Site& site) {
    return signed_code(negative, top_binade_code(site.format()));
  };
}
void saturate_240(Decisions& d) {
  saturate_at(d, [](const Site& site) { return below_top_binade_code(site.format()); });
  d.element.overflow = [](bool negative, std::uint32_t, const Site& site) {
    return signed_code(negative, below_top_binade_code(site.format()));
  };
}
/// The clamp looks at the value, not at what it rounds to: E4M3 480 and E5M2 65536 get a code of
/// their own, which is NaN or Inf.
void saturates_a_step_late(Decisions& d) {
  saturate_at(d, [](const Site& site) { return site.knobs().element_max_code + 1; });
}
void only_positive_saturates(Decisions& d) {
  d.element.overflow = [](bool negative, std::uint32_t code, const Site& site) {
    return negative ? correct().element.nan(true, site) : correct_overflow(negative, code, site);
  };
}
void overflow_without_sign(Decisions& d) {
  d.element.overflow = [](bool, std::uint32_t code, const Site& site) {
    return correct_overflow(false, code, site);
  };
}

// ---- Zero
// ------------------------------------------------------------------------------------------

void fma_plus_zero(Decisions& d) {
  d.element.before_rounding = [](float product, const Site&) { return product + 0.0f; };
}
void underflow_without_sign(Decisions& d) {
  d.element.zero = [](bool negative, bool exact, const Site& site) {
    return correct().element.zero(negative && exact, exact, site);
  };
}

std::vector<Mutant> wrong_nan() {
  return {
      mutant<clamp_swallows_nan>({"clamp-swallows-nan", "K11", "vLLM #49077, pytorch #160957 (D08)",
                                  "fminf(fmaxf(x, -max), max) before the cast"}),
      mutant<nan_keeps_sign>({"nan-keeps-sign", "K11", "contract K11", "a negative NaN gets 0xFF"}),
      mutant<nan_loses_sign>({"nan-loses-sign", "K11", "contract K11",
                              "a negative NaN gets 0x7F where the sign is kept", "keep-sign"}),
      mutant<f16_nan_loses_sign>({"f16-nan-loses-sign", "K11", "the reference, until 2026-11-25",
                                  "the widening makes one NaN of all of FP16's", "keep-sign"}),
      mutant<nan_of_e5m2_is_7e>(
          {"nan-of-e5m2-is-7e", "K11", "semantics 0.2", "E5M2 NaN gets 0x7E"}),
      mutant<nan_is_zero>({"nan-is-zero", "K11", "vLLM #49077 (D08)", "NaN becomes 0"}),
      mutant<nan_lost_in_odd_lanes>(
          {"nan-lost-in-odd-lanes", "K11", "contract K11", "odd lanes turn NaN into max"}),
      mutant<signalling_nan_is_inf>({"signalling-nan-is-inf", "K11", "contract K11",
                                     "NaN is told from Inf by its top mantissa bit"}),
  };
}

std::vector<Mutant> wrong_overflow() {
  return {
      mutant<no_saturation>({"no-saturation", "K11", "HF transformers #42775 (D09)",
                             "a finite overflow becomes NaN", "te"}),
      mutant<inf_is_nan>({"inf-is-nan", "K11", "contract K11", "Inf becomes NaN", "te"}),
      mutant<overflow_is_inf>({"overflow-is-inf", "K11", "float8_experimental #33 (D12)",
                               "E5M2 overflow becomes Inf", "te"}),
      mutant<saturate_256>({"saturate-256", "K11", "sglang #40581 (D06)",
                            "saturates at the first value of the top binade (256)"}),
      mutant<saturate_240>(
          {"saturate-240", "K11", "ROCm TE #485 (E04)", "saturates below the top binade (240)"}),
      mutant<saturates_a_step_late>({"saturates-a-step-late", "K11", "contract K11",
                                     "what rounds to max + 1 step gets that step's code", "te"}),
      mutant<only_positive_saturates>({"only-positive-saturates", "K11", "contract K11",
                                       "a negative overflow becomes NaN", "te"}),
      mutant<overflow_without_sign>({"overflow-without-sign", "K11", "contract K11",
                                     "a negative overflow becomes +max", "te"}),
      mutant<fma_plus_zero>({"fma-plus-zero", "K11", "TE mul_cvt_4x, specialized MXFP8",
                             "fma(x, scale, +0): -0 becomes +0"}),
      mutant<underflow_without_sign>({"underflow-without-sign", "K11", "contract K11",
                                      "a negative number that underflows becomes +0"}),
  };
}

}  // namespace

std::vector<Mutant> special_mutants() { return joined({wrong_nan(), wrong_overflow()}); }

}  // namespace fp8oracle::mutants
