// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <string>

#include "device_state.h"
#include "fp8oracle/operations/arguments.h"
#include "fp8oracle/operations/operation.h"

namespace fp8oracle::cuda {
namespace {

bool is_format(const Format& f, unsigned exponent_bits, int bias, unsigned max_code,
               unsigned inf_code) {
  return f.exponent_bits == exponent_bits && f.bias == bias && f.max_code == max_code &&
         f.inf_code == inf_code && f.nan_code == 0x7F;
}

bool is_e5m2(const Format& f) { return is_format(f, 5, 15, 0x7B, 0x7C); }

// The conversion instruction decides the elements' knobs: what it does not do is denied.
std::string_view unsupported_element(const Format& format, const Knobs& knobs) {
  if (!is_e4m3(format) && !is_e5m2(format)) return "scheme.format: is not E4M3 or E5M2 of OCP";
  if (knobs.element_overflow != FP8ORACLE_OVERFLOW_SATURATE)
    return "scheme.knobs.element.overflow: the conversion saturates";
  if (knobs.element_nan != FP8ORACLE_NAN_CANONICAL)
    return "scheme.knobs.element.nan_code: the conversion gives 0x7F";
  if (knobs.element_negative_zero != FP8ORACLE_KEEP)
    return "scheme.knobs.element.negative_zero: the conversion keeps it";
  if (knobs.element_subnormals != FP8ORACLE_KEEP)
    return "scheme.knobs.element.subnormals: the conversion keeps them";
  if (knobs.element_max_code != format.max_code)
    return "scheme.knobs.element.max: the conversion saturates at the format's largest value";
  if (knobs.product != FP8ORACLE_PRODUCT_X_TIMES_SCALE)
    return "scheme.knobs.product: the kernels multiply by the scale";
  return {};
}

}  // namespace

bool is_e4m3(const Format& f) { return is_format(f, 4, 7, 0x7E, 0); }

std::string_view unsupported(fp8oracle_operation operation, const ResolvedScheme& scheme) {
  const bool mx = scheme.grid == kMx32Grid || scheme.grid == kMx32x32Grid;
  if (!mx && scheme.grid != kTensorGrid) return "scheme.grid: is not tensor, mx32 or mx32x32";
  if (scheme.layout == FP8ORACLE_LAYOUT_PACKED) return "scheme.layout: is packed";
  // Bytes are permuted, whatever they mean.
  if (operation == FP8ORACLE_OP_SWIZZLE || operation == FP8ORACLE_OP_UNSWIZZLE) return {};
  const bool has_blocks = operation == FP8ORACLE_OP_QUANTIZE ||
                          operation == FP8ORACLE_OP_QUANTIZE_GIVEN ||
                          operation == FP8ORACLE_OP_DEQUANTIZE;
  if (mx && !has_blocks) return "scheme.grid: this operation is per tensor only";
  return unsupported_element(scheme.format, scheme.knobs);
}

fp8oracle_status supports(fp8oracle_operation operation, const void* args,
                          fp8oracle_message reason) {
  return guarded(reason, [&] {
    if (auto error = check_arguments(operation, args)) {
      error->status = FP8ORACLE_UNSUPPORTED;
      return report(*error, reason);
    }
    if (const DeviceState& device = device_state(); device.refusal != FP8ORACLE_OK)
      return report(device.refusal, device.problem, reason);
    const Field& field = *fp8oracle::operation(operation).find(FieldRole::kScheme);
    const auto* scheme = field_of<const fp8oracle_scheme*>(args, field);
    const std::string_view why = unsupported(operation, resolve(*scheme));
    return why.empty() ? FP8ORACLE_OK : report(FP8ORACLE_UNSUPPORTED, std::string(why), reason);
  });
}

}  // namespace fp8oracle::cuda
