// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/arena.h"

#include "support.h"

namespace fp8oracle {
namespace {

std::uint32_t word(const std::vector<std::uint8_t>& bytes, std::uint64_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

Case with_everything(const std::string& scheme) {
  Case c = small_case(scheme);
  c.cells.push_back({"scale", {0x40400000u}});
  c.outputs.push_back({"y", FP8ORACLE_F16, 2, 40});
  return c;
}

TEST(Arena, PutsAGuardBeforeBetweenAndBehindAllBuffers) {
  for (const char* scheme : {"e4m3.tensor.both.compact.te", "e4m3.mx32.both.padded.te"}) {
    const Arena arena = lay_out(with_everything(scheme));
    std::uint64_t end = 0;
    for (const ArenaBuffer& b : arena.buffers) {
      EXPECT_GE(b.begin, end + Arena::kGuardBytes) << b.name;
      end = b.begin + b.bytes;
    }
    EXPECT_GE(arena.bytes, end + Arena::kGuardBytes);
  }
}

TEST(Arena, PlacesInputsAndCodesAtTheirOffsets) {
  const Arena arena = lay_out(with_everything("e4m3.mx32.both.padded.te"));
  EXPECT_EQ(arena.named("x").begin % 256, 3u * 4);  // elements
  EXPECT_EQ(arena.codes("t", 1).begin % 256, 1u);   // bytes
  EXPECT_EQ(arena.scale_inv("t", 1).begin % 256, 0u);
  EXPECT_EQ(arena.named("x").bytes, (41u + 40u) * 4);  // the last row has no tail
  EXPECT_EQ(arena.named("y").bytes, 160u);
}

TEST(Arena, PerTensorBothDirectionsShareOneScaleInv) {
  const Arena arena = lay_out(with_everything("e4m3.tensor.both.compact.te"));
  EXPECT_EQ(&arena.scale_inv("t", 1), &arena.scale_inv("t", 2));
  EXPECT_EQ(arena.scale_inv("t", 1).name, "t.scale_inv");
  EXPECT_EQ(arena.scale_inv("t", 1).direction, 3u);
  EXPECT_EQ(arena.scale_inv("t", 1).bytes, 4u);
  EXPECT_FALSE(arena.scale_inv("t", 1).e8m0);
  EXPECT_EQ(arena.codes("t", 2).rows, 40);  // transposed
}

TEST(Arena, BlockTensorsHaveOneScaleInvEachDirection) {
  const Arena arena = lay_out(with_everything("e4m3.mx32.both.padded.te"));
  EXPECT_NE(&arena.scale_inv("t", 1), &arena.scale_inv("t", 2));
  EXPECT_TRUE(arena.scale_inv("t", 1).e8m0);
  EXPECT_EQ(arena.scale_inv("t", 1).bytes, 128u * 4);
  EXPECT_EQ(arena.find("t.scale_inv"), nullptr);
  EXPECT_EQ(usage_error([&] { arena.named("nobody"); }), "case: no buffer named 'nobody'");
}

TEST(Arena, AnEmptyTensorStillHasItsScaleInv) {
  Case c;
  c.tensors.push_back({"t", scheme_named("e4m3.tensor.both.compact.te"), 0, 512, 0});
  c.inputs.push_back({"x", FP8ORACLE_F32, 0, 512, 512, 0, {}});
  const Arena arena = lay_out(c);
  EXPECT_EQ(arena.codes("t", 1).bytes, 0u);
  EXPECT_EQ(arena.named("x").bytes, 0u);
  EXPECT_EQ(arena.scale_inv("t", 1).bytes, 4u);
  EXPECT_EQ(initial_arena(c, arena, Fill::kA).size(), arena.bytes);
}

TEST(Arena, BeginsWithInputsAndScalarsInPlace) {
  const Case c = with_everything("e4m3.tensor.row.compact.te");
  const Arena arena = lay_out(c);
  for (const Fill fill : {Fill::kA, Fill::kB}) {
    const auto bytes = initial_arena(c, arena, fill);
    const std::uint64_t x = arena.named("x").begin;
    for (std::uint32_t i = 0; i < 80; ++i)
      ASSERT_EQ(word(bytes, x + (i / 40 * 41 + i % 40) * 4), 0x3F800000u + i) << i;
    EXPECT_EQ(word(bytes, arena.named("scale").begin), 0x40400000u);
  }
}

TEST(Arena, TheTwoPoisonsDifferInEveryByteThatIsNeitherInputNorScalar) {
  const Case c = with_everything("e4m3.mx32.both.padded.te");
  const Arena arena = lay_out(c);
  const auto a = initial_arena(c, arena, Fill::kA);
  const auto b = initial_arena(c, arena, Fill::kB);
  const ArenaBuffer& x = arena.named("x");
  const ArenaBuffer& scale = arena.named("scale");
  std::size_t same = 0;
  for (std::uint64_t at = 0; at < arena.bytes; ++at) same += a[at] == b[at];
  EXPECT_EQ(same, 80u * 4 + scale.bytes);
  EXPECT_NE(a[x.begin + 40 * 4], b[x.begin + 40 * 4]);  // the gap of the stride is poisoned too
}

TEST(Arena, Fp32ScaleInvIsPoisonedWithTwoFiniteWords) {
  const Case c = with_everything("e4m3.tensor.row.compact.te");
  const Arena arena = lay_out(c);
  const std::uint64_t at = arena.scale_inv("t", 1).begin;
  EXPECT_EQ(word(initial_arena(c, arena, Fill::kA), at), 0xA5A5A5A5u);
  EXPECT_EQ(word(initial_arena(c, arena, Fill::kB), at), 0x5A5A5A5Au);
}

}  // namespace
}  // namespace fp8oracle
