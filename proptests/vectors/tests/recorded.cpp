// SPDX-License-Identifier: Apache-2.0
#include "tests/recorded.h"

#include <cstring>

#include "optimized/cpu/backend.h"
#include "reference/backend.h"

namespace fp8oracle::vectors {
namespace {

bool is_nan(std::uint32_t bits) { return (bits & 0x7FFFFFFFu) > 0x7F800000u; }

std::uint32_t word(const std::uint8_t* at) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, at, sizeof bits);
  return bits;
}

}  // namespace

files::Safetensors recorded(const std::string& name) {
  return files::read_safetensors(std::string(VECTORS_DIRECTORY) + "/" + name + ".safetensors");
}

const Format& format_named(const std::string& name) { return name == "E4M3" ? kE4M3 : kE5M2; }

fp8oracle_type type_named(const std::string& name) {
  if (name == "F32") return FP8ORACLE_F32;
  return name == "BF16" ? FP8ORACLE_BF16 : FP8ORACLE_F16;
}

void Comparison::bytes(const std::string& name, std::span<const std::uint8_t> expected,
                       const Bytes& observed) {
  ASSERT_EQ(expected.size(), observed.size()) << where_ << name;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    ASSERT_EQ(int{expected[i]}, int{observed[i]}) << where_ << name << " byte " << i;
  }
  compared_ += observed.size();
}

void Comparison::floats(const std::string& name, std::span<const std::uint8_t> expected,
                        const Bytes& observed) {
  ASSERT_EQ(expected.size(), observed.size()) << where_ << name;
  for (std::size_t i = 0; i + 4 <= observed.size(); i += 4) {
    const std::uint32_t e = word(&expected[i]), o = word(&observed[i]);
    const bool ok = e == o || (is_nan(e) && is_nan(o));
    ASSERT_TRUE(ok) << std::hex << where_ << name << " byte " << i << ": expected 0x" << e
                    << ", observed 0x" << o;
  }
  compared_ += observed.size();
}

const fp8oracle_backend_table& Recorded::table() const {
  return std::string(GetParam()) == "cpu" ? cpu::backend() : reference::backend();
}

INSTANTIATE_TEST_SUITE_P(Backends, Recorded, testing::Values("reference", "cpu"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace fp8oracle::vectors
