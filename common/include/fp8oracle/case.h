// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/operations/step.h"
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

/// FP32 cells of the recipe: a scale, an amax, a noop; or a row of them.
struct CellDecl {
  std::string name;
  std::vector<std::uint32_t> bits;
};

/// A matrix that dequantize writes. Poison at first.
struct OutputDecl {
  std::string name;
  fp8oracle_type type = FP8ORACLE_F32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
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
  std::vector<CellDecl> cells;
  std::vector<OutputDecl> outputs;
  std::vector<Step> steps;
  /// False: the host waits after each step. True: it waits at `synchronize` and at the end alone,
  /// so that order is the stream's business [K3]; what each step left is kept all the same.
  bool asynchronous = false;

  const InputDecl& input(std::string_view name) const;
  const TensorDecl& tensor(std::string_view name) const;
  const OutputDecl& output(std::string_view name) const;
  const CellDecl& cell(std::string_view name) const;
};

/// Gives a call, or an item of it ("items[2]."), the tensor's pair in every direction that the
/// tensor has.
Step& give_pairs(Step& step, const TensorDecl& t, const std::string& item = "");

/// The scheme of a step's call, with the directions that it names: of its pairs' tensor, or of the
/// operand `scheme`. Throws UsageError where the case has no tensor.
Scheme scheme_of(const Case& c, const Step& step);

/// The steps that step `index` runs: itself; none while it is recorded; the recorded ones for a
/// replay.
std::vector<std::size_t> steps_run_by(const Case& c, std::size_t index);

/// Throws UsageError naming the first thing that does not fit: an unknown name, a shape whose bits
/// are missing, a negative dimension, bytes outside a buffer, a replay of nothing.
void check_case(const Case& c);

/// JSON with floats as hex bits ("fp8oracle.case/2"). The profile stands in it with every knob, so
/// the file means the same tomorrow. from_json checks everything and throws UsageError.
std::string case_to_json(const Case& c);
Case case_from_json(const std::string& text, const std::string& where);
/// The same content in a compact binary form (CBOR), for the pipe to a child process.
std::vector<std::uint8_t> case_to_binary(const Case& c);
Case case_from_binary(const std::uint8_t* data, std::size_t size);

}  // namespace fp8oracle
