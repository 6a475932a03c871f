// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fp8oracle::cuda {

/// What a mutant of the block kernels does wrong. Every kernel is compiled with kNone; the others
/// exist in the mutants' translation unit alone.
enum class MxFault {
  kNone,
  kFewerLanes,          ///< amax of a row block over two lanes of its four
  kAmaxOfFirstLoad,     ///< amax of a column over the first of a thread's rows
  kMissingBarrier,      ///< shared memory is read before all of it stands
  kWarpsShareAmax,      ///< two warps race for one partial amax
  kTailScaleUnwritten,  ///< the scale of a partial row block stays as it was
  kTailReadsBeyond,     ///< elements after a row's end count in amax
  kPaddingUnwritten,    ///< padding of scales is not cleared
  kPlainIndex,          ///< swizzled scales of columns are stored in the plain order
  kZeroCodeAsOne,       ///< scale code 0 multiplies by 1
  kZeroCodeAsZero,      ///< dequantize: scale code 0 is the value 0
  kNanCodeAsNumber,     ///< scale code 255 is one step beyond 254
  kLastCodeFlushed,     ///< the reciprocal of scale code 254 is flushed to zero
  kTurnedRows,          ///< transposed codes: two rows of four change places
  kNoopIgnored,         ///< noop is not read
  kQuartersSwapped,     ///< swizzle: two quarters of a tile's lines change places
  kWordsReversed,       ///< unswizzle: 16 bytes of a line are stored last word first
  kPaddingCopied        ///< swizzle: padding of the input gets into the output
};

}  // namespace fp8oracle::cuda
