// SPDX-License-Identifier: Apache-2.0
#include "command.h"

namespace fp8oracle::cli_tests {
namespace {

class Usage : public CommandTest {};

TEST_F(Usage, EveryUnknownNameIsOneLineAndExit2) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"", "subcommand"},
      {"frobnicate", "frobnicate"},
      {"verify --bakend cpu", "--bakend"},
      {"verify --backend gpu", "unknown backend 'gpu'"},
      {"verify --backend mutant:none-such", "no mutant named 'none-such'"},
      {"verify --backend cpu --profile none-such", "none-such"},
      {"verify --backend cpu --profile te --profile te", "two profiles are named te"},
      {"verify --backend cpu --scheme e4m3", "expected <format>"},
      {"verify --backend cpu --scheme e9m9.*.*.*.*", "e9m9"},
      {"verify --backend cpu --scheme e4m3.*.*.*.none-such", "none-such"},
      {"verify --backend cpu --scheme e4m3.tensor.row.swizzled.*", "fits no scheme"},
      {"verify --backend cpu --profile te --scheme *.*.*.*.torchao-floor", "torchao-floor"},
      {"verify --backend cpu --clause K99", "K99"},
      {"verify --backend cpu --clause K9,K99", "K99"},
      {"verify --backend cpu --level thorough", "unknown level 'thorough'"},
      {"verify --backend cpu --time soon", "--time soon"},
      {"verify --backend cpu --time -5s", "--time -5s"},
      {"verify --backend cpu --seed x", "--seed"},
      {"verify --backend cpu --input x.npy --clause K9", "--input"},
      {"replay", "case"},
      {"replay none.json", "--backend"},
      {"explain", "give the number"},
      {"explain --format e3m4 1", "e3m4"},
      {"explain --scale three 1", "'three' is no number"},
      {"explain 1e99", "beyond FP32"},
      {"explain --profile none-such 1", "none-such"},
      {"explain --history scale-change", "unknown history"},
      {"list everything", "list everything"},
      {"list clauses --json --markdown", "either"},
  };
  for (const auto& [line, text] : mistakes) {
    EXPECT_TRUE(complains(run(line), 2, text)) << "fp8oracle " << line;
    EXPECT_EQ(files(), 0u) << line;
  }
}

TEST_F(Usage, HelpAndVersionAreNoMistakes) {
  for (const char* line : {"--help", "--version", "verify --help", "--help-markdown"}) {
    const Answer answer = run(line);
    EXPECT_EQ(answer.code, 0) << line;
    EXPECT_FALSE(answer.out.empty()) << line;
    EXPECT_EQ(answer.err, "") << line;
  }
}

TEST_F(Usage, AServingProcessWithNobodyAtTheOtherEndEndsWithItsOwnWords) {
  EXPECT_TRUE(complains(run("--serve"), 2, "started by fp8oracle itself"));
}

TEST_F(Usage, AProfileFileIsReadInFull) {
  write("cut.json", "{\"name\": \"x\"");
  write("odd.json", "{\"no\": 1}");
  EXPECT_TRUE(complains(run("verify --backend cpu --profile cut.json"), 2, "cut.json"));
  EXPECT_TRUE(complains(run("verify --backend cpu --profile odd.json"), 2, "odd.json"));
  EXPECT_TRUE(complains(run("verify --backend cpu --profile ./none.json"), 2, "none.json"));
}

TEST_F(Usage, ACaseFileIsReadInFull) {
  write("cut.json", "{\"schema\": \"fp8oracle.case/2\", \"steps\": [");
  write("odd.json", "{\"schema\": \"something else\"}");
  for (const char* file : {"cut.json", "odd.json", "none.json"}) {
    EXPECT_TRUE(complains(run(std::string("replay ") + file + " --backend cpu"), 2, file));
    EXPECT_TRUE(complains(run(std::string("explain --case ") + file), 2, file));
  }
}

TEST_F(Usage, AReportThatCannotBeWrittenIsExit2) {
  const std::string run_one =
      "verify --backend cpu --clause K9 --scheme e4m3.tensor.row.compact.te --json ";
  const Answer answer = run(run_one + "no/such/folder/report.json");
  EXPECT_EQ(answer.code, 2);
  EXPECT_NE(answer.err.find("no/such/folder/report.json"), std::string::npos) << answer.err;
  EXPECT_EQ(files(), 0u);
}

}  // namespace
}  // namespace fp8oracle::cli_tests
