// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace fp8oracle::cli_tests {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

CommandTest::CommandTest() {
  std::string name = (fs::temp_directory_path() / "fp8oracle-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  folder_ = name;
}

CommandTest::~CommandTest() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Answer CommandTest::run(const std::vector<std::string>& words) {
  const std::string out = path(".out");
  const std::string err = path(".err");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int kMode = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), kMode, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), kMode, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());
  std::vector<std::string> copy{COMMAND_UNDER_TEST};
  copy.insert(copy.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : copy) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error =
      posix_spawn(&child, COMMAND_UNDER_TEST, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("posix_spawn");
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(out), read_file(err)};
}

Answer CommandTest::run(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return run(words);
}

std::string CommandTest::write(const std::string& name, const std::string& bytes) const {
  std::ofstream(path(name), std::ios::binary) << bytes;
  return path(name);
}

std::string CommandTest::read(const std::string& name) const { return read_file(path(name)); }

std::size_t CommandTest::files() const {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    count += name != ".out" && name != ".err";
  }
  return count;
}

::testing::AssertionResult complains(const Answer& answer, int code, const std::string& text) {
  const bool one_line = !answer.err.empty() && answer.err.back() == '\n' &&
                        std::count(answer.err.begin(), answer.err.end(), '\n') == 1;
  if (answer.code == code && one_line && answer.out.empty() &&
      answer.err.find(text) != std::string::npos)
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "expected exit " << code << " and one line with \"" << text << "\", got exit "
         << answer.code << "\nstderr: " << answer.err << "\nstdout: " << answer.out.substr(0, 400);
}

}  // namespace fp8oracle::cli_tests
