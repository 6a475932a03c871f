// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/error.h"

namespace fp8oracle::files {

using Bytes = std::vector<std::uint8_t>;

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// What the call says when it throws UsageError; "" when it throws nothing.
template <typename Call>
std::string usage_error(Call&& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

/// A message is one line, begins with the file, and says `reason`.
inline void expect_line(const std::string& message, std::string_view where,
                        std::string_view reason) {
  EXPECT_TRUE(message.starts_with(std::string(where) + ": ")) << message;
  EXPECT_NE(message.find(reason), std::string::npos)
      << "'" << message << "' lacks '" << reason << "'";
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

/// A directory of its own for each test, removed behind it.
class InTemporaryDirectory : public ::testing::Test {
 protected:
  InTemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "fp8oracle-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~InTemporaryDirectory() override { std::filesystem::remove_all(directory_); }

  std::string path(std::string_view name) const { return directory_ / name; }
  std::string write(std::string_view name, std::span<const std::uint8_t> bytes) const {
    std::ofstream file(path(name), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path(name);
  }
  Bytes read(std::string_view name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  std::size_t entries() const {
    const std::filesystem::directory_iterator all(directory_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  std::filesystem::path directory_;
};

}  // namespace fp8oracle::files
