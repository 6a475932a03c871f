// SPDX-License-Identifier: Apache-2.0
// Per-tensor casts: what one number becomes.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "exhaustive/tiers.h"
#include "reference/codec.h"

namespace fp8oracle::exhaustive {
namespace {

constexpr std::int64_t kColumns = 1024;

Scheme per_tensor(const Format& format) {
  Scheme scheme;
  scheme.format = format;
  scheme.profile = find_profile("te");
  return scheme;
}

fp8oracle_matrix matrix(const fp8oracle_buffer& data, fp8oracle_type type, std::uint64_t count) {
  return {data, type, static_cast<std::int64_t>(count) / kColumns, kColumns, kColumns};
}

class Fp32Tier final : public Tier {
 public:
  explicit Fp32Tier(const Format& f) {
    name = "fp32";
    format = f.name;
    scheme = per_tensor(f);
    cases = std::uint64_t{1} << 32;
    chunk = 1 << 20;
  }

  void run(Side& side, std::uint64_t first, std::uint64_t count,
           std::vector<Output>& outputs) const override {
    std::vector<std::uint32_t> x(count);
    std::iota(x.begin(), x.end(), static_cast<std::uint32_t>(first));
    side.begin();
    AbiScheme abi = scheme.abi();
    auto args = client::make_args<fp8oracle_quantize_args>(abi.get());
    args.input = matrix(side.upload(x.data(), 4 * count), type, count);
    args.rowwise.codes = side.poisoned(count);
    args.workspace = side.workspace(operation, &args);
    side.call(operation, &args);
    side.download(args.rowwise.codes,
                  output(outputs, 0, "rowwise.codes", Kind::kCode, count).bytes.data());
    side.synchronize();
  }

  /// An absent scale is exactly 1, so the number that is encoded is the input itself.
  void expect(Side&, std::uint64_t first, std::uint64_t count,
              std::vector<Output>& outputs) const override {
    std::vector<float> x(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      x[i] = std::bit_cast<float>(static_cast<std::uint32_t>(first + i));
    }
    const auto rules =
        reference::element_rules(scheme.format, scheme.profile.knobs_for(scheme.format));
    reference::encode_all(scheme.format, rules, x,
                          output(outputs, 0, "rowwise.codes", Kind::kCode, count).bytes);
  }

  std::string describe(std::uint64_t index) const override {
    return "x " + float_in_words(static_cast<std::uint32_t>(index));
  }
};

class HalfTier final : public Tier {
 public:
  HalfTier(const Format& f, fp8oracle_type t) {
    name = to_string(t);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return static_cast<char>(std::tolower(c)); });
    format = f.name;
    scheme = per_tensor(f);
    type = t;
    chunk = kInputs;
    cases = kInputs * scale_corpus().size();
  }

  void run(Side& side, std::uint64_t first, std::uint64_t count,
           std::vector<Output>& outputs) const override {
    std::vector<std::uint16_t> x(count);
    std::iota(x.begin(), x.end(), std::uint16_t{0});
    side.begin();
    AbiScheme abi = scheme.abi();
    auto args = client::make_args<fp8oracle_quantize_args>(abi.get());
    args.input = matrix(side.upload(x.data(), 2 * count), type, count);
    args.scale = side.upload(&scale_corpus()[first / kInputs], sizeof(float));
    args.rowwise.codes = side.poisoned(count);
    args.rowwise.scale_inv = side.poisoned(sizeof(float));
    args.workspace = side.workspace(operation, &args);
    side.call(operation, &args);
    side.download(args.rowwise.codes,
                  output(outputs, 0, "rowwise.codes", Kind::kCode, count).bytes.data());
    side.download(args.rowwise.scale_inv,
                  output(outputs, 1, "rowwise.scale_inv", Kind::kF32, 1).bytes.data());
    side.synchronize();
  }

  std::string describe(std::uint64_t index) const override {
    char text[32];
    std::snprintf(text, sizeof text, "x (bits 0x%04x)", static_cast<unsigned>(index % kInputs));
    return std::string(text) + " times scale " + float_in_words(scale_corpus()[index / kInputs]);
  }

 private:
  static constexpr std::uint64_t kInputs = 65536;
};

std::vector<std::uint32_t> make_scale_corpus() {
  std::vector<std::uint32_t> corpus{0x00000000, 0x80000000, 0x7F800000, 0xFF800000,
                                    0x7FC00000, 0x7F800001, 0xFFFFFFFF};
  for (const float x : {1.0f,
                        2.0f,
                        0.5f,
                        -1.0f,
                        448.0f,
                        57344.0f,
                        1.0f / 448.0f,
                        1.0f / 57344.0f,
                        3.0f,
                        0.1f,
                        -0.7f,
                        0x1p-149f,
                        0x1p-127f,
                        0x1p-126f,
                        0x1p126f,
                        0x1p127f,
                        0x1.fffffep127f,
                        0x1.000002p126f,
                        0x1.fffffep125f,
                        0x1.fffffep-1f,
                        0x1.000002p0f,
                        0x1.fffffep-127f}) {
    corpus.push_back(std::bit_cast<std::uint32_t>(x));
  }
  // One significand in every fifth binade; the multiplier spreads their low bits.
  for (std::uint32_t exponent = 2; exponent < 255; exponent += 5) {
    corpus.push_back(exponent << 23 | (exponent * 2654435761u & 0x007FFFFFu));
  }
  return corpus;
}

}  // namespace

const std::vector<std::uint32_t>& scale_corpus() {
  static const std::vector<std::uint32_t> corpus = make_scale_corpus();
  return corpus;
}

Tiers fp32_tiers() {
  Tiers tiers;
  for (const Format& format : kSchemeFormats) tiers.push_back(std::make_unique<Fp32Tier>(format));
  return tiers;
}

Tiers half_tiers() {
  Tiers tiers;
  for (const fp8oracle_type type : {FP8ORACLE_BF16, FP8ORACLE_F16}) {
    for (const Format& format : kSchemeFormats) {
      tiers.push_back(std::make_unique<HalfTier>(format, type));
    }
  }
  return tiers;
}

}  // namespace fp8oracle::exhaustive
