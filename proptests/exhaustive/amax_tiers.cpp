// SPDX-License-Identifier: Apache-2.0
// Scales: what an amax becomes.
#include <Eigen/Core>
#include <bit>
#include <cmath>
#include <numeric>

#include "exhaustive/tiers.h"
#include "reference/block.h"
#include "reference/codec.h"

namespace fp8oracle::exhaustive {
namespace {

/// One row, quantized columnwise: each column is a block of one element, which is its own amax. So
/// an amax costs one element, and both its scale and its own code under that scale are compared.
class MxAmaxTier final : public Tier {
 public:
  MxAmaxTier(const Profile& profile, const Format& f) {
    name = "mx-amax." + profile.name;
    format = f.name;
    scheme.format = f;
    scheme.grid = kMx32Grid;
    scheme.directions = FP8ORACLE_COLUMNWISE;
    scheme.profile = any_shape(profile);
    cases = std::uint64_t{1} << 31;
    chunk = 1 << 20;
  }

  void run(Side& side, std::uint64_t first, std::uint64_t count,
           std::vector<Output>& outputs) const override {
    std::vector<std::uint32_t> x(count);
    std::iota(x.begin(), x.end(), static_cast<std::uint32_t>(first));
    const auto cols = static_cast<std::int64_t>(count);
    side.begin();
    AbiScheme abi = scheme.abi();
    auto args = client::make_args<fp8oracle_quantize_args>(abi.get());
    args.input = {side.upload(x.data(), 4 * count), FP8ORACLE_F32, 1, cols, cols};
    args.columnwise.codes = side.poisoned(count);
    args.columnwise.scale_inv = side.poisoned(count);
    args.workspace = side.workspace(operation, &args);
    side.call(operation, &args);
    side.download(args.columnwise.scale_inv,
                  output(outputs, 0, "columnwise.scale_inv", Kind::kE8m0, count).bytes.data());
    side.download(args.columnwise.codes,
                  output(outputs, 1, "columnwise.codes", Kind::kCode, count).bytes.data());
    side.synchronize();
  }

  /// The same from the reference's functions, block after block, without its walk over tiles.
  void expect(Side&, std::uint64_t first, std::uint64_t count,
              std::vector<Output>& outputs) const override {
    using Block = Eigen::Array<float, 1, 1>;
    const Knobs knobs = scheme.profile.knobs_for(scheme.format);
    const auto e8m0 = reference::e8m0_rules(scheme.format, knobs);
    const auto element = reference::element_rules(scheme.format, knobs);
    output(outputs, 1, "columnwise.codes", Kind::kCode, count);
    std::vector<std::uint8_t>& scale_inv =
        output(outputs, 0, "columnwise.scale_inv", Kind::kE8m0, count).bytes;
    std::vector<float> scaled(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      const Block block(std::bit_cast<float>(static_cast<std::uint32_t>(first + i)));
      const reference::BlockScale scale = reference::e8m0_scale(block, e8m0, knobs);
      scale_inv[i] = static_cast<std::uint8_t>(scale.scale_inv);
      scaled[i] = std::isnan(scale.scale) ? scale.scale : block(0) * scale.scale;
    }
    reference::encode_all(scheme.format, element, scaled, outputs[1].bytes);
  }

  std::string describe(std::uint64_t index) const override {
    return "amax " + float_in_words(static_cast<std::uint32_t>(index));
  }
};

/// One call a scalar: too slow for 2^31 of them through the door. The sample takes every exponent
/// with the significands around which rules turn, and others spread evenly.
class ScaleFromAmaxTier final : public Tier {
 public:
  ScaleFromAmaxTier(const Format& f, bool pow2) : pow2_(pow2) {
    name = pow2 ? "scale-from-amax.pow2" : "scale-from-amax";
    format = f.name;
    scheme.format = f;
    scheme.profile = find_profile("te");
    operation = FP8ORACLE_OP_SCALE_FROM_AMAX;
    cases = 1 << 20;
    chunk = 1 << 12;
  }

  void run(Side& side, std::uint64_t first, std::uint64_t count,
           std::vector<Output>& outputs) const override {
    std::vector<std::uint32_t> amax(count);
    for (std::uint64_t i = 0; i < count; ++i) amax[i] = amax_of(first + i);
    side.begin();
    const fp8oracle_buffer from = side.upload(amax.data(), 4 * count);
    const fp8oracle_buffer to = side.poisoned(4 * count);
    AbiScheme abi = scheme.abi();
    auto args = client::make_args<fp8oracle_scale_from_amax_args>(abi.get());
    args.input_type = FP8ORACLE_F32;
    args.pow2 = pow2_ ? 1 : 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      args.amax = {static_cast<char*>(from.data) + 4 * i, 4};
      args.scale = {static_cast<char*>(to.data) + 4 * i, 4};
      side.call(operation, &args);
    }
    side.download(to, output(outputs, 0, "scale", Kind::kF32, count).bytes.data());
    side.synchronize();
  }

  std::string describe(std::uint64_t index) const override {
    return "amax " + float_in_words(amax_of(index));
  }

 private:
  /// The 256 exponents times 4096 significands: the 2048 lowest, the 1024 highest, the 1024 around
  /// that of the format's max, where the quotient is a power of two; each third one of these is
  /// replaced by one spread over all.
  std::uint32_t amax_of(std::uint64_t index) const {
    const auto exponent = static_cast<std::uint32_t>(index >> 12);
    const auto n = static_cast<std::uint32_t>(index & 0xFFF);
    const std::uint32_t max = (scheme.format.max_code & scheme.format.mantissa_mask())
                              << (23 - scheme.format.mantissa_bits);
    std::uint32_t significand = n < 2048 ? n : n < 3072 ? 0x7FFC00 + n - 2048 : max + n - 3584;
    if (n % 3 == 2) significand = (exponent << 12 | n) * 2654435761u;
    return exponent << 23 | (significand & 0x7FFFFFu);
  }

  bool pow2_;
};

}  // namespace

Profile any_shape(const Profile& profile) {
  Profile open = profile;
  open.name += ", any shape";
  open.knobs.shapes = FP8ORACLE_SHAPES_ANY;
  open.knobs.mx_columnwise_codes = FP8ORACLE_COLUMNWISE_SAME;
  return open;
}

Tiers mx_amax_tiers() {
  Tiers tiers;
  for (const Profile& profile : builtin_profiles()) {
    for (const Format& format : kSchemeFormats) {
      tiers.push_back(std::make_unique<MxAmaxTier>(profile, format));
    }
  }
  return tiers;
}

Tiers scale_from_amax_tiers() {
  Tiers tiers;
  for (const bool pow2 : {false, true}) {
    for (const Format& format : kSchemeFormats) {
      tiers.push_back(std::make_unique<ScaleFromAmaxTier>(format, pow2));
    }
  }
  return tiers;
}

}  // namespace fp8oracle::exhaustive
