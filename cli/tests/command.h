// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace fp8oracle::cli_tests {

struct Answer {
  int code = -1;  ///< exit code; -1 when a signal ended it
  std::string out, err;
};

/// A test with a folder of its own, in which the command runs.
class CommandTest : public ::testing::Test {
 protected:
  CommandTest();
  ~CommandTest() override;

  /// Runs the built command with these words; both outputs are files, so no terminal is seen.
  Answer run(const std::vector<std::string>& words);
  /// The same, with the words of one line; no quoting.
  Answer run(const std::string& line);

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const;
  std::string read(const std::string& name) const;
  /// How many files lie in the folder, the command's own outputs aside.
  std::size_t files() const;

 private:
  std::filesystem::path folder_;
};

/// Exit code, exactly one line on stderr that says `text`, nothing on stdout.
::testing::AssertionResult complains(const Answer& answer, int code, const std::string& text);

}  // namespace fp8oracle::cli_tests
