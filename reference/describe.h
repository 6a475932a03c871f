// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::reference {

// How numbers, codes and knobs look in the lines of a derivation.

/// Nine significant digits, which tell every FP32 from its neighbours: "0.100000001".
std::string decimal(double value);
/// "0x1.99999ap-4": exact.
std::string hex_float(double value);
/// "0.100000001 = 0x1.99999ap-4 (bits 0x3dcccccd)", "Inf (bits 0x7f800000)"
std::string number(float value);
/// "2^-5 = 0.03125"
std::string power(int exponent);
/// "0x2a"
std::string hex_code(unsigned code);
/// "0x2a = 0.0101.010": the bits as sign, exponent, mantissa.
std::string code_bits(const Format& format, std::uint8_t code);
/// "element.overflow = saturate"
std::string knob_setting(const Knobs& knobs, std::uint32_t Knobs::*field);
/// "label      = text", the label padded so that the signs stand below each other.
std::string line(const std::string& label, const std::string& text);

}  // namespace fp8oracle::reference
