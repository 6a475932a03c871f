// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/format.h"

namespace fp8oracle {

fp8oracle_format Format::abi() const {
  return {sizeof(fp8oracle_format),
          bits(),
          exponent_bits,
          mantissa_bits,
          bias,
          max_code,
          inf_code,
          nan_code};
}

bool Format::same_bits(const fp8oracle_format& other) const {
  return exponent_bits == other.exponent_bits && mantissa_bits == other.mantissa_bits &&
         bias == other.bias && max_code == other.max_code && inf_code == other.inf_code &&
         nan_code == other.nan_code;
}

Format format_from_abi(const fp8oracle_format& format) {
  for (const Format& known : {kE4M3, kE5M2, kE4M3Fnuz, kE5M2Fnuz}) {
    if (known.same_bits(format)) return known;
  }
  return {"custom",        format.exponent_bits, format.mantissa_bits, format.bias,
          format.max_code, format.inf_code,      format.nan_code};
}

CodeClass code_class(const Format& format, std::uint8_t code) {
  if (format.is_fnuz() && code == format.nan_code) return CodeClass::kNan;
  const unsigned magnitude = code & ~Format::kSignMask & 0xFFu;
  if (magnitude == 0) return CodeClass::kZero;
  if (magnitude > format.max_code) {
    return format.has_inf() && magnitude == format.inf_code ? CodeClass::kInf : CodeClass::kNan;
  }
  if (magnitude == format.max_code) return CodeClass::kMax;
  return (magnitude >> format.mantissa_bits) == 0 ? CodeClass::kSubnormal : CodeClass::kNormal;
}

std::string_view to_string(CodeClass c) {
  switch (c) {
    case CodeClass::kZero: return "zero";
    case CodeClass::kSubnormal: return "subnormal";
    case CodeClass::kNormal: return "normal";
    case CodeClass::kMax: return "max";
    case CodeClass::kInf: return "inf";
    case CodeClass::kNan: return "nan";
  }
  return "?";
}

}  // namespace fp8oracle
