// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "command.h"

namespace fp8oracle::cli_tests {
namespace {

class List : public CommandTest {
 protected:
  nlohmann::json json(const std::string& what) {
    const Answer answer = run("list " + what + " --json");
    EXPECT_EQ(answer.code, 0) << answer.err;
    return nlohmann::json::parse(answer.out);
  }
  static bool has(const nlohmann::json& rows, const char* key, const char* value) {
    for (const auto& row : rows) {
      if (row.at(key) == value) return true;
    }
    return false;
  }
};

TEST_F(List, NamesWhatThereIs) {
  EXPECT_TRUE(has(json("backends"), "name", "cpu"));
  EXPECT_TRUE(has(json("backends"), "name", "reference"));
  EXPECT_TRUE(has(json("clauses"), "id", "K9"));
  EXPECT_TRUE(has(json("profiles"), "element.overflow", "saturate"));
  EXPECT_TRUE(has(json("schemes"), "scheme", "e5m2.mx32.both.swizzled.torchao-rceil"));
  EXPECT_TRUE(has(json("mutants"), "name", "L01-rtz"));
}

TEST_F(List, WhatCanRunHasNoReasonWhyNot) {
  for (const auto& row : json("backends")) {
    if (row.at("name") == "cpu") {
      EXPECT_EQ(row.at("cannot run"), "");
    }
  }
}

TEST_F(List, APageHasAHeadingAndARowForEachName) {
  const Answer page = run("list clauses --markdown");
  EXPECT_EQ(page.out.rfind("# The clauses\n", 0), 0u);
  EXPECT_NE(page.out.find("\n| K9 |"), std::string::npos);
}

TEST_F(List, TheHelpPageHoldsEverySubcommand) {
  const Answer page = run("--help-markdown");
  for (const char* name : {"verify", "replay", "explain", "list"})
    EXPECT_NE(page.out.find(std::string("## fp8oracle ") + name), std::string::npos) << name;
}

}  // namespace
}  // namespace fp8oracle::cli_tests
