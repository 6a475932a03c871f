// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fp8oracle::cuda {

/// What a mutant of the MX kernels does wrong. Every kernel is compiled with kNone; the others
/// exist in the mutants' translation unit alone.
enum class MxFault {
  kNone,
  kFewerLanes,          ///< amax of a row block over two lanes of its four
  kAmaxOfFirstLoad,     ///< amax of a column over the first of a thread's rows
  kMissingBarrier,      ///< the column scales are read before all of them stand
  kScaleOfLastWarp,     ///< warps race for one partial amax
  kTailScaleUnwritten,  ///< the scale of a partial block stays as it was
  kTailReadsBeyond,     ///< a partial row takes the elements after its end into amax
  kPaddingUnwritten,    ///< padding of scales is not cleared
  kPlainIndex,          ///< swizzled scales are stored in the plain order
  kNarrowIndex,         ///< 32-bit element offsets
  kZeroCodeAsOne,       ///< scale code 0 multiplies by 1
  kNanCodeAsNumber,     ///< scale code 255 is taken for 2^128
  kLastCodeFlushed,     ///< the reciprocal of scale code 254 is flushed to zero
  kTurnedRows,          ///< transposed codes: two rows of four are swapped
  kNoopIgnored,         ///< noop is not read
  kScalesRowwise        ///< columnwise scales are those of the rows
};

}  // namespace fp8oracle::cuda
