// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle {

/// A matrix that the kernels read. `bits` holds rows * cols elements, dense, little-endian; in the
/// arena they stand row_stride apart, `offset` elements behind an aligned address.
struct InputDecl {
  std::string name;
  fp8oracle_type type = FP8ORACLE_F32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t row_stride = 0;
  std::int64_t offset = 0;
  std::vector<std::uint8_t> bits;
};

/// A quantized tensor: a {codes, scale_inv} pair for each direction of its scheme. All poison at
/// first.
struct TensorDecl {
  std::string name;
  Scheme scheme;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t offset = 0;  ///< bytes behind an aligned address, for the codes
};

/// An FP32 cell of the recipe: a scale, or an amax.
struct ScalarDecl {
  std::string name;
  std::uint32_t bits = 0;
};

/// A matrix that dequantize writes. Poison at first.
struct OutputDecl {
  std::string name;
  fp8oracle_type type = FP8ORACLE_F32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
};

enum class StepKind {
  kSetScale,         ///< scalar `scale` := bits
  kQuantize,         ///< input -> tensor, in `directions`; scale and amax optional
  kAmax,             ///< input -> scalar `amax`
  kScaleFromAmax,    ///< scalar `amax` -> scalar `scale`
  kDequantize,       ///< one direction of tensor -> output
  kSwizzle,          ///< scale_inv of one direction: tensor (compact, padded) -> target (swizzled)
  kUnswizzle,        ///< ... tensor (swizzled) -> target (compact, padded)
  kWriteCodes,       ///< adversary: bytes into the codes of one direction, from byte `at`
  kWriteScaleInv,    ///< adversary: bytes into the scale_inv of one direction, from byte `at`
  kSetNoop,          ///< scalar `noop` := bits
  kQuantizeCurrent,  ///< input -> tensor, scalars `amax` and `scale`, both optional
  kQuantizeMany,     ///< each of `items`, in `directions`
  kScaleInverse,     ///< scalar `scale` (optional) -> the scale_inv of a per-tensor tensor
  kCapture,          ///< from here on steps are recorded and not run ...
  kEndCapture,       ///< ... up to here
  kReplay,           ///< the steps of the last recording run
  kSynchronize,      ///< the host waits for everything before
};
std::string_view to_string(StepKind kind);

/// One field of a call overwritten with an illegal value [K31]. The call must fail, name
/// `argument`, and change nothing.
struct Tamper {
  std::string field;  ///< a field of the ABI's argument struct, e.g. "rowwise.codes.bytes"
  std::int64_t value = 0;
  std::string argument;  ///< what the message must name, e.g. "rowwise.codes"
};

/// One tensor of quantize_many.
struct CastItem {
  std::string input, tensor;
  std::string scale, amax;  ///< names of scalars; empty = absent
};

struct Step {
  StepKind kind = StepKind::kQuantize;
  std::string input, tensor, target, output;  ///< names of declarations; empty = not used
  std::string scale, amax;                    ///< names of scalars; empty = absent
  unsigned directions = FP8ORACLE_ROWWISE;
  unsigned scale_inv_directions = 3;          ///< scale_inv is absent where the bit is 0
  std::uint32_t bits = 0;                     ///< set_scale, set_noop
  std::uint32_t eps_bits = 0;                 ///< scale_from_amax, quantize_current
  bool pow2 = false;                          ///< scale_from_amax, quantize_current
  fp8oracle_type input_type = FP8ORACLE_F32;  ///< scale_from_amax
  std::int64_t at = 0;                        ///< write_*
  std::vector<std::uint8_t> bytes;            ///< write_*
  std::optional<Tamper> tamper;
  std::string noop;             ///< name of a scalar; empty = absent
  std::vector<CastItem> items;  ///< quantize_many
};

/// A history that any backend can replay without the generator: declarations and steps. One cast is
/// a history of one step.
struct Case {
  std::string clause;  ///< id of the clause it was made for
  std::string scheme;  ///< name of the scheme under test
  std::uint64_t seed = 0;
  std::uint64_t number = 0;
  std::string note;  ///< what the case aims at, for the reader
  std::vector<InputDecl> inputs;
  std::vector<TensorDecl> tensors;
  std::vector<ScalarDecl> scalars;
  std::vector<OutputDecl> outputs;
  std::vector<Step> steps;
  /// False: the host waits after each step. True: it waits at `synchronize` and at the end alone,
  /// so that order is the stream's business [K3]; what each step left is kept all the same.
  bool asynchronous = false;

  const InputDecl& input(std::string_view name) const;
  const TensorDecl& tensor(std::string_view name) const;
  const OutputDecl& output(std::string_view name) const;
  const ScalarDecl& scalar(std::string_view name) const;
};

/// The steps that step `index` runs: itself; none while it is recorded; the recorded ones for a
/// replay.
std::vector<std::size_t> steps_run_by(const Case& c, std::size_t index);

/// Throws UsageError naming the first thing that does not fit: an unknown name, a shape whose bits
/// are missing, a negative dimension, bytes outside a buffer, a replay of nothing.
void check_case(const Case& c);

/// JSON with floats as hex bits ("fp8oracle.case/1"). The profile stands in it with every knob, so
/// the file means the same tomorrow. from_json checks everything and throws UsageError.
std::string case_to_json(const Case& c);
Case case_from_json(const std::string& text, const std::string& where);
/// The same content in a compact binary form (CBOR), for the pipe to a child process.
std::vector<std::uint8_t> case_to_binary(const Case& c);
Case case_from_binary(const std::uint8_t* data, std::size_t size);

}  // namespace fp8oracle
