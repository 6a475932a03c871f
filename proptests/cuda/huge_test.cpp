// SPDX-License-Identifier: Apache-2.0
// A tensor of more than 2^31 elements: the CUDA table's bytes against the reference's. Its rows
// repeat with a period, so that the reference casts one period alone. The last period differs: the
// last element of all is the largest.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

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
using View = std::span<const std::uint8_t>;

// Whole blocks of 32, but not whole tiles of 128 or 256.
constexpr std::int64_t kRows = 65600;
constexpr std::int64_t kCols = 32800;
constexpr std::int64_t kPeriod = 64;  // rows
constexpr std::int64_t kPeriods = kRows / kPeriod;
constexpr std::int64_t kBlock = 32;
constexpr std::int64_t kElement = 2;  // BF16
constexpr std::int64_t kMostSkipped = 32;
static_assert(kRows * (kCols - kMostSkipped) > std::int64_t{1} << 31);
static_assert(kRows % kPeriod == 0 && kPeriod % kBlock == 0);
// An offset that wraps around meets other values.
static_assert((std::int64_t{1} << 31) % (kPeriod * kCols) != 0);

constexpr std::uint64_t kDeviceBytes = std::uint64_t{12} << 30;  // input, codes, values, scales
constexpr std::uint64_t kPieceBytes = std::uint64_t{64} << 20;   // read at once
constexpr std::uint8_t kPoison = 0xA5;
constexpr float kScale = 0x1.8p8f;
constexpr std::uint16_t kLargest = 0x4040;  // 3.0
constexpr std::uint16_t kTwo = 0x4000;      // and the top bit of the exponent

// One period: values below 2, NaNs where asked for.
Bytes period_of_values(bool with_nans) {
  Bytes bytes = random_elements(FP8ORACLE_BF16, kPeriod * kCols, 31);
  for (std::size_t i = 0; i < bytes.size(); i += kElement) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes.data() + i, sizeof bits);
    const unsigned magnitude = bits & 0x7FFFu;
    if (magnitude < kTwo || (with_nans && magnitude > 0x7F80u)) continue;
    bits = static_cast<std::uint16_t>(bits & ~kTwo);
    std::memcpy(bytes.data() + i, &bits, sizeof bits);
  }
  return bytes;
}

// The first `rows` rows without their first `skipped` columns.
fp8oracle_matrix matrix_of(const Block& block, std::int64_t rows, std::int64_t skipped) {
  const auto bytes = static_cast<std::uint64_t>(skipped * kElement);
  auto* const data = static_cast<std::uint8_t*>(block.buffer.data) + bytes;
  return {{data, block.buffer.bytes - bytes}, FP8ORACLE_BF16, rows, kCols - skipped, kCols};
}

// ---- Comparing ----------------------------------------------------------------------------------

void read(Side& side, const std::uint8_t* from, Bytes& to) {
  side.download(to.data(), from, to.size());
  side.synchronize();
}

bool is_poison(Side& side, const std::uint8_t* begin, const std::uint8_t* end) {
  Bytes bytes(static_cast<std::size_t>(end - begin));
  read(side, begin, bytes);
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == kPoison; });
}

// The first difference between the buffer's lines and what expected_line(index) points to.
template <class ExpectedLine>
std::string difference_of_lines(Side& side, const Block& block, std::size_t line,
                                const ExpectedLine& expected_line) {
  const auto* const base = static_cast<const std::uint8_t*>(block.base);
  const auto* const data = static_cast<const std::uint8_t*>(block.buffer.data);
  const std::uint64_t bytes = block.buffer.bytes;
  if (!is_poison(side, base, data) || !is_poison(side, data + bytes, base + block.all))
    return "bytes beside the buffer were written";
  const std::uint64_t piece = std::max<std::uint64_t>(kPieceBytes / line, 1) * line;
  Bytes observed;
  for (std::uint64_t at = 0; at < bytes; at += piece) {
    observed.resize(std::min(piece, bytes - at));
    read(side, data + at, observed);
    for (std::size_t i = 0; i < observed.size(); i += line) {
      const std::size_t count = std::min(line, observed.size() - i);
      const std::uint8_t* const expected = expected_line((at + i) / line);
      if (std::memcmp(expected, observed.data() + i, count) == 0) continue;
      std::size_t k = 0;
      while (expected[k] == observed[i + k]) ++k;
      return "byte " + std::to_string(at + i + k) + ": expected " + std::to_string(expected[k]) +
             ", observed " + std::to_string(observed[i + k]);
    }
  }
  return "";
}

// What lies as the input: one period after the other, the last one, padding of zeros.
std::string difference_down(Side& side, const Block& block, View body, View last) {
  const Bytes zeros(body.size());
  return difference_of_lines(side, block, body.size(), [&](std::uint64_t period) {
    if (period >= kPeriods) return zeros.data();
    return period + 1 < kPeriods ? body.data() : last.data();
  });
}

// What lies transposed: each line has the periods of one column.
std::string difference_across(Side& side, const Block& block, View body, View last) {
  Bytes line(kRows);
  return difference_of_lines(side, block, line.size(), [&](std::uint64_t column) {
    for (std::size_t period = 0; period < kPeriods; ++period) {
      const View from = period + 1 < kPeriods ? body : last;
      std::memcpy(line.data() + period * kPeriod, from.data() + column * kPeriod, kPeriod);
    }
    return line.data();
  });
}

// ---- Casting ------------------------------------------------------------------------------------

// One cast and all that it writes.
struct Cast {
  fp8oracle_quantize_args args{};
  std::vector<Block> scalars;  // per tensor: scale, amax, scale_inv
  struct Direction {
    fp8oracle_direction direction;
    Block codes, scale_inv;
  };
  std::vector<Direction> directions;
};

Cast make_cast(Side& side, const Scheme& scheme, const fp8oracle_matrix& input) {
  Cast cast;
  cast.args.struct_size = sizeof cast.args;
  cast.args.scheme = side.keep(scheme.resolved());
  cast.args.input = input;
  if (scheme.grid.scale_is_given()) {
    cast.scalars = {side.make_float(kScale), side.make_float(0.0f), side.make(sizeof(float))};
    cast.args.scale = cast.scalars[0].buffer;
    cast.args.amax = cast.scalars[1].buffer;
  }
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    if (!scheme.has(direction)) continue;
    const auto count = static_cast<std::uint64_t>(input.rows * input.cols);
    const ScaleGrid grid = scale_grid(scheme.resolved(), direction, input.rows, input.cols);
    const auto scales = static_cast<std::uint64_t>(grid.bytes());
    const Block scale_inv = scheme.grid.is_mx() ? side.make(scales) : cast.scalars[2];
    cast.directions.push_back({direction, side.make(count), scale_inv});
    (direction == FP8ORACLE_ROWWISE ? cast.args.rowwise : cast.args.columnwise) = {
        cast.directions.back().codes.buffer, scale_inv.buffer, {}};
  }
  return cast;
}

void quantize(Side& side, const Cast& cast) { side.call(FP8ORACLE_OP_QUANTIZE, &cast.args); }

void quantize_current(Side& side, const Cast& cast) {
  auto args = client::make_args<fp8oracle_quantize_current_args>(cast.args.scheme);
  args.input = cast.args.input;
  args.amax = cast.args.amax;
  args.scale = cast.args.scale;
  args.rowwise = cast.args.rowwise;
  args.columnwise = cast.args.columnwise;
  side.call(FP8ORACLE_OP_QUANTIZE_CURRENT, &args);
}

void quantize_many(Side& side, const std::vector<const Cast*>& casts) {
  std::vector<fp8oracle_quantize_item> items;
  for (const Cast* cast : casts) {
    const fp8oracle_quantize_args& a = cast->args;
    items.push_back({a.input, a.scale, a.amax, a.rowwise, a.columnwise});
  }
  auto args = client::make_args<fp8oracle_quantize_many_args>(casts[0]->args.scheme);
  args.items = items.data();
  args.item_bytes = sizeof items[0];
  args.count = items.size();
  side.call(FP8ORACLE_OP_QUANTIZE_MANY, &args);
}

// The codes of a cast of one direction as BF16 again.
Block dequantize(Side& side, const Cast& cast) {
  const std::int64_t rows = cast.args.input.rows, cols = cast.args.input.cols;
  const Block output = side.make(static_cast<std::uint64_t>(rows * cols * kElement));
  auto args = client::make_args<fp8oracle_dequantize_args>(cast.args.scheme);
  args.pair = {cast.directions[0].codes.buffer, cast.directions[0].scale_inv.buffer, {}};
  args.output = {output.buffer, FP8ORACLE_BF16, rows, cols, cols};
  side.call(FP8ORACLE_OP_DEQUANTIZE, &args);
  return output;
}

Block amax_of(Side& side, const Scheme& scheme, const fp8oracle_matrix& input) {
  auto args = client::make_args<fp8oracle_amax_args>(side.keep(scheme.resolved()));
  args.input = input;
  const Block amax = side.make_float(77.0f);
  args.amax = amax.buffer;
  side.call(FP8ORACLE_OP_AMAX, &args);
  return amax;
}

// The reference's memory is the host's.
View contents(const Block& block) {
  return {static_cast<const std::uint8_t*>(block.buffer.data), block.buffer.bytes};
}

// The tensor on the device, two of its periods on the host.
struct Input {
  Block tensor, body, last;
};

// A cast of the tensor on the device, and of two periods by the reference.
struct Periodic {
  Side device{cuda::backend()};
  Side host{reference::backend()};
  Scheme scheme;
  Cast tensor, body, last;

  Periodic(const Input& input, const char* name, std::int64_t skipped = 0)
      : scheme(parse_scheme(name, find_profile("te"))),
        tensor(make_cast(device, scheme, matrix_of(input.tensor, kRows, skipped))),
        body(make_cast(host, scheme, matrix_of(input.body, kPeriod, skipped))),
        last(make_cast(host, scheme, matrix_of(input.last, kPeriod, skipped))) {}

  // Other periods are cast with the scale of the last one, which has the largest element.
  void quantize_body() {
    if (scheme.grid.scale_is_given()) {
      const View scale = contents(last.scalars[0]);
      host.write(body.scalars[0], Bytes(scale.begin(), scale.end()));
    }
    quantize(host, body);
  }

  void expect_references_bytes() {
    for (std::size_t i = 0; i < tensor.scalars.size(); ++i) {
      EXPECT_EQ(difference(host.read(last.scalars[i]), device.read(tensor.scalars[i]), true), "")
          << "scalar " << i;
    }
    const fp8oracle_matrix& input = body.args.input;
    for (std::size_t i = 0; i < tensor.directions.size(); ++i) {
      const auto& [direction, codes, scale_inv] = tensor.directions[i];
      const Cast::Direction &of_body = body.directions[i], &of_last = last.directions[i];
      const bool transposed =
          codes_shape(scheme.resolved(), direction, input.rows, input.cols).transposed;
      const auto difference_of_codes = transposed ? difference_across : difference_down;
      EXPECT_EQ(
          difference_of_codes(device, codes, contents(of_body.codes), contents(of_last.codes)), "")
          << "codes of direction " << direction;
      if (scheme.grid.scale_is_given()) continue;
      const ScaleGrid grid = scale_grid(scheme.resolved(), direction, input.rows, input.cols);
      const auto used = static_cast<std::size_t>(grid.used_rows * grid.cols);
      EXPECT_EQ(difference_down(device, scale_inv, contents(of_body.scale_inv).first(used),
                                contents(of_last.scale_inv).first(used)),
                "")
          << "scale_inv of direction " << direction;
    }
  }
};

class CudaHuge : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
    device_ = std::make_unique<Side>(cuda::backend());
    host_ = std::make_unique<Side>(reference::backend());
    try {
      const client::Memory probe(*device_, kDeviceBytes);
    } catch (const client::Error& error) {
      if (error.status != FP8ORACLE_OUT_OF_MEMORY) throw;
      GTEST_SKIP() << kDeviceBytes << " bytes of device memory: " << error.message;
    }
    input_.tensor = device_->make(static_cast<std::uint64_t>(kRows * kCols * kElement));
    write_input(true);
  }

  void write_input(bool with_nans) {
    Bytes values = period_of_values(with_nans);
    input_.body = host_->make(values);
    device_->write(input_.tensor, values);
    auto* const data = static_cast<std::uint8_t*>(input_.tensor.buffer.data);
    const std::uint64_t all = input_.tensor.buffer.bytes;
    for (std::uint64_t written = values.size(); written < all; written *= 2) {
      device_->copy(data + written, data, std::min(written, all - written));
    }
    device_->upload(data + all - kElement, &kLargest, kElement);
    device_->synchronize();
    std::memcpy(values.data() + values.size() - kElement, &kLargest, kElement);
    input_.last = host_->make(values);
  }

  // run(side, cast) on both sides, the reference's on the last period.
  template <class Run>
  void expect_agreement(const char* scheme, std::int64_t skipped, const Run& run) const {
    SCOPED_TRACE(std::string(scheme) + " without " + std::to_string(skipped) + " columns");
    Periodic casts(input_, scheme, skipped);
    run(casts.device, casts.tensor);
    run(casts.host, casts.last);
    casts.quantize_body();
    casts.expect_references_bytes();
  }

  std::unique_ptr<Side> device_, host_;
  Input input_;
};

TEST_F(CudaHuge, AmaxSeesTheLastElement) {
  const Scheme scheme = parse_scheme("e4m3.tensor.row.compact.te", find_profile("te"));
  for (const std::int64_t skipped : {0, 1, 8}) {
    const auto of = [&](Side& side, const Block& block, std::int64_t rows) {
      return side.read(amax_of(side, scheme, matrix_of(block, rows, skipped)));
    };
    const Bytes expected = of(*host_, input_.last, kPeriod);
    EXPECT_NE(expected, of(*host_, input_.body, kPeriod));
    EXPECT_EQ(difference(expected, of(*device_, input_.tensor, kRows), true), "")
        << "without " << skipped << " columns";
  }
}

TEST_F(CudaHuge, QuantizeWritesTheReferencesBytes) {
  for (const std::int64_t skipped : {0, 1, 8})
    expect_agreement("e4m3.tensor.row.compact.te", skipped, quantize);
  expect_agreement("e4m3.tensor.both.compact.te", 0, quantize);
}

TEST_F(CudaHuge, QuantizeCurrentWritesTheReferencesBytes) {
  expect_agreement("e4m3.tensor.row.compact.te", 0, quantize_current);
  expect_agreement("e4m3.tensor.both.compact.te", 0, quantize_current);
}

TEST_F(CudaHuge, QuantizeManyWritesTheReferencesBytes) {
  constexpr std::int64_t kSmall = 70;  // columns of the tensors before and after it
  for (const char* name : {"e4m3.tensor.row.compact.te", "e4m3.tensor.both.compact.te"}) {
    SCOPED_TRACE(name);
    Periodic casts(input_, name);
    const auto small = [&](Side& side, const Block& input, std::int64_t rows) {
      return make_cast(side, casts.scheme, matrix_of(input, rows, kCols - kSmall));
    };
    const Cast observed[] = {small(casts.device, input_.tensor, 64),
                             small(casts.device, input_.tensor, 33)};
    const Cast expected[] = {small(casts.host, input_.body, 64),
                             small(casts.host, input_.body, 33)};
    quantize_many(casts.device, {&observed[0], &casts.tensor, &observed[1]});
    quantize_many(casts.host, {&expected[0], &casts.last, &expected[1]});
    casts.quantize_body();
    casts.expect_references_bytes();
    const auto expect_same = [&](const Block& e, const Block& o) {
      EXPECT_EQ(difference(casts.host.read(e), casts.device.read(o), false), "");
    };
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t k = 0; k < expected[i].scalars.size(); ++k)
        expect_same(expected[i].scalars[k], observed[i].scalars[k]);
      for (std::size_t k = 0; k < expected[i].directions.size(); ++k)
        expect_same(expected[i].directions[k].codes, observed[i].directions[k].codes);
    }
  }
}

TEST_F(CudaHuge, QuantizeMxWritesTheReferencesBytes) {
  for (const char* name :
       {"e4m3.mx32.row.compact.te", "e4m3.mx32.row.padded.te", "e4m3.mx32.col.compact.te",
        "e4m3.mx32.col.padded.te", "e4m3.mx32.both.padded.te"}) {
    expect_agreement(name, 0, quantize);
  }
  expect_agreement("e4m3.mx32.row.compact.te", kMostSkipped, quantize);
}

// Without NaNs, whose bits are each device's own.
TEST_F(CudaHuge, DequantizeWritesTheReferencesBytes) {
  write_input(false);
  for (const char* name : {"e4m3.tensor.row.compact.te", "e4m3.tensor.col.compact.te",
                           "e4m3.mx32.row.padded.te", "e4m3.mx32.col.compact.te"}) {
    SCOPED_TRACE(name);
    Periodic casts(input_, name);
    quantize(casts.device, casts.tensor);
    quantize(casts.host, casts.last);
    casts.quantize_body();
    const Block observed = dequantize(casts.device, casts.tensor);
    const Block body = dequantize(casts.host, casts.body);
    const Block last = dequantize(casts.host, casts.last);
    EXPECT_EQ(difference_down(casts.device, observed, contents(body), contents(last)), "");
  }
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
