// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/case.h"
#include "fp8oracle/error.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle {

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

/// A message fit for a terminal and a log: one printable line, not long, that begins with the file.
inline void expect_one_line(const std::string& message, std::string_view where) {
  EXPECT_TRUE(message.starts_with(std::string(where) + ": ")) << message;
  EXPECT_LT(message.size(), 1000u) << message;
  for (const char c : message) EXPECT_TRUE(c >= ' ' && c <= '~') << message;
}

inline Scheme scheme_named(std::string_view name) {
  return parse_scheme(name, find_profile(name.substr(name.rfind('.') + 1)));
}

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "nothing to replace: " << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// quantize of a strided, misaligned F32 input of 2 x 40 into `scheme`.
inline Case small_case(const std::string& scheme) {
  Case c;
  c.clause = "K9";
  c.scheme = scheme;
  c.seed = 0xFFFFFFFFFFFFFFFFu;
  c.number = 7;
  c.note = "two rows";
  InputDecl x{"x", FP8ORACLE_F32, 2, 40, 41, 3, {}};
  for (std::uint32_t i = 0; i < 80; ++i) {
    const std::uint32_t bits = 0x3F800000u + i;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&bits);
    x.bits.insert(x.bits.end(), bytes, bytes + sizeof bits);
  }
  c.inputs.push_back(x);
  c.tensors.push_back({"t", scheme_named(scheme), 2, 40, 1});
  Step quantize(FP8ORACLE_OP_QUANTIZE);
  c.steps.push_back(give_pairs(quantize.give("input", "x"), c.tensors[0]));
  return c;
}

}  // namespace fp8oracle
