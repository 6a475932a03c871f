// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/operations/arguments.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"
#include "hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fp8oracle;
  const std::string text(data, data + size);
  const auto profile =
      fuzz::answer([&](const std::string& where) { return profile_from_json(text, where); });
  if (!profile) return 0;

  // What was accepted comes back when it is written, and every scheme of it passes the ABI's
  // checks.
  const std::string written = profile_to_json(*profile);
  fuzz::require(profile_to_json(profile_from_json(written, "written")) == written, "round-trip",
                written);
  for (const Scheme& scheme : schemes_of(*profile)) {
    AbiScheme abi = scheme.abi();
    fuzz::require(!check_scheme(abi.get()).has_value(), "a legal scheme", scheme.name());
  }
  return 0;
}
