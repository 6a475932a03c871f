// SPDX-License-Identifier: Apache-2.0
// A backend built against yesterday's header, or tomorrow's, is loaded and does what it has. What
// is new on either side is refused by name, or skipped; nothing is misread.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "../good_call.h"
#include "fp8oracle/client.hpp"
#include "fp8oracle/operations/operation.h"

namespace fp8oracle {
namespace {

/// A backend of this folder; stays loaded.
const fp8oracle_backend_table& load(const std::string& name) {
  void* library = dlopen((std::string(GROWTH_BACKENDS) + "/" + name + ".so").c_str(), RTLD_NOW);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto get =
      reinterpret_cast<decltype(&fp8oracle_backend)>(dlsym(library, "fp8oracle_backend"));
  if (get == nullptr) throw std::runtime_error(dlerror());
  return *get();
}

/// A cast of a few numbers through the door, in a scheme of this build.
class SmallCast {
 public:
  SmallCast() : abi_(te_scheme(kTensorGrid), "te") {
    args.struct_size = sizeof args;
    args.scheme = abi_.get();
    args.input = {{input_, sizeof input_}, FP8ORACLE_F32, 2, 5, 5};
    args.scale = {&scale, sizeof scale};
    args.amax = {&amax, sizeof amax};
    args.rowwise = {{codes.data(), codes.size()}, {&scale_inv, sizeof scale_inv}, {}};
  }
  fp8oracle_status run(const fp8oracle_backend_table& table) {
    return table.quantize(&args, nullptr, {text, sizeof text});
  }
  fp8oracle_status supported(const fp8oracle_backend_table& table) {
    return table.supports(FP8ORACLE_OP_QUANTIZE, &args, {text, sizeof text});
  }
  bool untouched() const {
    return amax == 1.0f && scale_inv == 0.0f && codes == std::vector<std::uint8_t>(10, 0xA5);
  }
  void expect_done() const {
    EXPECT_EQ(codes, (std::vector<std::uint8_t>{0x40, 0xBC, 0x00, 0x80, 0x7E, 0xFE, 0x7F, 0x01,
                                                0x0C, 0x7E}));
    EXPECT_EQ(scale_inv, 0.5f);
    EXPECT_TRUE(std::isinf(amax));
  }

  float scale = 2.0f, amax = 1.0f, scale_inv = 0.0f, noop = 0.0f;
  std::vector<std::uint8_t> codes = std::vector<std::uint8_t>(10, 0xA5);
  char text[200] = "";
  fp8oracle_quantize_args args{};

 private:
  // Times 2: 2, -1.5, zeros, above and far above 448, NaN, a subnormal, a tie to even, Inf.
  float input_[10]{1.0f, -0.75f, 0.0f, -0.0f, 230.0f, -3e38f, NAN, 0x1p-10f, 0x1.9p-7f, INFINITY};
  AbiScheme abi_;
};

class Growth : public ::testing::TestWithParam<const char*> {};

TEST_P(Growth, IsLoadedAndCasts) {
  const fp8oracle_backend_table& table = load(GetParam());
  EXPECT_EQ(table.abi_version, FP8ORACLE_ABI_VERSION);
  EXPECT_STREQ(table.name, GetParam());
  for (const Operation& operation : operations())
    EXPECT_EQ(client::Client(&table).offers(operation.id), operation.id == FP8ORACLE_OP_QUANTIZE)
        << operation.name;
  SmallCast cast;
  EXPECT_EQ(cast.supported(table), FP8ORACLE_OK) << cast.text;
  EXPECT_TRUE(cast.untouched());
  EXPECT_EQ(cast.run(table), FP8ORACLE_OK) << cast.text;
  cast.expect_done();
}

TEST_P(Growth, RefusesAWrongCallByName) {
  const fp8oracle_backend_table& table = load(GetParam());
  const auto said = [&table](auto&& change) {
    SmallCast cast;
    change(cast.args);
    EXPECT_EQ(cast.run(table), FP8ORACLE_INVALID_ARGUMENT);
    EXPECT_TRUE(cast.untouched());
    EXPECT_EQ(cast.supported(table), FP8ORACLE_UNSUPPORTED);
    return std::string(cast.text).substr(0, std::string(cast.text).find(':'));
  };
  EXPECT_EQ(said([](auto& a) { a.struct_size = 8; }), "struct_size");
  EXPECT_EQ(said([](auto& a) { a.scheme = nullptr; }), "scheme");
  EXPECT_EQ(said([](auto& a) { a.rowwise.codes.bytes -= 1; }), "rowwise.codes");
  EXPECT_EQ(said([](auto& a) { a.amax = a.scale; }), "amax");
  EXPECT_EQ(said([](auto& a) { a.input.row_stride = 4; }), "input.row_stride");
}

TEST_P(Growth, DeniesAKnobOfAnotherProfileAndRefusesOneOutsideItsList) {
  const fp8oracle_backend_table& table = load(GetParam());
  const auto run = [&table](std::uint32_t amax_nan, const char* message) {
    SmallCast cast;
    ResolvedScheme scheme = te_scheme(kTensorGrid);
    scheme.knobs.amax_nan = amax_nan;
    AbiScheme abi(scheme, "mine");
    cast.args.scheme = abi.get();
    const auto status = cast.run(table);
    EXPECT_STREQ(cast.text, message);
    EXPECT_TRUE(cast.untouched());
    return status;
  };
  EXPECT_EQ(run(1, "scheme.knobs: knob 7 is not that of te"), FP8ORACLE_UNSUPPORTED);
  EXPECT_EQ(run(9, "scheme.knobs.amax.nan: has an unknown value"), FP8ORACLE_INVALID_ARGUMENT);
}

INSTANTIATE_TEST_SUITE_P(All, Growth,
                         ::testing::Values("growth_less", "growth_same", "growth_more"),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST(GrowthLess, HasAShorterTableThatEndsBeforeTheLastOperation) {
  EXPECT_EQ(load("growth_less").struct_size, offsetof(fp8oracle_backend_table, quantize_given));
  EXPECT_EQ(load("growth_same").struct_size, sizeof(fp8oracle_backend_table));
}

TEST(GrowthLess, RefusesAFieldThatItDoesNotKnowByNamingStructSize) {
  const fp8oracle_backend_table& table = load("growth_less");
  SmallCast cast;
  cast.args.noop = {&cast.noop, sizeof cast.noop};
  EXPECT_EQ(cast.supported(table), FP8ORACLE_UNSUPPORTED);
  EXPECT_EQ(cast.run(table), FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_EQ(std::string(cast.text).substr(0, 12), "struct_size:") << cast.text;
  cast.args.noop = {nullptr, 1};  // one bit
  EXPECT_EQ(cast.run(table), FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_TRUE(cast.untouched());
  cast.args.noop = {&cast.noop, sizeof cast.noop};
  EXPECT_EQ(cast.run(load("growth_same")), FP8ORACLE_OK) << cast.text;
  cast.expect_done();
}

TEST(GrowthLess, DeniesAKnobThatItDoesNotKnowByItsNumber) {
  SmallCast cast;
  ResolvedScheme scheme = te_scheme(kTensorGrid);
  scheme.knobs.mx_columnwise_codes = FP8ORACLE_COLUMNWISE_TRANSPOSED;
  AbiScheme abi(scheme, "mine");
  cast.args.scheme = abi.get();
  EXPECT_EQ(cast.run(load("growth_less")), FP8ORACLE_UNSUPPORTED);
  EXPECT_STREQ(cast.text, "scheme.knobs: knob 18 is not known here");
  EXPECT_TRUE(cast.untouched());
}

TEST(GrowthMore, HasALongerTableAndTakesTodaysShorterStructs) {
  EXPECT_EQ(load("growth_more").struct_size, sizeof(fp8oracle_backend_table) + sizeof(void (*)()));
  SmallCast cast;
  cast.noop = 1.0f;
  cast.args.noop = {&cast.noop, sizeof cast.noop};
  EXPECT_EQ(cast.run(load("growth_more")), FP8ORACLE_OK) << cast.text;
  EXPECT_TRUE(cast.untouched());  // the field of today is where it was
}

TEST(GrowthMore, SaysNothingOfAnOperationThatThisBuildDoesNotKnow) {
  const auto number = static_cast<fp8oracle_operation>(operations().size());
  EXPECT_FALSE(client::Client(&load("growth_more")).offers(number));
}

}  // namespace
}  // namespace fp8oracle
