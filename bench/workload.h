// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fp8oracle/client.hpp"
#include "operation.h"

namespace fp8oracle::bench {

/// Why the backend cannot run the row, or nothing.
std::optional<std::string> unsupported(const fp8oracle_backend_table& table, const RowSpec& row);

/// A row made ready: `sets` times the buffers that it needs, inputs filled, every page touched.
class Workload {
 public:
  /// Throws client::Error, also when the memory does not suffice.
  Workload(const client::Stream& stream, const RowSpec& row, int sets);
  Workload(const Workload&) = delete;  // the calls point into it
  Workload& operator=(const Workload&) = delete;

  /// Enqueues the operation on the buffers of one set; throws client::Error.
  void enqueue(int set) const;
  int sets() const { return static_cast<int>(calls_.size()); }

 private:
  struct Tensor {
    fp8oracle_matrix matrix;
    fp8oracle_pair rowwise, columnwise;
    fp8oracle_buffer scale, amax;
  };

  Tensor make_tensor();
  fp8oracle_buffer make_buffer(std::uint64_t bytes, std::uint8_t fill);
  fp8oracle_buffer make_scalar(float value);
  fp8oracle_buffer make_input(std::uint64_t bytes);
  fp8oracle_pair make_pair(fp8oracle_direction direction);
  std::function<void()> make_call(const std::vector<Tensor>& tensors);
  std::function<void()> quantize_call(const Tensor& tensor);
  std::function<void()> amax_call(const Tensor& tensor);
  std::function<void()> current_call(const Tensor& tensor);
  std::function<void()> many_call(const std::vector<Tensor>& tensors);
  std::function<void()> dequantize_call(const Tensor& tensor);
  std::function<void()> swizzle_call(const Tensor& tensor);
  template <class Args>
  std::function<void()> bind(Args args);

  const client::Stream& stream_;
  RowSpec row_;
  AbiScheme scheme_;
  std::vector<client::Memory> memory_;
  std::vector<std::function<void()>> calls_;
};

}  // namespace fp8oracle::bench
