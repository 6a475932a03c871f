// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/dtype.h"

#include <limits>
#include <vector>

#include "support.h"

namespace fp8oracle::files {
namespace {

using Shape = std::vector<std::int64_t>;

TEST(TensorBytes, MultipliesTheShape) {
  EXPECT_EQ(tensor_bytes(Shape{}, 32), 4u);
  EXPECT_EQ(tensor_bytes(Shape{2, 3}, 16), 12u);
  EXPECT_EQ(tensor_bytes(Shape{2, 0}, 16), 0u);
  EXPECT_EQ(tensor_bytes(Shape{5, 2}, 4), 5u);
}

TEST(TensorBytes, HasNoAnswerForNegativeDimensions) {
  EXPECT_EQ(tensor_bytes(Shape{-1}, 8), std::nullopt);
  EXPECT_EQ(tensor_bytes(Shape{-2, -2}, 8), std::nullopt);
  EXPECT_EQ(tensor_bytes(Shape{0, -1}, 8), std::nullopt);
}

TEST(TensorBytes, HasNoAnswerForHalfAByte) {
  EXPECT_EQ(tensor_bytes(Shape{3}, 4), std::nullopt);
  EXPECT_EQ(tensor_bytes(Shape{2}, 6), std::nullopt);
}

TEST(TensorBytes, CountsUpTo63Bits) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(tensor_bytes(Shape{kLargest / 8}, 8), static_cast<std::uint64_t>(kLargest / 8));
  EXPECT_EQ(tensor_bytes(Shape{kLargest / 8 + 1}, 8), std::nullopt);
  EXPECT_EQ(tensor_bytes(Shape{kLargest, kLargest}, 8), std::nullopt);
  EXPECT_EQ(tensor_bytes(Shape{0, kLargest, kLargest}, 8), std::nullopt);
}

TEST(Dtype, IsKnownByItsExactName) {
  EXPECT_EQ(dtype_bits("F8_E4M3"), 8u);
  EXPECT_EQ(dtype_bits("f32"), std::nullopt);
  EXPECT_EQ(dtype_bits(""), std::nullopt);
}

TEST(ShapeToString, ReadsLikeAList) {
  EXPECT_EQ(shape_to_string(Shape{}), "[]");
  EXPECT_EQ(shape_to_string(Shape{2, 3}), "[2, 3]");
}

}  // namespace
}  // namespace fp8oracle::files
