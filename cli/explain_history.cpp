// SPDX-License-Identifier: Apache-2.0
#include "cli/explain_history.h"

#include <cmath>
#include <cstdio>
#include <limits>

#include "reference/codec.h"
#include "reference/describe.h"
#include "reference/scale.h"

namespace fp8oracle::cli {
namespace {

/// RN(decode(code) * scale_inv), as a reader of the tensor gets it [K6].
float dequantized(const Format& format, std::uint8_t code, float scale_inv) {
  return static_cast<float>(reference::decode(format, code) * static_cast<double>(scale_inv));
}

bool same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

std::string row(const std::string& step, float old_inv, float old_value, float new_inv,
                float new_value) {
  char text[256];
  std::snprintf(text, sizeof text, "%-24s | %-14s %-14s %-6s | %-14s %-14s\n", step.c_str(),
                reference::decimal(old_inv).c_str(), reference::decimal(old_value).c_str(),
                same(old_value, new_value) ? "" : "WRONG", reference::decimal(new_inv).c_str(),
                reference::decimal(new_value).c_str());
  return text;
}

std::string heading(const Format& format, std::uint8_t code, float x, float scale) {
  std::string text =
      "One cast, then the recipe moves on. The codes never change: x = " + reference::number(x) +
      ", scale = " + reference::decimal(scale) + " give code " + reference::hex_code(code) + " (" +
      std::string(format.name) + ").\n\n";
  char line[256];
  std::snprintf(line, sizeof line, "%-24s | %-36s | %s\n", "",
                "old rule: scale_inv is recipe state", "new rule: scale_inv is part of the data");
  text += line;
  std::snprintf(line, sizeof line, "%-24s | %-14s %-14s %-6s | %-14s %-14s\n", "", "scale_inv",
                "value", "", "scale_inv", "value");
  return text + line + std::string(104, '-') + "\n";
}

}  // namespace

std::string explain_scale_changes(const Format& format, const Knobs& knobs, float x, float scale) {
  const std::uint8_t code =
      reference::encode(format, reference::element_rules(format, knobs), x * scale);
  const float stored = reference::scale_inverse(scale, knobs);
  const float value = dequantized(format, code, stored);
  std::string text = heading(format, code, x, scale);
  const auto add = [&](const std::string& step, float now) {
    const float inv = reference::scale_inverse(now, knobs);
    text += row(step, inv, dequantized(format, code, inv), stored, value);
  };
  add("cast x", scale);
  constexpr float kInf = std::numeric_limits<float>::infinity();
  for (const float next : {scale * 2, scale / 2, 0.0f, kInf, std::nanf("")})
    add("scale := " + reference::decimal(next), next);
  add("scale := " + reference::decimal(scale), scale);
  return text +
         "\nscale multiplies the next input and may change at any time [K4]. scale_inv was written "
         "with the codes;\nchanging it is changing the data [K5], and nothing but (codes, "
         "scale_inv) decides the value [K6].\n";
}

}  // namespace fp8oracle::cli
