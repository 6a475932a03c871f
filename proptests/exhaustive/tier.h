// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "exhaustive/side.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::exhaustive {

/// How the elements of an output are compared.
enum class Kind {
  kCode,  ///< equal bits, or NaN codes that the scheme holds for one
  kE8m0,  ///< equal bits
  kF32,   ///< equal bits, or both NaN; the same for the next two
  kBf16,
  kF16
};
constexpr std::uint64_t bytes_of(Kind kind) {
  return kind == Kind::kF32 ? 4 : kind == Kind::kBf16 || kind == Kind::kF16 ? 2 : 1;
}

/// What a chunk of cases left: one element a case, or one for the whole chunk.
struct Output {
  const char* name = "";  ///< as the ABI spells it
  Kind kind = Kind::kCode;
  std::vector<std::uint8_t> bytes;

  std::uint64_t elements() const { return bytes.size() / bytes_of(kind); }
  std::uint32_t bits(std::uint64_t element) const;
};

/// A finite set of cases, numbered from 0, all of which are run.
class Tier {
 public:
  virtual ~Tier() = default;

  std::string name;    ///< "fp32", "mx-amax.torchao-even": what --tier takes
  std::string format;  ///< "e4m3"
  Scheme scheme;
  fp8oracle_operation operation = FP8ORACLE_OP_QUANTIZE;
  fp8oracle_type type = FP8ORACLE_F32;  ///< of the input; dequantize: of the output
  std::uint64_t cases = 0;
  std::uint64_t chunk = 0;  ///< cases that one call takes; divides `cases`

  /// Runs the cases [first, first + count) and takes their outputs home.
  virtual void run(Side& side, std::uint64_t first, std::uint64_t count,
                   std::vector<Output>& outputs) const = 0;
  /// What they must be. By default what run() gives on the reference's own side of the door.
  virtual void expect(Side& reference, std::uint64_t first, std::uint64_t count,
                      std::vector<Output>& outputs) const {
    run(reference, first, count, outputs);
  }
  /// The input of one case for the report: "x 0x1.8p-7 (bits 0x3c400000)".
  virtual std::string describe(std::uint64_t index) const = 0;
};

/// Sets up outputs[i] with room for `elements`; keeps the memory from chunk to chunk.
Output& output(std::vector<Output>& outputs, std::size_t i, const char* name, Kind kind,
               std::uint64_t elements);

/// "0x1.8p-7 (bits 0x3c400000)"
std::string float_in_words(std::uint32_t bits);

}  // namespace fp8oracle::exhaustive
