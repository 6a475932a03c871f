// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "fp8oracle/files/npy.h"
#include "hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fp8oracle;
  const std::span bytes(data, size);
  const auto tensor =
      fuzz::answer([&](const std::string& where) { return files::parse_npy(bytes, where); });
  if (!tensor) return 0;

  // What was accepted comes back when it is written.
  const auto written = files::serialize_npy(*tensor);
  const files::NamedTensor again = files::parse_npy(written, "written");
  fuzz::require(again.dtype == tensor->dtype && again.shape == tensor->shape &&
                    std::ranges::equal(again.data, tensor->data),
                "round-trip");
  return 0;
}
