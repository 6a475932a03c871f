// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "exhaustive/side.h"
#include "fp8oracle/files/safetensors.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::vectors {

using Bytes = std::vector<std::uint8_t>;

/// One of the recorded files.
files::Safetensors recorded(const std::string& name);

const Format& format_named(const std::string& name);  ///< "E4M3"
fp8oracle_type type_named(const std::string& name);   ///< "BF16"
constexpr const char* kFormats[] = {"E4M3", "E5M2"};
constexpr const char* kTypes[] = {"F32", "F16", "BF16"};

/// Counts what was compared, and says where it differs.
class Comparison {
 public:
  explicit Comparison(std::string where) : where_(std::move(where)) {}

  void bytes(const std::string& name, std::span<const std::uint8_t> expected,
             const Bytes& observed);
  /// FP32 numbers: equal bits, or both NaN.
  void floats(const std::string& name, std::span<const std::uint8_t> expected,
              const Bytes& observed);
  std::uint64_t compared() const { return compared_; }

 private:
  std::string where_;
  std::uint64_t compared_ = 0;
};

/// The backends that must reproduce the vectors, by name.
class Recorded : public testing::TestWithParam<const char*> {
 protected:
  const fp8oracle_backend_table& table() const;
};

}  // namespace fp8oracle::vectors
