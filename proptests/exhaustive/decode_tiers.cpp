// SPDX-License-Identifier: Apache-2.0
// What a code becomes again.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <numeric>

#include "exhaustive/tiers.h"

namespace fp8oracle::exhaustive {
namespace {

constexpr std::uint64_t kCodes = 256;
constexpr std::uint64_t kBlock = kMx32Grid.block_cols;
constexpr std::uint64_t kBlocksOfCodes = kCodes / kBlock;

Kind kind_of(fp8oracle_type type) {
  if (type == FP8ORACLE_F32) return Kind::kF32;
  return type == FP8ORACLE_BF16 ? Kind::kBf16 : Kind::kF16;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

/// A row of all 256 codes for each scale_inv.
class DequantizeTier final : public Tier {
 public:
  DequantizeTier(const Format& f, fp8oracle_type t, const Grid& grid) {
    const bool mx = grid.is_mx();
    name = (mx ? "mx-dequantize." : "dequantize.") + lower(to_string(t));
    format = f.name;
    scheme.format = f;
    scheme.grid = grid;
    scheme.profile = find_profile("te");
    operation = FP8ORACLE_OP_DEQUANTIZE;
    type = t;
    cases = kCodes * (mx ? kCodes : scale_corpus().size());
    chunk = mx ? kCodes * kCodes : kCodes;
  }

  void run(Side& side, std::uint64_t first, std::uint64_t count,
           std::vector<Output>& outputs) const override {
    std::vector<std::uint8_t> codes(count);
    std::iota(codes.begin(), codes.end(), std::uint8_t{0});
    Output& y = output(outputs, 0, "output", kind_of(type), count);
    side.begin();
    AbiScheme abi = scheme.abi();
    auto args = client::make_args<fp8oracle_dequantize_args>(abi.get());
    args.pair.codes = side.upload(codes.data(), count);
    args.pair.scale_inv = upload_scale_inv(side, first, count);
    args.output = {side.poisoned(y.bytes.size()), type, static_cast<std::int64_t>(count / kCodes),
                   kCodes, kCodes};
    side.call(operation, &args);
    side.download(args.output.data, y.bytes.data());
    side.synchronize();
  }

  std::string describe(std::uint64_t index) const override {
    char text[64];
    const auto code = static_cast<unsigned>(index % kCodes);
    if (scheme.grid.is_mx()) {
      std::snprintf(text, sizeof text, "code 0x%02x with scale_inv 0x%02x", code,
                    static_cast<unsigned>(index / kCodes));
      return text;
    }
    std::snprintf(text, sizeof text, "code 0x%02x with scale_inv ", code);
    return text + float_in_words(scale_corpus()[index / kCodes]);
  }

 private:
  fp8oracle_buffer upload_scale_inv(Side& side, std::uint64_t first, std::uint64_t count) const {
    if (!scheme.grid.is_mx()) return side.upload(&scale_corpus()[first / kCodes], sizeof(float));
    std::vector<std::uint8_t> scale_inv(count / kBlock);
    for (std::uint64_t i = 0; i < scale_inv.size(); ++i) {
      scale_inv[i] = static_cast<std::uint8_t>(first / kCodes + i / kBlocksOfCodes);
    }
    return side.upload(scale_inv.data(), scale_inv.size());
  }
};

}  // namespace

Tiers decode_tiers() {
  Tiers tiers;
  for (const Grid& grid : {kTensorGrid, kMx32Grid}) {
    for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
      for (const Format& format : kSchemeFormats) {
        tiers.push_back(std::make_unique<DequantizeTier>(format, type, grid));
      }
    }
  }
  return tiers;
}

Tiers all_tiers() {
  Tiers all;
  for (Tiers (*make)() :
       {fp32_tiers, half_tiers, mx_amax_tiers, scale_from_amax_tiers, decode_tiers}) {
    for (auto& tier : make()) all.push_back(std::move(tier));
  }
  return all;
}

}  // namespace fp8oracle::exhaustive
