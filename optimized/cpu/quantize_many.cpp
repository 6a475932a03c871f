// SPDX-License-Identifier: Apache-2.0
// Many tensors of one scheme: a tensor that is worth all threads gets them, the others are dealt
// out one a thread. Equals one cast after the other, also where items share an amax cell [K26]:
// the order in which they raise it does not matter.
#include <vector>

#include "fp8oracle/operations/operation.h"
#include "operations.h"
#include "threads.h"

namespace fp8oracle::cpu {
namespace {

fp8oracle_quantize_args single(const fp8oracle_quantize_item& item) {
  fp8oracle_quantize_args args{};
  args.input = item.input;
  args.scale = item.scale;
  args.amax = item.amax;
  args.rowwise = item.rowwise;
  args.columnwise = item.columnwise;
  return args;
}

}  // namespace

void quantize_many(const ResolvedScheme& scheme, const fp8oracle_quantize_many_args& args) {
  constexpr std::int64_t kAllThreads = 16 * kElementsWorthAThread;
  std::vector<const fp8oracle_quantize_item*> small;
  std::int64_t elements = 0;
  for (std::uint64_t i = 0; i < args.count; ++i) {
    const fp8oracle_quantize_item& item = item_of(args, i);
    const std::int64_t size = item.input.rows * item.input.cols;
    if (size >= kAllThreads) {
      quantize(scheme, single(item));
    } else {
      small.push_back(&item);
      elements += size;
    }
  }
  // Inside a task parallel_for finds the pool taken and stays on its thread.
  parallel_for(static_cast<std::int64_t>(small.size()), elements, [&](std::int64_t i) {
    quantize(scheme, single(*small[static_cast<std::size_t>(i)]));
  });
}

}  // namespace fp8oracle::cpu
