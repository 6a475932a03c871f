// SPDX-License-Identifier: Apache-2.0
// What check_arguments() says about the operations on several tensors, noop and current scaling.
#include "fp8oracle/arguments.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle {
namespace {

fp8oracle_scheme scheme_of(const char* name, const char* profile = "te") {
  return parse_scheme(std::string(name) + "." + profile, find_profile(profile)).abi();
}

template <typename Args>
std::string offender(const Args& args) {
  const auto error = check_arguments(args);
  return error ? error->argument : "";
}

/// Buffers of a 2 x 3 cast in both directions.
struct Tensor {
  std::array<float, 6> x{};
  std::array<std::uint8_t, 6> row{}, col{};
  float scale = 1, scale_inv = 0, amax = 0;

  fp8oracle_quantize_item item() {
    return {{{x.data(), sizeof x}, FP8ORACLE_F32, 2, 3, 3},
            {&scale, 4},
            {&amax, 4},
            {{row.data(), 6}, {&scale_inv, 4}},
            {{col.data(), 6}, {&scale_inv, 4}}};
  }
};

TEST(QuantizeMany, NamesTheItemAndTheFieldOfTheFirstBadOne) {
  std::array<Tensor, 5> tensors;
  std::vector<fp8oracle_quantize_item> items;
  for (Tensor& t : tensors) items.push_back(t.item());
  fp8oracle_quantize_many_args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme_of("e4m3.tensor.both.compact");
  args.items = items.data();
  args.count = items.size();
  EXPECT_EQ(offender(args), "");
  items[3].rowwise.codes.bytes = 5;
  EXPECT_EQ(offender(args), "items[3].rowwise.codes");
  items[2].columnwise.scale_inv.data = &tensors[1].scale_inv;
  EXPECT_EQ(offender(args), "items[2].columnwise.scale_inv");
  items[1].input.row_stride = 2;
  EXPECT_EQ(offender(args), "items[1].input.row_stride");
  items[0].amax.bytes = 8;
  EXPECT_EQ(offender(args), "items[0].amax");
}

TEST(QuantizeMany, WantsOneTypeAndItemsWhereThereAreAny) {
  std::array<Tensor, 2> tensors;
  std::vector<fp8oracle_quantize_item> items{tensors[0].item(), tensors[1].item()};
  items[1].input.type = FP8ORACLE_BF16;
  fp8oracle_quantize_many_args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme_of("e4m3.tensor.both.compact");
  args.items = items.data();
  args.count = 2;
  EXPECT_EQ(offender(args), "items[1].input.type");
  args.items = nullptr;
  EXPECT_EQ(offender(args), "items");
  args.count = 0;
  EXPECT_EQ(offender(args), "");
  args.noop = {nullptr, 4};
  EXPECT_EQ(offender(args), "noop");
}

TEST(QuantizeCurrent, IsPerTensorAndChecksItsRule) {
  Tensor t;
  const fp8oracle_quantize_item item = t.item();
  fp8oracle_quantize_current_args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme_of("e4m3.tensor.both.compact");
  args.input = item.input;
  args.scale = item.scale;
  args.rowwise = item.rowwise;
  args.columnwise = item.columnwise;
  EXPECT_EQ(offender(args), "") << "amax may be absent";
  args.pow2 = 2;
  EXPECT_EQ(offender(args), "pow2");
  args.pow2 = 1;
  args.eps = -1.0f;
  EXPECT_EQ(offender(args), "eps");
  args.eps = 0.0f;
  args.amax = {&t.amax, 2};
  EXPECT_EQ(offender(args), "amax");
  args.scheme = scheme_of("e4m3.mx32.both.compact");
  EXPECT_EQ(offender(args), "scheme.granularity");
}

TEST(ScaleInverse, NeedsItsOutputAndNotItsScale) {
  float scale_inv = 0;
  fp8oracle_scale_inverse_args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme_of("e4m3.tensor.row.compact");
  EXPECT_EQ(offender(args), "scale_inv");
  args.scale_inv = {&scale_inv, 4};
  EXPECT_EQ(offender(args), "");
  args.scale = {nullptr, 4};
  EXPECT_EQ(offender(args), "scale");
}

TEST(Noop, IsOneFloatWhereItIsGiven) {
  Tensor t;
  const fp8oracle_quantize_item item = t.item();
  float noop = 1;
  fp8oracle_amax_args amax{};
  amax.struct_size = sizeof amax;
  amax.scheme = scheme_of("e4m3.tensor.row.compact");
  amax.input = item.input;
  amax.amax = item.amax;
  amax.noop = {&noop, 4};
  EXPECT_EQ(offender(amax), "");
  amax.noop = {&noop, 8};
  EXPECT_EQ(offender(amax), "noop");
  fp8oracle_quantize_args cast{};
  cast.struct_size = sizeof cast;
  cast.scheme = scheme_of("e4m3.tensor.both.compact");
  cast.input = item.input;
  cast.rowwise = item.rowwise;
  cast.columnwise = item.columnwise;
  cast.noop = {&noop, 3};
  EXPECT_EQ(offender(cast), "noop");
  fp8oracle_scale_from_amax_args scale{};
  scale.struct_size = sizeof scale;
  scale.scheme = amax.scheme;
  scale.amax = item.amax;
  scale.scale = item.scale;
  scale.noop = {nullptr, 4};
  EXPECT_EQ(offender(scale), "noop");
}

}  // namespace
}  // namespace fp8oracle
