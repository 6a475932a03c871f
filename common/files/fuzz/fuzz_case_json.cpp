// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fp8oracle;
  const std::string text(data, data + size);
  const auto c =
      fuzz::answer([&](const std::string& where) { return case_from_json(text, where); });
  if (!c) return 0;

  // What was accepted comes back when it is written, in both forms, and has a place in memory.
  const std::string written = case_to_json(*c);
  fuzz::require(case_to_json(case_from_json(written, "written")) == written, "round-trip", written);
  const auto binary = case_to_binary(*c);
  fuzz::require(case_to_json(case_from_binary(binary.data(), binary.size())) == written,
                "binary round-trip", written);
  const Arena arena = lay_out(*c);
  for (const ArenaBuffer& buffer : arena.buffers) {
    fuzz::require(buffer.begin + buffer.bytes + Arena::kGuardBytes <= arena.bytes,
                  "inside the arena");
  }
  return 0;
}
