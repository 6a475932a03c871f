// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <exception>
#include <optional>
#include <string>

#include "device_state.h"
#include "fp8oracle/arguments.h"

namespace fp8oracle::cuda {
namespace {

bool is_format(const fp8oracle_format& f, std::uint32_t exponent_bits, std::int32_t bias,
               std::uint32_t max_code, std::uint32_t inf_code) {
  return f.exponent_bits == exponent_bits && f.bias == bias && f.max_code == max_code &&
         f.inf_code == inf_code && f.nan_code == 0x7F;
}

bool is_e5m2(const fp8oracle_format& f) { return is_format(f, 5, 15, 0x7B, 0x7C); }

// The conversion instruction decides the elements' knobs: what it does not do is denied.
std::optional<std::string> unsupported_element(const fp8oracle_format& format,
                                               const fp8oracle_knobs& knobs) {
  if (!is_e4m3(format) && !is_e5m2(format)) return "format: is not E4M3 or E5M2 of OCP";
  if (knobs.element_overflow != FP8ORACLE_OVERFLOW_SATURATE)
    return "element.overflow: the conversion saturates";
  if (knobs.element_nan != FP8ORACLE_NAN_CANONICAL)
    return "element.nan_code: the conversion gives 0x7F";
  if (knobs.element_negative_zero != FP8ORACLE_KEEP)
    return "element.negative_zero: the conversion keeps it";
  if (knobs.element_subnormals != FP8ORACLE_KEEP)
    return "element.subnormals: the conversion keeps them";
  if (knobs.element_max_code != format.max_code)
    return "element.max: the conversion saturates at the format's largest value";
  if (knobs.product != FP8ORACLE_PRODUCT_X_TIMES_SCALE)
    return "product: the kernels multiply by the scale";
  return std::nullopt;
}

std::optional<std::string> unsupported(fp8oracle_operation operation,
                                       const fp8oracle_scheme& scheme) {
  if (operation > FP8ORACLE_OP_SCALE_INVERSE) return "unknown operation";
  // Bytes are permuted, whatever they mean.
  if (operation == FP8ORACLE_OP_SWIZZLE || operation == FP8ORACLE_OP_UNSWIZZLE) return std::nullopt;
  const bool has_blocks =
      operation == FP8ORACLE_OP_QUANTIZE || operation == FP8ORACLE_OP_DEQUANTIZE;
  if (scheme.granularity != FP8ORACLE_GRANULARITY_TENSOR && !has_blocks)
    return "granularity: this operation is per tensor only";
  return unsupported_element(scheme.format, scheme.knobs);
}

}  // namespace

bool is_e4m3(const fp8oracle_format& f) { return is_format(f, 4, 7, 0x7E, 0); }

fp8oracle_status supports(fp8oracle_operation operation, const fp8oracle_scheme* scheme,
                          fp8oracle_type type, fp8oracle_message message) try {
  if (const auto error = check_scheme(*scheme))
    return report(FP8ORACLE_UNSUPPORTED, error->argument + ": " + error->reason, message);
  if (type > FP8ORACLE_F16) return report(FP8ORACLE_UNSUPPORTED, "unknown type", message);
  if (const DeviceState& device = device_state(); device.refusal != FP8ORACLE_OK)
    return report(device.refusal, device.problem, message);
  if (const auto reason = unsupported(operation, *scheme))
    return report(FP8ORACLE_UNSUPPORTED, *reason, message);
  return FP8ORACLE_OK;
} catch (const std::exception& error) {
  return report(FP8ORACLE_INTERNAL_ERROR, error.what(), message);
}

}  // namespace fp8oracle::cuda
