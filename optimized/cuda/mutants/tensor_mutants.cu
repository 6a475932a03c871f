// SPDX-License-Identifier: Apache-2.0
#include "tensor_mutants.h"

#include "../amax.cuh"
#include "../backend.h"
#include "../quantize_current.cuh"
#include "../quantize_current_transpose.cuh"
#include "../quantize_many.cuh"
#include "../quantize_tensor.cuh"
#include "../quantize_transpose.cuh"
#include "scheme_of.h"

namespace fp8oracle::cuda::mutants {
namespace {

using Bf16 = __nv_bfloat16;

/// The calls that the faults are compiled for.
bool lives_in(const ResolvedScheme& scheme, std::uint32_t type) {
  return type == FP8ORACLE_BF16 && is_e4m3(scheme.format) && scheme.grid.scale_is_given();
}

bool has_transpose(const ResolvedScheme& scheme) { return scheme.has(FP8ORACLE_COLUMNWISE); }

template <Fault kFault>
fp8oracle_status faulty_rows(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                             fp8oracle_message message) {
  const auto scheme = scheme_of(FP8ORACLE_OP_QUANTIZE, args);
  if (!scheme || !lives_in(*scheme, args->input.type) || has_transpose(*scheme))
    return backend().quantize(args, stream, message);
  TensorCast cast = given_scale_cast(*scheme, *args);
  flatten(cast);
  cudaStream_t queue = stream->handle;
  if constexpr (kFault == Fault::kWrongStream) queue = nullptr;
  float scale = 1.0f;
  if constexpr (kFault == Fault::kScaleReadByHost) {
    // Read at once, in no stream's order, and handed over in memory that outlives the call.
    static float* const copy = [] {
      void* memory = nullptr;
      return cudaMalloc(&memory, sizeof(float)) == cudaSuccess ? static_cast<float*>(memory)
                                                               : nullptr;
    }();
    if (cast.scale != nullptr && copy != nullptr) {
      (void)cudaMemcpy(&scale, cast.scale, sizeof scale, cudaMemcpyDeviceToHost);
      (void)cudaMemcpy(copy, &scale, sizeof scale, cudaMemcpyHostToDevice);
      cast.scale = copy;
    }
  }
  const cudaError_t error =
      launch_rows<Bf16, E4M3, SmallRows, kFault>(cast, rows_are_aligned<Bf16>(cast), queue);
  return status_of(error, "quantize, a mutant", message);
}

template <Fault kFault, class Shape>
fp8oracle_status faulty_transpose(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                                  fp8oracle_message message) {
  const auto scheme = scheme_of(FP8ORACLE_OP_QUANTIZE, args);
  if (!scheme || !lives_in(*scheme, args->input.type) || !has_transpose(*scheme))
    return backend().quantize(args, stream, message);
  const cudaError_t error =
      launch_tiles<Bf16, E4M3, Shape, kFault>(given_scale_cast(*scheme, *args), stream->handle);
  return status_of(error, "quantize, a mutant", message);
}

template <Fault kFault>
fp8oracle_status faulty_amax(const fp8oracle_amax_args* args, fp8oracle_stream stream,
                             fp8oracle_message message) {
  const auto scheme = scheme_of(FP8ORACLE_OP_AMAX, args);
  if (!scheme || !lives_in(*scheme, args->input.type)) return backend().amax(args, stream, message);
  TensorCast cast = tensor_cast(*scheme, args->input, {}, {});
  cast.amax = pointer<float>(args->amax);
  cast.noop = pointer<const float>(args->noop);
  flatten(cast);
  const cudaError_t error =
      launch_amax_tiles<Bf16, kFault>(cast, input_is_aligned<Bf16>(cast), queue_of(stream));
  return status_of(error, "amax, a mutant", message);
}

template <Fault kFault>
fp8oracle_status faulty_current(const fp8oracle_quantize_current_args* args,
                                fp8oracle_stream stream, fp8oracle_message message) {
  const auto scheme = scheme_of(FP8ORACLE_OP_QUANTIZE_CURRENT, args);
  if (!scheme || !lives_in(*scheme, args->input.type))
    return backend().quantize_current(args, stream, message);
  const Queue queue = queue_of(stream);
  CurrentCast current = current_cast(*scheme, *args, queue);
  cudaError_t error = cudaSuccess;
  if (has_transpose(*scheme)) {
    error = launch_current_tiles<Bf16, E4M3, SmallCurrentTile, kFault>(current, queue);
  } else {
    flatten(current.cast);
    error = launch_current<Bf16, E4M3, SmallCurrent, kFault>(
        current, rows_are_aligned<Bf16>(current.cast), queue);
  }
  return status_of(error, "quantize_current, a mutant", message);
}

template <Fault kFault>
fp8oracle_status faulty_many(const fp8oracle_quantize_many_args* args, fp8oracle_stream stream,
                             fp8oracle_message message) {
  const auto scheme = scheme_of(FP8ORACLE_OP_QUANTIZE_MANY, args);
  const bool any = scheme && args->count > 0;
  if (!any || !lives_in(*scheme, item_of(*args, 0).input.type))
    return backend().quantize_many(args, stream, message);
  const cudaError_t error =
      launch_batches<Bf16, E4M3, SmallTile, kFault>(*scheme, *args, stream->handle);
  return status_of(error, "quantize_many, a mutant", message);
}

std::vector<Mutant> quantize_mutants() {
  using F = Fault;
  return {
      {"cuda-tail-unwritten", "K2", "elements after a row's last whole unit are left out",
       table_with<&Table::quantize, faulty_rows<F::kTailUnwritten>>()},
      {"cuda-lanes-swapped", "K30", "odd lanes write the halves of their codes the wrong way round",
       table_with<&Table::quantize, faulty_rows<F::kLanesSwapped>>()},
      {"cuda-stride-ignored", "K30", "rows are taken to be dense",
       table_with<&Table::quantize, faulty_rows<F::kStrideIgnored>>()},
      {"cuda-amax-stored", "K12", "blocks store amax without an atomic",
       table_with<&Table::quantize, faulty_rows<F::kAmaxStored>>()},
      {"cuda-amax-first-warp", "K12", "only the first warp's maximum counts",
       table_with<&Table::quantize, faulty_rows<F::kAmaxOfFirstWarp>>()},
      {"cuda-amax-of-scaled", "K12", "amax of x * scale",
       table_with<&Table::quantize, faulty_rows<F::kAmaxOfScaled>>()},
      {"cuda-empty-scale-inv", "K24", "an empty tensor's scale_inv is not written",
       table_with<&Table::quantize, faulty_rows<F::kScaleInvOfEmpty>>()},
      {"cuda-fast-reciprocal", "K9", "scale_inv as a build with fast arithmetic divides",
       table_with<&Table::quantize, faulty_rows<F::kReciprocalApproximate>>()},
      {"cuda-noop-ignored", "K23", "quantize writes under noop = 1",
       table_with<&Table::quantize, faulty_rows<F::kNoopIgnored>>()},
      {"cuda-wrong-stream", "K3", "launched on another stream than the caller's",
       table_with<&Table::quantize, faulty_rows<F::kWrongStream>>()},
      {"cuda-scale-read-by-host", "K3", "scale is read when the call is made",
       table_with<&Table::quantize, faulty_rows<F::kScaleReadByHost>>()},
      {"cuda-not-awaited", "K27", "begins early and does not wait for the launch before it",
       table_with<&Table::quantize, faulty_rows<F::kNotAwaited>>()},
      {"cuda-last-tile-skipped", "K2", "the last row of tiles is not cast",
       table_with<&Table::quantize, faulty_transpose<F::kLastTileSkipped, SmallTile>>()},
      {"cuda-transpose-missing-barrier", "K30", "transposed codes are taken out too early",
       table_with<&Table::quantize, faulty_transpose<F::kMissingBarrier, MediumTile>>()},
      {"cuda-transpose-unswizzled", "K20", "transposed codes are taken from the wrong place",
       table_with<&Table::quantize, faulty_transpose<F::kSwizzleForgotten, MediumTile>>()},
  };
}

std::vector<Mutant> other_mutants() {
  using F = Fault;
  return {
      {"cuda-amax-own-block", "K12", "amax does not wait for the other blocks",
       table_with<&Table::amax, faulty_amax<F::kOwnAmax>>()},
      {"cuda-amax-stale-words", "K30", "amax takes words that an earlier launch posted",
       table_with<&Table::amax, faulty_amax<F::kEpochIgnored>>()},
      {"cuda-current-own-block", "K12", "a block scales by its own amax",
       table_with<&Table::quantize_current, faulty_current<F::kOwnAmax>>()},
      {"cuda-current-stale-words", "K30", "current scaling takes words of an earlier launch",
       table_with<&Table::quantize_current, faulty_current<F::kEpochIgnored>>()},
      {"cuda-current-previous-scale", "K3", "casts with the scale that was there before",
       table_with<&Table::quantize_current, faulty_current<F::kPreviousScale>>()},
      {"cuda-many-first-scale", "K26", "all tensors are cast with the first one's scale",
       table_with<&Table::quantize_many, faulty_many<F::kFirstScale>>()},
      {"cuda-many-last-scale-inv", "K26", "the last tensor gets no scale_inv",
       table_with<&Table::quantize_many, faulty_many<F::kLastScaleInvUnwritten>>()},
      {"cuda-many-noop-ignored", "K23", "many tensors are written under noop = 1",
       table_with<&Table::quantize_many, faulty_many<F::kNoopIgnored>>()},
  };
}

}  // namespace

const std::vector<Mutant>& sanitizer_mutants() {
  using F = Fault;
  static const std::vector<Mutant> all{
      {"cuda-out-of-bounds", "K2", "one byte behind the codes of a row is written",
       table_with<&Table::quantize, faulty_rows<F::kWrittenBeyond>>()},
      {"cuda-missing-barrier", "K30", "transposed codes are taken out before all are there",
       table_with<&Table::quantize, faulty_transpose<F::kMissingBarrier, MediumTile>>()},
      {"cuda-divergent-barrier", "K12", "every other warp waits at a barrier of the block",
       table_with<&Table::quantize, faulty_rows<F::kDivergentBarrier>>()},
      {"cuda-divergent-warp-barrier", "K12", "a thread outside the mask waits at a warp's barrier",
       table_with<&Table::quantize, faulty_rows<F::kDivergentWarpBarrier>>()},
      {"cuda-uninitialised", "K2", "a zero keeps the sign that lay in memory before",
       table_with<&Table::quantize, faulty_rows<F::kOldCodesRead>>()},
  };
  return all;
}

const std::vector<Mutant>& tensor_mutants() {
  static const std::vector<Mutant> all = [] {
    std::vector<Mutant> list = quantize_mutants();
    for (const Mutant& mutant : other_mutants()) list.push_back(mutant);
    return list;
  }();
  return all;
}

}  // namespace fp8oracle::cuda::mutants
