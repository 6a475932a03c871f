// SPDX-License-Identifier: Apache-2.0
#include "block_mutants.h"

#include "../backend.h"
#include "../dequantize_launch.cuh"
#include "../mx_launch.cuh"
#include "../queue.h"
#include "../swizzle_launch.cuh"
#include "scheme_of.h"

namespace fp8oracle::cuda::mutants {
namespace {

using Bf16 = __nv_bfloat16;

/// Which calls a fault lives in.
MxBlocks blocks_of(const ResolvedScheme& scheme) {
  if (scheme.grid == kMx32x32Grid) return MxBlocks::kSquares;
  if (scheme.directions == FP8ORACLE_ROWWISE) return MxBlocks::kRows;
  return scheme.directions == FP8ORACLE_COLUMNWISE ? MxBlocks::kColumns : MxBlocks::kRowsAndColumns;
}

bool lives_in(const ResolvedScheme& scheme, const fp8oracle_matrix& matrix) {
  return matrix.type == FP8ORACLE_BF16 && is_e4m3(scheme.format) && matrix.rows > 0 &&
         matrix.cols > 0;
}

/// The MX cast of a call that the faults in kBlocks are compiled for, or nothing.
template <MxBlocks kBlocks>
std::optional<MxCast> living_cast(const fp8oracle_quantize_args* args) {
  const auto scheme = scheme_of(FP8ORACLE_OP_QUANTIZE, args);
  const bool lives = scheme && scheme->grid.is_mx() && blocks_of(*scheme) == kBlocks &&
                     lives_in(*scheme, args->input);
  return lives ? std::optional(mx_cast(*scheme, *args)) : std::nullopt;
}

fp8oracle_status quantize_rightly(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                                  fp8oracle_message message) {
  return backend().quantize(args, stream, message);
}

/// The fault in the tile kernel.
template <MxFault kFault, MxBlocks kBlocks>
fp8oracle_status quantize_tiles(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                                fp8oracle_message message) {
  const auto cast = living_cast<kBlocks>(args);
  if (!cast) return quantize_rightly(args, stream, message);
  const cudaError_t error =
      launch_tiles_of<Bf16, E4M3, kBlocks, WideTiles<Bf16, kBlocks>, kFault>(*cast, stream->handle);
  return status_of(error, "quantize, a mutant", message);
}

/// The fault in the kernel of dense rows in whole blocks.
template <MxFault kFault>
fp8oracle_status quantize_flat_rows(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                                    fp8oracle_message message) {
  const auto cast = living_cast<MxBlocks::kRows>(args);
  if (!cast || !rows_are_flat(*cast)) return quantize_rightly(args, stream, message);
  const cudaError_t error =
      launch_flat_rows_of<Bf16, E4M3, RowBlocks<Bf16>, kFault>(*cast, stream->handle);
  return status_of(error, "quantize, a mutant", message);
}

template <MxFault kFault>
fp8oracle_status dequantize_faulty(const fp8oracle_dequantize_args* args, fp8oracle_stream stream,
                                   fp8oracle_message message) {
  const auto scheme = scheme_of(FP8ORACLE_OP_DEQUANTIZE, args);
  if (!scheme || !lives_in(*scheme, args->output))
    return backend().dequantize(args, stream, message);
  const cudaError_t error =
      launch_dequantize<Bf16, E4M3, kFault>(dequantize_call(*scheme, *args), stream->handle);
  return status_of(error, "dequantize, a mutant", message);
}

template <MxFault kFault>
fp8oracle_status swizzle_faulty(const fp8oracle_swizzle_args* args, fp8oracle_stream stream,
                                fp8oracle_message message) {
  const auto scheme = scheme_of(FP8ORACLE_OP_SWIZZLE, args);
  if (!scheme) return backend().swizzle(args, stream, message);
  return launch_swizzle<true, kFault>(*scheme, *args, stream->handle, message);
}

template <MxFault kFault>
fp8oracle_status unswizzle_faulty(const fp8oracle_swizzle_args* args, fp8oracle_stream stream,
                                  fp8oracle_message message) {
  const auto scheme = scheme_of(FP8ORACLE_OP_UNSWIZZLE, args);
  if (!scheme) return backend().unswizzle(args, stream, message);
  return launch_swizzle<false, kFault>(*scheme, *args, stream->handle, message);
}

std::vector<Mutant> quantize_mutants() {
  constexpr auto kRows = MxBlocks::kRows;
  constexpr auto kColumns = MxBlocks::kColumns;
  constexpr auto kBoth = MxBlocks::kRowsAndColumns;
  constexpr auto kSquares = MxBlocks::kSquares;
  using F = MxFault;
  return {
      {"cuda-mx-two-lanes", "K16", "amax of a row block crosses two lanes of its four",
       table_with<&Table::quantize, quantize_flat_rows<F::kFewerLanes>>()},
      {"cuda-mx-code-255-as-number", "K11", "scale code 255 is one step beyond 254",
       table_with<&Table::quantize, quantize_flat_rows<F::kNanCodeAsNumber>>()},
      {"cuda-mx-first-row-amax", "K16", "amax of a column leaves out three rows of four",
       table_with<&Table::quantize, quantize_tiles<F::kAmaxOfFirstLoad, kColumns>>()},
      {"cuda-mx-missing-barrier", "K2", "column scales read partial amaxes before a barrier",
       table_with<&Table::quantize, quantize_tiles<F::kMissingBarrier, kColumns>>()},
      {"cuda-mx-square-missing-barrier", "K6", "square scales read partial amaxes unsynchronised",
       table_with<&Table::quantize, quantize_tiles<F::kMissingBarrier, kSquares>>()},
      {"cuda-mx-warps-race", "K16", "two warps write one partial amax",
       table_with<&Table::quantize, quantize_tiles<F::kWarpsShareAmax, kBoth>>()},
      {"cuda-mx-tail-scale-unwritten", "K2", "the scale of a partial row block stays as it was",
       table_with<&Table::quantize, quantize_tiles<F::kTailScaleUnwritten, kRows>>()},
      {"cuda-mx-tail-reads-beyond", "K2", "elements after a row's end count in amax",
       table_with<&Table::quantize, quantize_tiles<F::kTailReadsBeyond, kRows>>()},
      {"cuda-mx-padding-unwritten", "K18", "padding of swizzled scales is not cleared",
       table_with<&Table::quantize, quantize_tiles<F::kPaddingUnwritten, kBoth>>()},
      {"cuda-mx-plain-index", "K16", "swizzled column scales are stored in the plain order",
       table_with<&Table::quantize, quantize_tiles<F::kPlainIndex, kColumns>>()},
      {"cuda-mx-code-0-as-1", "K11", "scale code 0 multiplies by 1",
       table_with<&Table::quantize, quantize_tiles<F::kZeroCodeAsOne, kColumns>>()},
      {"cuda-mx-code-254-flushed", "K11", "the reciprocal 2^-127 is flushed to zero",
       table_with<&Table::quantize, quantize_tiles<F::kLastCodeFlushed, kBoth>>()},
      {"cuda-mx-turned-rows", "K6", "two rows of four change places in transposed codes",
       table_with<&Table::quantize, quantize_tiles<F::kTurnedRows, kColumns>>()},
      {"cuda-mx-noop-ignored", "K23", "32 x 32 squares are written under noop = 1",
       table_with<&Table::quantize, quantize_tiles<F::kNoopIgnored, kSquares>>()},
  };
}

std::vector<Mutant> other_mutants() {
  using F = MxFault;
  return {
      {"cuda-dequantize-code-0-as-0", "K6", "scale code 0 is the value 0",
       table_with<&Table::dequantize, dequantize_faulty<F::kZeroCodeAsZero>>()},
      {"cuda-dequantize-code-255-as-inf", "K6", "scale code 255 is one step beyond 254",
       table_with<&Table::dequantize, dequantize_faulty<F::kNanCodeAsNumber>>()},
      {"cuda-dequantize-missing-barrier", "K6", "column scales are read before a barrier",
       table_with<&Table::dequantize, dequantize_faulty<F::kMissingBarrier>>()},
      {"cuda-swizzle-quarters-swapped", "K19", "lines 32...63 and 64...95 of a tile change places",
       table_with<&Table::swizzle, swizzle_faulty<F::kQuartersSwapped>>()},
      {"cuda-swizzle-padding-copied", "K19", "padding of the input gets into the output",
       table_with<&Table::swizzle, swizzle_faulty<F::kPaddingCopied>>()},
      {"cuda-unswizzle-words-reversed", "K19",
       "16 bytes of a plain line are stored last word first",
       table_with<&Table::unswizzle, unswizzle_faulty<F::kWordsReversed>>()},
  };
}

}  // namespace

const std::vector<Mutant>& block_mutants() {
  static const std::vector<Mutant> all = [] {
    std::vector<Mutant> list = quantize_mutants();
    for (const Mutant& mutant : other_mutants()) list.push_back(mutant);
    return list;
  }();
  return all;
}

}  // namespace fp8oracle::cuda::mutants
