// SPDX-License-Identifier: Apache-2.0
#include "good_call.h"

#include <stdexcept>

#include "fp8oracle/knobs.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle {
namespace {

constexpr std::size_t kItemBytes = sizeof(fp8oracle_quantize_item) + kTailBytes;
constexpr unsigned kBoth = FP8ORACLE_ROWWISE | FP8ORACLE_COLUMNWISE;

// The check looks at addresses alone, so all calls may have the same memory.
constexpr std::size_t kMemoryBytes = std::size_t{1} << 20, kAlignment = 256;
alignas(kAlignment) std::uint8_t memory[kMemoryBytes];

std::vector<ResolvedScheme> schemes_for(SchemeRule rule) {
  constexpr Grid k1x128{1, 128}, k128x128{128, 128}, k3x5{3, 5};
  switch (rule) {
    case SchemeRule::kAnyScheme:
      return {te_scheme(kTensorGrid),
              te_scheme(kTensorGrid, kBoth),
              te_scheme(kRowGrid, kBoth),
              te_scheme(k1x128, kBoth, FP8ORACLE_LAYOUT_PADDED),
              te_scheme(k128x128, FP8ORACLE_COLUMNWISE),
              te_scheme(k3x5, kBoth),
              te_scheme(kMx32Grid, kBoth, FP8ORACLE_LAYOUT_PADDED),
              te_scheme(kMx32x32Grid, kBoth, FP8ORACLE_LAYOUT_SWIZZLED),
              te_scheme(kMx32Grid, FP8ORACLE_ROWWISE, FP8ORACLE_LAYOUT_PACKED)};
    case SchemeRule::kGivenScale:
      return {te_scheme(kTensorGrid), te_scheme(kTensorGrid, FP8ORACLE_COLUMNWISE),
              te_scheme(kTensorGrid, kBoth)};
    case SchemeRule::kOneDirection:
      return {te_scheme(kTensorGrid), te_scheme(kRowGrid, FP8ORACLE_COLUMNWISE),
              te_scheme(k1x128, FP8ORACLE_ROWWISE, FP8ORACLE_LAYOUT_PADDED),
              te_scheme(k3x5, FP8ORACLE_COLUMNWISE),
              te_scheme(kMx32Grid, FP8ORACLE_COLUMNWISE, FP8ORACLE_LAYOUT_SWIZZLED)};
    case SchemeRule::kPermutedScales: break;
  }
  return {te_scheme(kMx32Grid), te_scheme(kMx32Grid, FP8ORACLE_COLUMNWISE, FP8ORACLE_LAYOUT_PADDED),
          te_scheme(kMx32x32Grid, FP8ORACLE_COLUMNWISE)};
}

}  // namespace

ResolvedScheme te_scheme(const Grid& grid, unsigned directions, fp8oracle_layout layout) {
  ResolvedScheme scheme{kE4M3, grid, directions, layout, {}};
  scheme.knobs.element_max_code = kE4M3.max_code;
  return scheme;
}

std::vector<KindOfCall> every_kind_of_call() {
  std::vector<KindOfCall> list;
  for (const Operation& operation : operations()) {
    for (const ResolvedScheme& scheme : schemes_for(operation.schemes)) {
      const std::string name = std::string(operation.name) + " " + to_string(scheme.grid) + " " +
                               std::string(directions_to_string(scheme.directions)) + " " +
                               std::string(to_string(scheme.layout));
      list.push_back({&operation, scheme, name});
    }
  }
  return list;
}

GoodCall::GoodCall(const Operation& operation, const ResolvedScheme& resolved, std::int64_t rows,
                   std::int64_t cols)
    : operation_(operation),
      resolved_(resolved),
      rows_(rows),
      cols_(cols),
      args_(operation.args_bytes + kTailBytes) {
  format.known = resolved.format.abi();
  grid.known = {sizeof(fp8oracle_grid),   resolved.grid.block_rows, resolved.grid.block_cols,
                resolved.grid.scale_type, resolved.grid.repeat,     resolved.grid.levels};
  const KnobValues values = values_of(resolved.knobs);
  knob_values.assign(values.begin(), values.end());
  knobs.known = {sizeof(fp8oracle_knobs), static_cast<std::uint32_t>(knob_values.size()),
                 knob_values.data()};
  scheme.known = {sizeof(fp8oracle_scheme),
                  resolved.directions,
                  resolved.layout,
                  "te",
                  &format.known,
                  &grid.known,
                  &knobs.known};
  *reinterpret_cast<std::uint32_t*>(args()) = static_cast<std::uint32_t>(operation.args_bytes);
  fill(operation.fields, args());
}

std::string GoodCall::offender() const {
  const auto error = check();
  return error ? error->argument : "";
}

std::vector<GoodCall::Sized> GoodCall::structs() {
  const auto of = [](std::string name, auto& longer) {
    return Sized{std::move(name), &longer.known.struct_size,
                 static_cast<std::uint32_t>(sizeof longer.known), longer.tail};
  };
  return {{"struct_size", static_cast<std::uint32_t*>(args()),
           static_cast<std::uint32_t>(operation_.args_bytes), &args_[operation_.args_bytes]},
          of("scheme.struct_size", scheme),
          of("scheme.format.struct_size", format),
          of("scheme.grid.struct_size", grid),
          of("scheme.knobs.struct_size", knobs)};
}

std::uint8_t* GoodCall::tail_of_item(std::size_t i) {
  return &items_[i * kItemBytes + sizeof(fp8oracle_quantize_item)];
}

std::vector<GoodCall::Named> GoodCall::buffers() {
  std::vector<Named> list;
  list_buffers(operation_.fields, args(), "", list);
  return list;
}

fp8oracle_buffer& GoodCall::buffer(std::string_view name) {
  for (const Named& named : buffers()) {
    if (named.name == name) return *named.buffer;
  }
  throw std::logic_error("no buffer " + std::string(name));
}

fp8oracle_matrix& GoodCall::matrix(std::string_view name) {
  fp8oracle_matrix* found = find_matrix(operation_.fields, args(), "", name);
  if (found == nullptr) throw std::logic_error("no matrix " + std::string(name));
  return *found;
}

fp8oracle_buffer GoodCall::take(std::int64_t bytes) {
  if (bytes == 0) return {nullptr, 0};
  const auto size = static_cast<std::size_t>(bytes);
  if (taken_ + size > kMemoryBytes) throw std::logic_error("the tests' memory is too small");
  const fp8oracle_buffer taken{memory + taken_, size};
  taken_ += (size / kAlignment + 2) * kAlignment;  // room to be moved a little
  return taken;
}

void GoodCall::fill(std::span<const Field> fields, void* data) {
  one_scale_inv_ = {};
  for (const Field& field : fields) fill_field(field, data);
}

void GoodCall::fill_field(const Field& field, void* data) {
  const bool forbidden =
      field.presence == Presence::kOfGivenScale && !resolved_.grid.scale_is_given();
  const std::int64_t stride = cols_ + 4;
  const auto scales = [&] {
    return scales_of(
        static_cast<fp8oracle_direction>(resolved_.directions),
        field.layout == ScalesLayout::kSwizzled ? FP8ORACLE_LAYOUT_SWIZZLED : resolved_.layout);
  };
  switch (field.role) {
    case FieldRole::kScheme: field_of<const fp8oracle_scheme*>(data, field) = &scheme.known; return;
    case FieldRole::kMatrixIn:
      field_of<fp8oracle_matrix>(data, field) = {
          take(rows_ == 0 || cols_ == 0 ? 0 : ((rows_ - 1) * stride + cols_) * 4), FP8ORACLE_F32,
          rows_, cols_, stride};
      return;
    case FieldRole::kMatrixOut:
      field_of<fp8oracle_matrix>(data, field) = {take(rows_ * cols_ * 2), FP8ORACLE_F16, rows_,
                                                 cols_, cols_};
      return;
    case FieldRole::kPairIn:
    case FieldRole::kPairOut:
    case FieldRole::kPairGiven: field_of<fp8oracle_pair>(data, field) = pair_of(field); return;
    case FieldRole::kScalesIn:
    case FieldRole::kScalesOut: field_of<fp8oracle_buffer>(data, field) = scales(); return;
    case FieldRole::kCellIn:
    case FieldRole::kCellOut:
    case FieldRole::kCellInOut:
    case FieldRole::kNoop:
      if (!forbidden) field_of<fp8oracle_buffer>(data, field) = take(4);
      return;
    case FieldRole::kItems: fill_items(field, data); return;
    case FieldRole::kWorkspace: return;
    case FieldRole::kExtent:
      field_of<std::int64_t>(data, field) = field.name == "rows" ? rows_ : cols_;
      return;
    case FieldRole::kType: field_of<std::uint32_t>(data, field) = FP8ORACLE_F16; return;
    case FieldRole::kFlag: field_of<std::uint32_t>(data, field) = 1; return;
    case FieldRole::kFloor: field_of<float>(data, field) = 0.5f; return;
  }
}

void GoodCall::fill_items(const Field& field, void* data) {
  items_.assign(kItems * kItemBytes, 0);
  for (std::size_t i = 0; i < kItems; ++i) fill(field.item_fields, &items_[i * kItemBytes]);
  field_of<ItemList>(data, field) = {items_.data(), kItemBytes, kItems};
}

fp8oracle_pair GoodCall::pair_of(const Field& field) {
  const auto direction = static_cast<fp8oracle_direction>(
      field.direction != 0 ? field.direction : resolved_.directions);
  if (!resolved_.has(direction)) return {};
  fp8oracle_buffer scale_inv = one_scale_inv_;
  if (absent(scale_inv)) scale_inv = scales_of(direction, resolved_.layout);
  if (resolved_.grid.scale_is_given()) one_scale_inv_ = scale_inv;
  return {take(rows_ * cols_), scale_inv, {}};
}

fp8oracle_buffer GoodCall::scales_of(fp8oracle_direction direction, fp8oracle_layout layout) {
  ResolvedScheme scheme_of_scales = resolved_;
  scheme_of_scales.layout = layout;
  return take(scale_grid(scheme_of_scales, direction, rows_, cols_).bytes());
}

void GoodCall::list_buffers(std::span<const Field> fields, void* data, const std::string& prefix,
                            std::vector<Named>& list) {
  const auto scales = static_cast<std::size_t>(resolved_.grid.scale_bytes());
  for (const Field& field : fields) {
    const std::string name = prefix + std::string(field.name);
    switch (field.role) {
      case FieldRole::kMatrixIn:
      case FieldRole::kMatrixOut: {
        auto& matrix = field_of<fp8oracle_matrix>(data, field);
        list.push_back(
            {name + ".data", &matrix.data, matrix.type == FP8ORACLE_F32 ? 4u : 2u, true});
        break;
      }
      case FieldRole::kPairIn:
      case FieldRole::kPairOut:
      case FieldRole::kPairGiven: {
        auto& pair = field_of<fp8oracle_pair>(data, field);
        list.push_back({name + ".codes", &pair.codes, 1, false});
        list.push_back({name + ".scale_inv", &pair.scale_inv, scales, false});
        list.push_back({name + ".second_scale", &pair.second_scale, 1, false});
        break;
      }
      case FieldRole::kScalesIn:
      case FieldRole::kScalesOut:
        list.push_back({name, &field_of<fp8oracle_buffer>(data, field), scales, false});
        break;
      case FieldRole::kCellIn:
      case FieldRole::kCellOut:
      case FieldRole::kCellInOut:
      case FieldRole::kNoop:
        list.push_back({name, &field_of<fp8oracle_buffer>(data, field), 4, false});
        break;
      case FieldRole::kItems:
        for (std::size_t i = 0; i < kItems; ++i) {
          list_buffers(field.item_fields, &items_[i * kItemBytes],
                       name + "[" + std::to_string(i) + "].", list);
        }
        break;
      case FieldRole::kScheme:
      case FieldRole::kWorkspace:
      case FieldRole::kExtent:
      case FieldRole::kType:
      case FieldRole::kFlag:
      case FieldRole::kFloor: break;
    }
  }
}

fp8oracle_matrix* GoodCall::find_matrix(std::span<const Field> fields, void* data,
                                        const std::string& prefix, std::string_view name) {
  for (const Field& field : fields) {
    const bool matrix = field.role == FieldRole::kMatrixIn || field.role == FieldRole::kMatrixOut;
    if (matrix && prefix + std::string(field.name) == name)
      return &field_of<fp8oracle_matrix>(data, field);
    for (std::size_t i = 0; field.role == FieldRole::kItems && i < kItems; ++i) {
      fp8oracle_matrix* found = find_matrix(field.item_fields, &items_[i * kItemBytes],
                                            "items[" + std::to_string(i) + "].", name);
      if (found != nullptr) return found;
    }
  }
  return nullptr;
}

}  // namespace fp8oracle
