// SPDX-License-Identifier: Apache-2.0
// The driver itself: that it counts, compares, and tells. Small ranges, several threads.
#include "exhaustive/sweep.h"

#include <gtest/gtest.h>

#include <cstring>

#include "common/tests/thread_limit.h"
#include "exhaustive/equivalence.h"
#include "exhaustive/tiers.h"
#include "fp8oracle/error.h"
#include "fp8oracle/operations/arguments.h"
#include "mutants/mutants.h"
#include "optimized/cpu/backend.h"
#include "reference/backend.h"

namespace fp8oracle::exhaustive {
namespace {

struct Swept {
  int code = -1;
  std::vector<std::string> lines;
  bool any(const std::string& text) const {
    for (const std::string& line : lines) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

constexpr std::uint64_t kFewChunks = 1023;  // 5 chunks of the 4096 of fp32, 3 of an mx-amax tier

Swept run(const fp8oracle_backend_table& table, std::vector<std::string> tiers, unsigned threads) {
  Swept r;
  SweepOptions options;
  options.tiers = std::move(tiers);
  options.threads = threads;
  options.every_nth_chunk = kFewChunks;
  options.again = "fp8oracle sweep --backend b";
  options.print = [&](const std::string& line) { r.lines.push_back(line); };
  r.code = sweep(table, options);
  return r;
}

const fp8oracle_backend_table& mutant(const char* name) {
  return *mutants::find_mutant(name)->table;
}

TEST(Sweep, PassesTheCpuAndCountsWhatItRan) {
  const Swept r = run(cpu::backend(), {"fp32", "mx-amax.te", "bf16", "mx-dequantize.f16"}, 4);
  EXPECT_EQ(r.code, 0);
  ASSERT_EQ(r.lines.size(), 8u);
  EXPECT_TRUE(r.any("5242880 cases")) << r.lines[0];  // 5 chunks, and 65536 inputs x 80 scales
  EXPECT_TRUE(r.any("(a part: the tier has 4294967296)"));
  EXPECT_TRUE(r.any("3145728 cases")) << r.lines[4];
  EXPECT_TRUE(r.any("65536 cases"));
  EXPECT_FALSE(r.any("FAILED"));
}

TEST(Sweep, GoesOnWithTheThreadsThatItGot) {
  for (const int more : {0, 1, 2}) {
    const ThreadLimit limit(more);
    const Swept r = run(mutants::correct_kernel(), {"bf16"}, 4);
    EXPECT_EQ(r.code, 0);
    EXPECT_GT(limit.refused(), 0);
  }
}

TEST(Sweep, RunsEveryTierToItsEnd) {
  for (const auto& tier : all_tiers()) {
    if (tier->cases > 1 << 20) continue;
    TierOptions options;
    options.threads = 3;
    const TierResult r = run_tier(*tier, cpu::backend(), options);
    EXPECT_EQ(r.cases, tier->cases) << tier->name;
    EXPECT_FALSE(r.difference) << tier->name << ": " << r.difference->input;
  }
}

TEST(Sweep, ExpectsWhatTheReferenceAnswersThroughItsTable) {
  EXPECT_EQ(run(reference::backend(), {"fp32", "mx-amax"}, 2).code, 0);
}

TEST(Sweep, HasAScaleCorpusWithTheSpecials) {
  EXPECT_GE(scale_corpus().size(), 64u);
  EXPECT_GE(tier_names().size(), 14u);
}

TEST(Sweep, ShowsTheSameFirstDifferenceWithAnyNumberOfThreads) {
  const Swept one = run(mutant("L01-rtz"), {"fp32"}, 1), many = run(mutant("L01-rtz"), {"fp32"}, 5);
  EXPECT_EQ(one.code, 1);
  ASSERT_EQ(one.lines.size(), 6u);
  EXPECT_NE(one.lines[0].find("FAILED"), std::string::npos);
  EXPECT_EQ(one.lines[1].rfind("  first difference: x 0x", 0), 0u) << one.lines[1];
  EXPECT_NE(one.lines[1].find("rowwise.codes expected 0x"), std::string::npos);
  EXPECT_EQ(one.lines[2], "  again: fp8oracle sweep --backend b --tier fp32");
  EXPECT_EQ(one.lines[1], many.lines[1]);
}

TEST(Sweep, SeesWrongScalesAndWrongDecoders) {
  EXPECT_EQ(run(mutant("L15-ocpfloor"), {"mx-amax.te"}, 2).code, 1);
  EXPECT_EQ(run(mutant("L12-nan_satmax"), {"bf16"}, 2).code, 1);
}

TEST(Sweep, RefusesAnUnknownTier) {
  EXPECT_THROW(run(cpu::backend(), {"fp"}, 1), UsageError);
  EXPECT_THROW(run(cpu::backend(), {""}, 1), UsageError);
}

TEST(Sweep, SkipsWhatIsDeniedAndSaysThatNothingRan) {
  fp8oracle_backend_table denying = cpu::backend();
  denying.supports = [](fp8oracle_operation, const void*, fp8oracle_message m) {
    return report(FP8ORACLE_UNSUPPORTED, "not today", m);
  };
  const Swept r = run(denying, {"dequantize"}, 1);
  EXPECT_EQ(r.code, 3);
  EXPECT_TRUE(r.any("SKIPPED: not today"));
}

TEST(Sweep, SkipsAnOperationThatTheTableDoesNotHave) {
  fp8oracle_backend_table without = cpu::backend();
  without.dequantize = nullptr;
  const Swept r = run(without, {"dequantize"}, 1);
  EXPECT_EQ(r.code, 3);
  EXPECT_TRUE(r.any("SKIPPED: the backend has no dequantize"));
}

TEST(Sweep, SkipsWhatOnlyTheCallDenies) {
  fp8oracle_backend_table denying = cpu::backend();
  denying.dequantize = [](const fp8oracle_dequantize_args*, fp8oracle_stream, fp8oracle_message m) {
    return report(FP8ORACLE_UNSUPPORTED, "not this shape", m);
  };
  const Swept r = run(denying, {"dequantize", "bf16"}, 3);
  EXPECT_EQ(r.code, 0);
  EXPECT_TRUE(r.any("SKIPPED: not this shape"));
  EXPECT_FALSE(r.any("FAILED"));
}

TEST(Sweep, TakesAnErrorOfASupportedOperationForAFailure) {
  fp8oracle_backend_table failing = cpu::backend();
  failing.quantize = [](const fp8oracle_quantize_args*, fp8oracle_stream, fp8oracle_message m) {
    return report(FP8ORACLE_INTERNAL_ERROR, "lost", m);
  };
  const Swept r = run(failing, {"bf16"}, 2);
  EXPECT_EQ(r.code, 1);
  EXPECT_TRUE(r.any("lost"));
}

TEST(Sweep, LetsABackendWithoutMemoryBeAnError) {
  fp8oracle_backend_table poor = cpu::backend();
  poor.alloc = [](std::uint64_t, void**, fp8oracle_message m) {
    return report(FP8ORACLE_OUT_OF_MEMORY, "none left", m);
  };
  EXPECT_THROW(run(poor, {"bf16"}, 3), BackendError);
}

TEST(SweepComparison, HoldsNanCodesOfTheSchemeForOneAndNothingElse) {
  const auto tiers = decode_tiers();
  const Tier& tier = *tiers.front();
  EXPECT_TRUE(same_element(tier, Kind::kF32, 0x7FC00000, 0xFF800001));
  EXPECT_FALSE(same_element(tier, Kind::kF32, 0x7FC00000, 0x7F800000));
  EXPECT_FALSE(same_element(tier, Kind::kF32, 0x00000000, 0x80000000));
  EXPECT_TRUE(same_element(tier, Kind::kBf16, 0x7FC0, 0xFFFF));
  EXPECT_FALSE(same_element(tier, Kind::kBf16, 0x7FC0, 0x7C01));
  EXPECT_TRUE(same_element(tier, Kind::kF16, 0x7C01, 0xFE00));
  EXPECT_FALSE(same_element(tier, Kind::kE8m0, 0xFF, 0xFE));
  EXPECT_FALSE(same_element(tier, Kind::kCode, 0x7F, 0xFF));
}

TEST(SweepEquivalence, LetsTheTwoEquivalentMutantsPassAndNoOther) {
  TierOptions part;
  part.every_nth_chunk = kFewChunks;
  const Equivalence nansat = prove_equivalent(mutant("L09-nansat"), "torchao-rceil", part);
  EXPECT_TRUE(nansat.holds) << nansat.text;
  EXPECT_EQ(nansat.cases, 2u * 3 << 20);
  const Equivalence truediv = prove_equivalent(mutant("L23-truediv"), "", part);
  EXPECT_TRUE(truediv.holds) << truediv.text;
  EXPECT_EQ(truediv.cases, 4u * 3 << 20);
  EXPECT_FALSE(prove_equivalent(mutant("L16-nearest"), "te", part).holds);
  EXPECT_FALSE(prove_equivalent(cpu::backend(), "no-such-profile", part).holds);
}

}  // namespace
}  // namespace fp8oracle::exhaustive
