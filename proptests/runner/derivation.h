// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "runner/quantized_view.h"

namespace fp8oracle::runner {

/// From the input to the scale_inv of element (row, col): of its block's elements, or per tensor of
/// the recipe's scale. Of a cast whose scale_inv is given, what it is.
std::vector<std::string> derive_scale_inv_of(const QuantizedView& view, std::int64_t row,
                                             std::int64_t col);

/// The same up to the element's code; per tensor the code alone.
std::vector<std::string> derive_element(const QuantizedView& view, std::int64_t row,
                                        std::int64_t col);

}  // namespace fp8oracle::runner
