// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "fp8oracle/files/safetensors.h"
#include "hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fp8oracle;
  const std::span bytes(data, size);
  const auto file = fuzz::answer(
      [&](const std::string& where) { return files::parse_safetensors(bytes, where); });
  if (!file) return 0;

  // What was accepted comes back when it is written.
  const auto written = files::serialize_safetensors(file->tensors, file->metadata);
  const files::Safetensors again = files::parse_safetensors(written, "written");
  fuzz::require(again.metadata == file->metadata, "metadata round-trip");
  fuzz::require(std::ranges::equal(again.tensors, file->tensors,
                                   [](const files::NamedTensor& a, const files::NamedTensor& b) {
                                     return a.name == b.name && a.dtype == b.dtype &&
                                            a.shape == b.shape &&
                                            std::ranges::equal(a.data, b.data);
                                   }),
                "tensors round-trip");
  return 0;
}
