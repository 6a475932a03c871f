// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fp8oracle::cuda {

/// What is planted wrong in a kernel. The backend instantiates kNone alone; the mutants' own
/// translation unit instantiates the rest.
enum class Fault {
  kNone,
  kTailUnwritten,          ///< elements after the last whole unit of a row are left out
  kLanesSwapped,           ///< odd lanes write the halves of their codes in the wrong order
  kStrideIgnored,          ///< rows are taken to be dense
  kAmaxStored,             ///< blocks store amax, the last one wins
  kAmaxOfFirstWarp,        ///< the other warps' maxima are forgotten
  kAmaxOfScaled,           ///< amax of x * scale
  kScaleInvOfEmpty,        ///< an empty tensor's scale_inv is not written
  kReciprocalApproximate,  ///< scale_inv as a build with fast arithmetic divides
  kNoopIgnored,            ///< noop is not read
  kWrongStream,            ///< launched on another stream than the caller's
  kScaleReadByHost,        ///< scale is read when the call is made
  kLastTileSkipped,        ///< the last row of tiles is not cast
  kMissingBarrier,         ///< transposed codes are taken out before all have been put in
  kSwizzleForgotten,       ///< transposed codes are taken from the unswizzled place
  kOwnAmax,                ///< a block does not wait for the others
  kEpochIgnored,           ///< words that an earlier launch posted count
  kPreviousScale,          ///< current scaling casts with the scale that was there before
  kFirstScale,             ///< all of many tensors are cast with the first one's scale
  kWrittenBeyond,          ///< one byte behind the codes of a row is written
  kDivergentBarrier,       ///< every other warp waits at a barrier of the block
  kDivergentWarpBarrier,   ///< a thread that the mask leaves out waits at a barrier of the warp
  kOldCodesRead,           ///< a zero keeps the sign that lay in memory before
  kLastScaleInvUnwritten,  ///< the last of many tensors gets no scale_inv
  kNotAwaited,  ///< begins while the launch before it still runs, and does not wait for it
};

}  // namespace fp8oracle::cuda
