// SPDX-License-Identifier: Apache-2.0
#include "runner/case_maker.h"

#include <algorithm>
#include <utility>

#include "runner/sanitize.h"

namespace fp8oracle::runner {
namespace {

/// FNV-1a: a salt for the generator out of clause and scheme, the same on every machine.
std::uint64_t salt_of(std::string_view clause, const std::string& scheme) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const std::string_view part : {clause, std::string_view(scheme)}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  }
  return hash;
}

}  // namespace

CaseMaker::CaseMaker(const clauses::Property& property, const Scheme& scheme, Support& support,
                     bool sanitize)
    : property_(property),
      scheme_(scheme),
      support_(support),
      sanitize_(sanitize),
      limits_(property.limits ? property.limits(scheme) : plans::shape_limits(scheme)),
      salt_(salt_of(property.clause, scheme.name())) {}

plans::Plan CaseMaker::draw(std::uint64_t seed, std::uint64_t number, std::uint32_t redraw) {
  plans::Plan plan = plans::draw_plan(limits_, seed, salt_, number, redraw);
  if (sanitize_) force_variant(plan, limits_, number % kSanitizeVariants);
  std::string why;
  const auto types = support_.quantize_types(scheme_, why);
  if (!types.empty() && std::find(types.begin(), types.end(), plan.type) == types.end())
    plan.type = types[number % types.size()];
  return plan;
}

std::optional<Case> CaseMaker::make(std::uint64_t seed, std::uint64_t number, std::uint32_t redraw,
                                    std::string& why) {
  std::string missing = support_.lacks(property_);
  if (missing.empty()) {
    plans::Plan plan = draw(seed, number, redraw);
    // What a case needs of the backend stands in its steps; where the case before lacked something,
    // they are looked at before the inputs are made.
    plan.hollow = doubtful_;
    const auto make = [&] {
      Case c = property_.make(scheme_, plan);
      c.seed = seed;
      c.number = number;
      missing = support_.trim(c, property_);
      return c;
    };
    Case c = make();
    if (missing.empty() && std::exchange(plan.hollow, false)) c = make();
    doubtful_ = !missing.empty();
    if (!doubtful_) return c;
  }
  why = missing;
  return std::nullopt;
}

}  // namespace fp8oracle::runner
