// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <algorithm>

#include "fp8oracle/files/dtype.h"
#include "fp8oracle/files/safetensors.h"
#include "support.h"

namespace fp8oracle::files {
namespace {

using SafetensorsFile = InTemporaryDirectory;

bool same(const NamedTensor& a, const NamedTensor& b) {
  return a.name == b.name && a.dtype == b.dtype && a.shape == b.shape &&
         std::ranges::equal(a.data, b.data);
}

TEST_F(SafetensorsFile, ComesBackAsItWasWritten) {
  const Bytes data = bytes_of("0123456789abcdef");
  const std::vector<NamedTensor> tensors{
      {"b", "F32", {2, 2}, data, nullptr},
      {"a \"quoted\" \xc3\xa4", "U8", {}, std::span(data).first(1), nullptr},
      {"", "BF16", {0, 7}, {}, nullptr}};
  write_safetensors(path("f.safetensors"), tensors, {{"source", "here"}});
  const Safetensors file = read_safetensors(path("f.safetensors"));
  EXPECT_TRUE(std::ranges::equal(file.tensors, tensors, same));
  EXPECT_EQ(file.metadata, (std::map<std::string, std::string>{{"source", "here"}}));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(SafetensorsFile, LivesAsLongAsATensorOfIt) {
  const Bytes data = bytes_of("data");
  const NamedTensor written{"t", "U8", {4}, data, nullptr};
  write_safetensors(path("f"), std::span(&written, 1));
  NamedTensor kept = read_safetensors(path("f")).tensors.at(0);
  EXPECT_TRUE(std::ranges::equal(kept.data, data));
}

TEST_F(SafetensorsFile, StartsItsDataAtAMultipleOfEight) {
  for (std::size_t length = 1; length < 10; ++length) {
    const Bytes data = bytes_of("12345678");
    const NamedTensor tensor{std::string(length, 'n'), "F64", {1}, data, nullptr};
    const Bytes bytes = serialize_safetensors(std::span(&tensor, 1), {});
    EXPECT_EQ((bytes.size() - 8) % 8, 0u) << length;
  }
}

RC_GTEST_PROP(Safetensors, RoundTripsAnyShapeAndContent, ()) {
  static const char* const kTypes[] = {"U8", "F8_E4M3", "F16", "F32", "I64"};
  std::vector<Bytes> contents;
  std::vector<NamedTensor> tensors;
  const int count = *rc::gen::inRange(0, 5);
  for (int i = 0; i < count; ++i) {
    NamedTensor tensor;
    tensor.name = std::to_string(i) + *rc::gen::string<std::string>();
    std::erase_if(tensor.name, [](char c) { return static_cast<signed char>(c) < 0; });
    tensor.dtype = kTypes[*rc::gen::inRange(0, 5)];
    const int rank = *rc::gen::inRange(0, 4);
    for (int d = 0; d < rank; ++d) tensor.shape.push_back(*rc::gen::inRange(0, 5));
    const auto bytes = tensor_bytes(tensor.shape, *dtype_bits(tensor.dtype));
    contents.push_back(*rc::gen::container<Bytes>(*bytes, rc::gen::arbitrary<std::uint8_t>()));
    tensors.push_back(tensor);
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].data = contents[i];
  const Bytes bytes = serialize_safetensors(tensors, {});
  RC_ASSERT(std::ranges::equal(parse_safetensors(bytes, "f").tensors, tensors, same));
}

TEST_F(SafetensorsFile, RefusesWhatItCouldNotReadBack) {
  const Bytes data = bytes_of("four");
  const NamedTensor good{"t", "U8", {4}, data, nullptr};
  const auto message = [&](std::vector<NamedTensor> tensors) {
    return usage_error([&] { write_safetensors(path("f"), tensors); });
  };
  NamedTensor bad = good;
  bad.dtype = "F3";
  expect_line(message({bad}), path("f"), "'t': unknown dtype 'F3'");
  bad = good;
  bad.shape = {5};
  expect_line(message({bad}), path("f"), "'t': has 4 bytes, which is not U8 [5]");
  bad.shape = {-4};
  expect_line(message({bad}), path("f"), "'t': has 4 bytes, which is not U8 [-4]");
  expect_line(message({good, good}), path("f"), "'t': the name is used twice");
  bad = good;
  bad.name = "__metadata__";
  expect_line(message({bad}), path("f"), "the name is reserved");
  bad.name = "\xff";
  expect_line(message({bad}), path("f"), "not UTF-8");
  EXPECT_EQ(entries(), 0u);
}

}  // namespace
}  // namespace fp8oracle::files
