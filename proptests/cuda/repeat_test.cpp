// SPDX-License-Identifier: Apache-2.0
// The same bits every time: chains of operations, each of which reads what the one right before it
// wrote, round after round without a wait, called and replayed. A kernel that begins too early
// finds poison or the numbers of the chain before.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "fp8oracle/layout.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scale_grid.h"
#include "fp8oracle/scheme.h"
#include "optimized/cuda/backend.h"
#include "reference/backend.h"
#include "side.h"

namespace fp8oracle::cuda_tests {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Shape {
  fp8oracle_type type;
  std::int64_t rows, cols;
};

// Partial tiles and unaligned rows, and whole ones.
constexpr Shape kShapes[] = {
    {FP8ORACLE_F32, 37, 41}, {FP8ORACLE_BF16, 1003, 1001}, {FP8ORACLE_BF16, 1024, 992}};
constexpr const char* kSchemes[] = {"e4m3.tensor.row.compact.te", "e4m3.tensor.both.compact.te",
                                    "e4m3.mx32.row.compact.te", "e4m3.mx32.col.compact.te",
                                    "e4m3.mx32.both.padded.te"};

// While so many bytes are filled (0.2 ms on an H100), the host enqueues a round: its kernels lie
// ready in the stream, one behind the other.
constexpr std::uint64_t kDelayBytes = std::uint64_t{512} << 20;

constexpr std::uint64_t kRounds = 100;

// For a scale from amax: the mask of each element's highest byte leaves finite numbers below 2, or
// below 2^-7.
Bytes values(const Shape& shape, bool finite, std::uint64_t seed) {
  Bytes bytes = random_elements(shape.type, shape.rows * shape.cols, seed);
  const auto size = static_cast<std::size_t>(size_of(shape.type));
  const std::uint8_t mask = seed == 1 ? 0xBB : 0xBF;
  for (std::size_t i = size - 1; finite && i < bytes.size(); i += size) bytes[i] &= mask;
  return bytes;
}

// A chain on one side, for two inputs in turn with the same outputs:
//   per tensor   amax, scale_from_amax, quantize, dequantize, quantize_current of that
//   MX           quantize, and for each direction swizzle, unswizzle, dequantize
class Chain {
 public:
  Chain(Side& side, const Scheme& scheme, const Shape& shape)
      : side_(side), scheme_(scheme), shape_(shape) {
    for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE})
      if (scheme.has(direction)) directions_.push_back({direction, {}, {}, {}, {}, {}});
    scheme.grid.is_mx() ? take_mx_outputs() : take_tensor_outputs();
    for (const std::uint64_t seed : {1u, 2u}) {
      const Block input = side.make(values(shape, !scheme.grid.is_mx(), seed));
      scheme.grid.is_mx() ? add_mx_chain(matrix(input.buffer))
                          : add_tensor_chain(matrix(input.buffer));
    }
  }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  // Enqueues nothing but operations.
  void run() {
    for (const auto& call : calls_) call();
  }

  void poison() {
    for (const Block& block : outputs_) fill(block.base, 0xA5, block.all);
    if (raised_.data != nullptr) fill(raised_.data, 0, raised_.bytes);
  }

  const std::vector<Block>& outputs() const { return outputs_; }
  bool is_decoded(std::size_t output) const {
    return std::ranges::find(decoded_, output) != decoded_.end();
  }

 private:
  // What one direction of the chain has.
  struct Direction {
    fp8oracle_direction direction;
    fp8oracle_pair pair, current_pair;
    fp8oracle_buffer swizzled, unswizzled;
    fp8oracle_matrix decoded;
  };

  void fill(void* data, std::uint8_t byte, std::uint64_t bytes) { side_.fill(data, byte, bytes); }

  fp8oracle_matrix matrix(const fp8oracle_buffer& data) const {
    return {data, static_cast<std::uint32_t>(shape_.type), shape_.rows, shape_.cols, shape_.cols};
  }

  fp8oracle_buffer take(std::int64_t bytes) {
    outputs_.push_back(side_.make(static_cast<std::uint64_t>(bytes)));
    return outputs_.back().buffer;
  }

  fp8oracle_matrix take_decoded() {
    decoded_.push_back(outputs_.size());
    return matrix(take(shape_.rows * shape_.cols * size_of(shape_.type)));
  }

  std::int64_t scale_bytes(fp8oracle_direction direction, const Scheme& scheme) const {
    return scale_grid(scheme.resolved(), direction, shape_.rows, shape_.cols).bytes();
  }

  void take_tensor_outputs() {
    amax_ = take(sizeof(float));
    scale_ = take(sizeof(float));
    raised_ = take(sizeof(float));
    current_amax_ = take(sizeof(float));
    current_scale_ = take(sizeof(float));
    const fp8oracle_buffer scale_inv = take(sizeof(float));
    const fp8oracle_buffer current_scale_inv = take(sizeof(float));
    for (Direction& d : directions_) {
      d.pair = {take(shape_.rows * shape_.cols), scale_inv, {}};
      d.current_pair = {take(shape_.rows * shape_.cols), current_scale_inv, {}};
    }
    directions_.back().decoded = take_decoded();
  }

  void take_mx_outputs() {
    for (Direction& d : directions_) {
      const std::int64_t plain = scale_bytes(d.direction, scheme_);
      d.pair = {take(shape_.rows * shape_.cols), take(plain), {}};
      d.swizzled = take(scale_bytes(d.direction, scheme_.with_layout(FP8ORACLE_LAYOUT_SWIZZLED)));
      d.unswizzled = take(plain);
      d.decoded = take_decoded();
    }
  }

  template <class Args>
  Args make_args(const Scheme& scheme) {
    return client::make_args<Args>(side_.keep(scheme.resolved()));
  }

  template <class Args>
  void add(fp8oracle_operation operation, const Args& args) {
    calls_.push_back([this, operation, args] { side_.call(operation, &args); });
  }

  void add_quantize(const fp8oracle_matrix& input) {
    auto args = make_args<fp8oracle_quantize_args>(scheme_);
    args.input = input;
    args.scale = scale_;
    args.amax = raised_;
    for (const Direction& d : directions_)
      (d.direction == FP8ORACLE_ROWWISE ? args.rowwise : args.columnwise) = d.pair;
    add(FP8ORACLE_OP_QUANTIZE, args);
  }

  void add_dequantize(const Direction& d, const fp8oracle_buffer& scale_inv) {
    auto args = make_args<fp8oracle_dequantize_args>(scheme_.with_directions(d.direction));
    args.pair = {d.pair.codes, scale_inv, {}};
    args.output = d.decoded;
    add(FP8ORACLE_OP_DEQUANTIZE, args);
  }

  void add_tensor_chain(const fp8oracle_matrix& input) {
    auto measure = make_args<fp8oracle_amax_args>(scheme_);
    measure.input = input;
    measure.amax = amax_;
    add(FP8ORACLE_OP_AMAX, measure);
    auto rule = make_args<fp8oracle_scale_from_amax_args>(scheme_);
    rule.input_type = input.type;
    rule.amax = amax_;
    rule.scale = scale_;
    add(FP8ORACLE_OP_SCALE_FROM_AMAX, rule);
    add_quantize(input);
    const Direction& last = directions_.back();
    add_dequantize(last, last.pair.scale_inv);
    auto current = make_args<fp8oracle_quantize_current_args>(scheme_);
    current.input = last.decoded;
    current.amax = current_amax_;
    current.scale = current_scale_;
    for (const Direction& d : directions_)
      (d.direction == FP8ORACLE_ROWWISE ? current.rowwise : current.columnwise) = d.current_pair;
    add(FP8ORACLE_OP_QUANTIZE_CURRENT, current);
  }

  void add_mx_chain(const fp8oracle_matrix& input) {
    add_quantize(input);
    for (const Direction& d : directions_) {
      auto permute = make_args<fp8oracle_swizzle_args>(scheme_.with_directions(d.direction));
      permute.rows = shape_.rows;
      permute.cols = shape_.cols;
      permute.input = d.pair.scale_inv;
      permute.output = d.swizzled;
      add(FP8ORACLE_OP_SWIZZLE, permute);
      permute.input = d.swizzled;
      permute.output = d.unswizzled;
      add(FP8ORACLE_OP_UNSWIZZLE, permute);
      add_dequantize(d, d.unswizzled);
    }
  }

  Side& side_;
  Scheme scheme_;
  Shape shape_;
  std::vector<Block> outputs_;
  std::vector<std::size_t> decoded_;  // those of them that dequantize writes
  std::vector<std::function<void()>> calls_;
  fp8oracle_buffer amax_{}, scale_{}, raised_{}, current_amax_{}, current_scale_{};
  std::vector<Direction> directions_;
};

// Runs the rounds, each into poisoned outputs, and takes every round's outputs aside, all of it in
// stream order. Expects one round's bytes of all of them and returns those.
std::vector<Bytes> repeat(Side& side, Chain& chain, const std::function<void()>& run) {
  const Block delay = side.make(kDelayBytes);
  std::vector<Block> kept;
  for (const Block& output : chain.outputs()) kept.push_back(side.make(kRounds * output.all));
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    side.fill(delay.base, 0, delay.all);
    chain.poison();
    run();
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Block& output = chain.outputs()[i];
      auto* const to = static_cast<std::uint8_t*>(kept[i].buffer.data) + round * output.all;
      side.copy(to, output.base, output.all);
    }
  }
  std::vector<Bytes> first;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const auto size = static_cast<std::ptrdiff_t>(chain.outputs()[i].all);
    const Bytes all = side.read(kept[i]);
    auto at = all.begin() + (static_cast<std::uint8_t*>(kept[i].buffer.data) -
                             static_cast<std::uint8_t*>(kept[i].base));
    first.emplace_back(at, at + size);
    for (std::uint64_t round = 1; round < kRounds; ++round) {
      at += size;
      if (std::equal(at, at + size, first[i].begin())) continue;
      ADD_FAILURE() << "output " << i << ", round " << round << " is not the first one: "
                    << difference(first[i], Bytes(at, at + size), false);
      break;
    }
  }
  return first;
}

class CudaRepeat : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
  }

  // rounds(side, chain) gives the outputs of a chain of the CUDA table.
  template <class Rounds>
  static void expect_references_bytes(const Rounds& rounds) {
    for (const char* name : kSchemes) {
      for (const Shape& shape : kShapes) {
        SCOPED_TRACE(std::string(name) + " " + std::string(to_string(shape.type)) + " " +
                     std::to_string(shape.rows) + "x" + std::to_string(shape.cols));
        const Scheme scheme = parse_scheme(name, find_profile("te"));
        Side host(reference::backend());
        Side device(cuda::backend());
        Chain on_host(host, scheme, shape);
        Chain on_device(device, scheme, shape);
        on_host.poison();
        on_host.run();
        std::vector<Bytes> observed = rounds(device, on_device);
        for (std::size_t i = 0; i < observed.size(); ++i) {
          Bytes expected = host.read(on_host.outputs()[i]);
          if (on_host.is_decoded(i)) {
            unify_nans(expected, shape.type);
            unify_nans(observed[i], shape.type);
          }
          EXPECT_EQ(difference(expected, observed[i], false), "") << "output " << i;
        }
      }
    }
  }
};

TEST_F(CudaRepeat, ChainsOfCallsWriteTheReferencesBytes) {
  expect_references_bytes(
      [](Side& side, Chain& chain) { return repeat(side, chain, [&] { chain.run(); }); });
}

TEST_F(CudaRepeat, ReplayedChainsWriteTheReferencesBytes) {
  expect_references_bytes([](Side& side, Chain& chain) {
    chain.run();  // loads the kernels
    const client::Recording recording(side, [&] { chain.run(); });
    return repeat(side, chain, [&] { recording.replay(); });
  });
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
