// SPDX-License-Identifier: Apache-2.0
#include "command.h"

namespace fp8oracle::cli_tests {
namespace {

class Explain : public CommandTest {
 protected:
  std::string out(const std::string& line) {
    const Answer answer = run(line);
    EXPECT_EQ(answer.code, 0) << answer.err;
    return answer.out;
  }
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Explain, ShowsEveryStepOfOneNumber) {
  const std::string text = out("explain --format e4m3 --scale 3 0.1");
  EXPECT_TRUE(holds(text, "product     = RN(x * scale) = 0.300000012")) << text;
  EXPECT_TRUE(holds(text, "code        = 0x2a")) << text;
  EXPECT_TRUE(holds(text, "scale_inv   = RN(1 / scale) = 0.333333343")) << text;
}

TEST_F(Explain, TakesDecimalsHexFloatsAndBits) {
  const std::string decimal = out("explain 0.1");
  EXPECT_EQ(decimal, out("explain 0x1.99999ap-4"));
  EXPECT_EQ(decimal, out("explain 0x3dcccccd"));
  EXPECT_TRUE(holds(out("explain -- -inf"), "code        = 0xfe"));
  EXPECT_TRUE(holds(out("explain nan"), "0x7f"));
  EXPECT_TRUE(holds(out("explain -0.1"), "code        = 0x9d"));
}

TEST_F(Explain, ABlockHasOneScaleForAllItsElements) {
  const std::string text = out("explain --block --format e4m3 1 -3.5 0.001");
  EXPECT_TRUE(holds(text, "amax        = max|x| of 3 elements = 3.5")) << text;
  EXPECT_TRUE(holds(text, "element 2")) << text;
}

TEST_F(Explain, AHistoryShowsTheOldRuleGoingWrongAndTheNewOneHolding) {
  const std::string text = out("explain --history scale-changes --scale 3 0.1");
  EXPECT_TRUE(holds(text, "old rule")) << text;
  std::size_t wrong = 0;
  for (std::size_t at = text.find("WRONG"); at != std::string::npos;
       at = text.find("WRONG", at + 1))
    ++wrong;
  EXPECT_EQ(wrong, 5u) << text;  // the five other scales; the first and the last row are right
}

}  // namespace
}  // namespace fp8oracle::cli_tests
