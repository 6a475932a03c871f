// SPDX-License-Identifier: Apache-2.0
// The checks of every call, out of the descriptions: one function a role.
#include "fp8oracle/operations/arguments.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "checks.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/operations/operation.h"
#include "fp8oracle/scale_grid.h"
#include "overlaps.h"

namespace fp8oracle {

using namespace checks;

namespace {

std::string_view name_of(fp8oracle_direction direction) {
  return direction == FP8ORACLE_ROWWISE ? "rowwise" : "columnwise";
}

/// a * b, or nothing when it does not fit in 63 bits; a, b >= 0.
std::optional<std::int64_t> product(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

/// The checks of one call. `args` and the scheme live as long as this.
class Checker {
 public:
  Checker(const Operation& operation, const void* args, const ResolvedScheme& scheme)
      : operation_(operation), args_(args), scheme_(scheme) {}

  Error run() {
    if (auto e = check_scheme_rule()) return e;
    if (auto e = check_fields(operation_.fields, args_, -1)) return e;
    return overlaps_.check();
  }

 private:
  /// The tensor that a struct is about: of the call, or of an item.
  struct Shape {
    std::int64_t rows = 0, cols = 0;
  };

  Error check_scheme_rule() const {
    const Name grid{.field = "scheme.grid"};
    const bool two = scheme_.directions == 3;
    switch (operation_.schemes) {
      case SchemeRule::kAnyScheme: return std::nullopt;
      case SchemeRule::kGivenScale:
        if (scheme_.grid.scale_is_given()) return std::nullopt;
        return wrong(grid, "has a scale for each block; this operation is per tensor");
      case SchemeRule::kOneDirection:
      case SchemeRule::kPermutedScales: break;
    }
    if (two) return wrong({.field = "scheme.directions"}, "names two directions, not one");
    if (operation_.schemes == SchemeRule::kOneDirection) return std::nullopt;
    if (!scheme_.grid.is_mx())
      return wrong(grid, "has no E8M0 scales: there is nothing to permute");
    if (scheme_.layout == FP8ORACLE_LAYOUT_SWIZZLED || scheme_.layout == FP8ORACLE_LAYOUT_PACKED) {
      return wrong({.field = "scheme.layout"},
                   "names the plain side and must be compact or padded");
    }
    return std::nullopt;
  }

  Error check_fields(std::span<const Field> list, const void* data, std::int64_t item) {
    Shape shape;
    for (const Field& field : list) {
      if (auto e = read_shape(field, data, {item, field.name}, shape)) return e;
    }
    if (auto e = check_whole_blocks(list, shape, item)) return e;
    for (const Field& field : list) {
      if (auto e = check_field(field, data, {item, field.name}, shape)) return e;
    }
    return std::nullopt;
  }

  Error read_shape(const Field& field, const void* data, const Name& name, Shape& shape) {
    if (field.role == FieldRole::kExtent) {
      const auto extent = field_of<std::int64_t>(data, field);
      (field.name == "rows" ? shape.rows : shape.cols) = extent;
      return field.name == "cols" ? check_shape(shape, {name.item}) : std::nullopt;
    }
    const bool in = field.role == FieldRole::kMatrixIn;
    if (!in && field.role != FieldRole::kMatrixOut) return std::nullopt;
    const auto& matrix = field_of<fp8oracle_matrix>(data, field);
    shape = {matrix.rows, matrix.cols};
    return check_matrix(matrix, in, name);
  }

  static Error check_shape(const Shape& shape, const Name& name) {
    if (shape.rows < 0) return wrong(name.at("rows"), "is negative");
    if (shape.cols < 0) return wrong(name.at("cols"), "is negative");
    // Room for padding (128 x 4) and for 4-byte elements stays below 2^63.
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 4096;
    const auto elements =
        product(std::max<std::int64_t>(shape.rows, 1), std::max<std::int64_t>(shape.cols, 1));
    if (!elements || *elements > kMost) return wrong(name.at("rows"), "times cols overflows");
    return std::nullopt;
  }

  Error check_matrix(const fp8oracle_matrix& matrix, bool in, const Name& name) {
    if (matrix.type > FP8ORACLE_F16) return wrong(name.at("type"), "is not F32, BF16 or F16");
    if (auto e = check_shape({matrix.rows, matrix.cols}, name)) return e;
    if (matrix.row_stride < matrix.cols) return wrong(name.at("row_stride"), "is less than cols");
    if (!in && matrix.row_stride != matrix.cols)
      return wrong(name.at("row_stride"), "is not cols: outputs are dense");
    if (matrix.rows == 0 || matrix.cols == 0) return std::nullopt;  // nothing is read or written
    const std::int64_t size = size_of(static_cast<fp8oracle_type>(matrix.type));
    const auto stretch = product(matrix.rows - 1, matrix.row_stride);
    if (!stretch || *stretch > std::numeric_limits<std::int64_t>::max() / size - matrix.cols)
      return wrong(name.at("row_stride"), "times rows overflows");
    const auto bytes = static_cast<std::uint64_t>((*stretch + matrix.cols) * size);
    if (matrix.data.data == nullptr) return wrong(name.at("data"), "is missing");
    if (matrix.data.bytes < bytes) {
      return wrong(name.at("data"), "has " + std::to_string(matrix.data.bytes) +
                                        " bytes, rows x row_stride needs " + std::to_string(bytes));
    }
    return note({matrix.data.data, bytes}, size, !in, false, name.at("data"));
  }

  /// The dimension that the blocks run along, where the profile wants whole ones.
  Error check_whole_blocks(std::span<const Field> list, const Shape& shape,
                           std::int64_t item) const {
    if (scheme_.knobs.shapes != FP8ORACLE_SHAPES_WHOLE_BLOCKS || scheme_.grid.block_cols == 0)
      return std::nullopt;
    const auto matrix = std::find_if(list.begin(), list.end(), [](const Field& f) {
      return f.role == FieldRole::kMatrixIn || f.role == FieldRole::kMatrixOut;
    });
    const bool pairs = std::any_of(list.begin(), list.end(), [](const Field& f) {
      return f.role == FieldRole::kPairIn || f.role == FieldRole::kPairOut ||
             f.role == FieldRole::kPairGiven;
    });
    if (matrix == list.end() || !pairs) return std::nullopt;
    const Name name{item, matrix->name};
    const std::int64_t block = scheme_.grid.block_cols;
    const std::string reason =
        "is not a multiple of " + std::to_string(block) + ", which this profile needs ";
    if (scheme_.has(FP8ORACLE_ROWWISE) && shape.cols % block != 0)
      return wrong(name.at("cols"), reason + "rowwise");
    if (scheme_.has(FP8ORACLE_COLUMNWISE) && shape.rows % block != 0)
      return wrong(name.at("rows"), reason + "columnwise");
    return std::nullopt;
  }

  Error check_field(const Field& field, const void* data, const Name& name, const Shape& shape) {
    switch (field.role) {
      case FieldRole::kScheme:
      case FieldRole::kExtent:
      case FieldRole::kMatrixIn:
      case FieldRole::kMatrixOut: return std::nullopt;  // looked at before
      case FieldRole::kPairIn:
      case FieldRole::kPairOut:
      case FieldRole::kPairGiven:
        return check_pair(field, field_of<fp8oracle_pair>(data, field), name, shape);
      case FieldRole::kScalesIn:
      case FieldRole::kScalesOut:
        return check_scales(field, field_of<fp8oracle_buffer>(data, field), name, shape);
      case FieldRole::kCellIn:
      case FieldRole::kCellOut:
      case FieldRole::kCellInOut:
      case FieldRole::kNoop:
        return check_cell(field, field_of<fp8oracle_buffer>(data, field), name);
      case FieldRole::kItems: return check_items(field, items_of(data, field));
      case FieldRole::kWorkspace:
        return check_workspace(field_of<fp8oracle_buffer>(data, field), name);
      case FieldRole::kType:
        if (field_of<std::uint32_t>(data, field) <= FP8ORACLE_F16) return std::nullopt;
        return wrong(name, "is not F32, BF16 or F16");
      case FieldRole::kFlag:
        if (field_of<std::uint32_t>(data, field) <= 1) return std::nullopt;
        return wrong(name, "is not 0 or 1");
      case FieldRole::kFloor: break;
    }
    const float floor = field_of<float>(data, field);
    if (floor >= 0.0f && !std::isinf(floor)) return std::nullopt;
    return wrong(name, "is not a finite number >= 0");
  }

  Error check_cell(const Field& field, const fp8oracle_buffer& cell, const Name& name) {
    const bool given = scheme_.grid.scale_is_given();
    if (absent(cell)) {
      if (field.presence != Presence::kRequired) return std::nullopt;
      return wrong(name, "is missing");
    }
    if (field.presence == Presence::kOfGivenScale && !given)
      return wrong(name, "must be absent: each block has a scale of its own");
    const bool written = field.role == FieldRole::kCellOut || field.role == FieldRole::kCellInOut;
    return check_buffer(cell, sizeof(float), sizeof(float), written, name.item >= 0, name);
  }

  Error check_buffer(const fp8oracle_buffer& buffer, std::uint64_t bytes, std::int64_t alignment,
                     bool written, bool shared, const Name& name) {
    if (buffer.data == nullptr && (bytes != 0 || buffer.bytes != 0))
      return wrong(name, "is missing");
    if (buffer.bytes != bytes) {
      return wrong(name, "has " + std::to_string(buffer.bytes) + " bytes, the shape needs " +
                             std::to_string(bytes));
    }
    return note(buffer, alignment, written, shared, name);
  }

  Error check_pair(const Field& field, const fp8oracle_pair& pair, const Name& name,
                   const Shape& shape) {
    const auto direction = static_cast<fp8oracle_direction>(
        field.direction != 0 ? field.direction : scheme_.directions);
    if (!absent(pair.second_scale))
      return wrong(name.at("second_scale"), "is given, but the grid has one level");
    if (!scheme_.has(direction)) {
      if (!absent(pair.codes))
        return wrong(name.at("codes"), "is given, but not in scheme.directions");
      if (!absent(pair.scale_inv))
        return wrong(name.at("scale_inv"), "is given, but not in scheme.directions");
      return std::nullopt;
    }
    const bool written = field.role == FieldRole::kPairOut;  // else scale_inv is read
    const auto codes = static_cast<std::uint64_t>(shape.rows * shape.cols);
    if (auto e = check_buffer(pair.codes, codes, 1, field.role != FieldRole::kPairIn, false,
                              name.at("codes")))
      return e;
    const bool given = scheme_.grid.scale_is_given();
    if (written && given && absent(pair.scale_inv)) return std::nullopt;  // not wanted [K13]
    const ScaleGrid scales = scale_grid(scheme_, direction, shape.rows, shape.cols);
    if (auto e =
            check_buffer(pair.scale_inv, static_cast<std::uint64_t>(scales.bytes()),
                         scales.element_bytes, written, given && written, name.at("scale_inv"))) {
      return e;
    }
    return given && written ? check_one_scale_inv(direction, pair.scale_inv, name) : std::nullopt;
  }

  /// Per tensor both directions have one scale_inv: the same buffer, or given once.
  Error check_one_scale_inv(fp8oracle_direction direction, const fp8oracle_buffer& scale_inv,
                            const Name& name) {
    if (direction == FP8ORACLE_ROWWISE) {
      scale_inv_ = scale_inv.data;
      scale_inv_item_ = name.item;
      return std::nullopt;
    }
    if (scale_inv_ == nullptr || scale_inv_item_ != name.item || scale_inv_ == scale_inv.data)
      return std::nullopt;
    return wrong(name.at("scale_inv"), "is another buffer than " +
                                           std::string(name_of(FP8ORACLE_ROWWISE)) +
                                           ".scale_inv: per tensor there is one");
  }

  Error check_scales(const Field& field, const fp8oracle_buffer& buffer, const Name& name,
                     const Shape& shape) {
    ResolvedScheme scheme = scheme_;
    if (field.layout == ScalesLayout::kSwizzled) scheme.layout = FP8ORACLE_LAYOUT_SWIZZLED;
    const ScaleGrid scales = scale_grid(scheme, static_cast<fp8oracle_direction>(scheme.directions),
                                        shape.rows, shape.cols);
    return check_buffer(buffer, static_cast<std::uint64_t>(scales.bytes()), scales.element_bytes,
                        field.role == FieldRole::kScalesOut, false, name);
  }

  Error check_workspace(const fp8oracle_buffer& workspace, const Name& name) {
    if (workspace.data == nullptr && workspace.bytes != 0)
      return wrong(name, "has bytes, but no address");
    return note(workspace, 1, true, false, name);
  }

  Error check_items(const Field& field, const ItemList& list) {
    if (list.count == 0) return std::nullopt;
    if (list.items == nullptr) return wrong({.field = "items"}, "is missing");
    constexpr std::uint64_t kMostBytes = 1u << 16, kMostItems = std::uint64_t{1} << 32;
    if (list.item_bytes < field.item_bytes || list.item_bytes > kMostBytes)
      return wrong({.field = "item_bytes"},
                   "is not " + std::to_string(field.item_bytes) + " to 65536");
    constexpr std::uint64_t kAlignment = alignof(fp8oracle_quantize_item);
    if (list.item_bytes % kAlignment != 0)
      return wrong({.field = "item_bytes"}, "is not a multiple of " + std::to_string(kAlignment));
    if (reinterpret_cast<std::uintptr_t>(list.items) % kAlignment != 0)
      return wrong({.field = "items"},
                   "is not aligned to " + std::to_string(kAlignment) + " bytes");
    if (list.count > kMostItems) return wrong({.field = "count"}, "is more than 2^32");
    const Field* input = nullptr;
    for (const Field& f : field.item_fields) {
      if (f.role == FieldRole::kMatrixIn) input = &f;
    }
    const std::size_t before = overlaps_.size();
    for (std::uint64_t i = 0; i < list.count; ++i) {
      constexpr std::uint64_t kNotBelieved = 1u << 20;
      if (i == 1 && list.count < kNotBelieved)
        overlaps_.reserve(before + (overlaps_.size() - before) * list.count + 1);
      const auto index = static_cast<std::int64_t>(i);
      if (auto e = check_tail(list[i], field.item_bytes, list.item_bytes, {.field = "item_bytes"}))
        return e;
      if (auto e = check_fields(field.item_fields, list[i], index)) return e;
      if (field_of<fp8oracle_matrix>(list[i], *input).type !=
          field_of<fp8oracle_matrix>(list[0], *input).type) {
        return wrong({index, "input", "type"}, "is not that of items[0]: all items have one type");
      }
    }
    return std::nullopt;
  }

  /// Alignment, and what is remembered for its overlaps.
  Error note(const fp8oracle_buffer& buffer, std::int64_t alignment, bool written, bool shared,
             const Name& name) {
    const auto begin = reinterpret_cast<std::uintptr_t>(buffer.data);
    if (buffer.bytes == 0) return std::nullopt;
    if (begin % static_cast<std::uintptr_t>(alignment) != 0)
      return wrong(name,
                   "is not aligned to its elements of " + std::to_string(alignment) + " bytes");
    if (buffer.bytes > std::numeric_limits<std::uintptr_t>::max() - begin)
      return wrong(name, "reaches past the end of memory");
    overlaps_.add(begin, buffer.bytes, written, shared, name);
    return std::nullopt;
  }

  const Operation& operation_;
  const void* args_;
  const ResolvedScheme& scheme_;
  const void* scale_inv_ = nullptr;
  std::int64_t scale_inv_item_ = -1;
  Overlaps overlaps_;
};

}  // namespace

std::optional<ArgumentError> check_arguments(fp8oracle_operation id, const void* args) {
  ResolvedScheme scheme;
  return check_arguments(id, args, scheme);
}

std::optional<ArgumentError> check_arguments(fp8oracle_operation id, const void* args,
                                             ResolvedScheme& resolved) {
  const Operation* operation = find_operation(static_cast<std::uint32_t>(id));
  if (operation == nullptr)
    return ArgumentError{"operation", "is unknown here", FP8ORACLE_UNSUPPORTED};
  if (args == nullptr) return wrong({.field = "args"}, "is missing");
  if (auto e = check_struct(args, operation->args_bytes, {.field = "struct_size"})) return e;
  const auto* scheme =
      field_of<const fp8oracle_scheme*>(args, *operation->find(FieldRole::kScheme));
  if (auto e = check_scheme(scheme)) return e;
  resolved = resolve(*scheme);
  return Checker(*operation, args, resolved).run();
}

fp8oracle_status report(const ArgumentError& error, fp8oracle_message message) {
  return report(error.status, error.argument + ": " + error.reason, message);
}

fp8oracle_status report(fp8oracle_status status, std::string_view text, fp8oracle_message message) {
  if (message.text != nullptr && message.capacity > 0) {
    const std::size_t length = std::min<std::size_t>(text.size(), message.capacity - 1);
    std::memcpy(message.text, text.data(), length);
    message.text[length] = '\0';
  }
  return status;
}

}  // namespace fp8oracle
