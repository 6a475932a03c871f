// SPDX-License-Identifier: Apache-2.0
#include "clauses/nearest_illegal.h"

#include "fp8oracle/arena.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/step_buffers.h"

namespace fp8oracle::clauses {
namespace {

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

class NearestIllegal {
 public:
  NearestIllegal(const Case& c, const Step& step, std::size_t item)
      : case_(c),
        step_(step),
        item_(item),
        arena_(lay_out(c)),
        scheme_(scheme_of(c, step)),
        buffers_(buffers_of(arena_, step)) {}

  std::vector<Tamper> run() {
    const Operation& o = operation(*step_.operation);
    add("struct_size", 8, "struct_size");
    add("tail", 1, "struct_size");
    fields(o.fields, "");
    return std::move(list_);
  }

 private:
  void add(const std::string& field, std::int64_t value, const std::string& argument) {
    list_.push_back({field, value, argument});
  }

  void fields(std::span<const Field> described, const std::string& prefix) {
    for (const Field& f : described) field(f, prefix + std::string(f.name));
  }

  void field(const Field& f, const std::string& name) {
    switch (f.role) {
      case FieldRole::kScheme: return scheme();
      case FieldRole::kMatrixIn:
      case FieldRole::kMatrixOut: return matrix(f, name);
      case FieldRole::kPairIn:
      case FieldRole::kPairOut:
      case FieldRole::kPairGiven: return pair(f, name);
      case FieldRole::kScalesIn:
      case FieldRole::kScalesOut:
      case FieldRole::kCellIn:
      case FieldRole::kCellOut:
      case FieldRole::kCellInOut:
      case FieldRole::kNoop: return buffer(name, name);
      case FieldRole::kItems: return items(f);
      case FieldRole::kWorkspace: return add("workspace.bytes", 77, "workspace");
      case FieldRole::kExtent: return add(name, -1, name);
      case FieldRole::kType: return add(name, 3, name);
      case FieldRole::kFlag: return add(name, 2, name);
      case FieldRole::kFloor: break;
    }
    // -1, NaN and Inf.
    for (const std::int64_t bits :
         std::initializer_list<std::int64_t>{0xBF800000, 0x7FC00000, 0x7F800000})
      add(name, bits, name);
  }

  void scheme() {
    add("scheme", 0, "scheme");
    add("scheme.directions", 0, "scheme.directions");
    add("scheme.layout", 9, "scheme.layout");
    add("scheme.profile", 0, "scheme.profile");
    rule();
    add("scheme.format", 0, "scheme.format");
    add("scheme.format.bits", 9, "scheme.format");
    add("scheme.format.exponent_bits", 0xFFFFFFFF, "scheme.format");
    add("scheme.format.mantissa_bits", 8, "scheme.format");
    add("scheme.format.max_code", 0, "scheme.format");
    add("scheme.format.inf_code", 1, "scheme.format");
    add("scheme.format.nan_code", 0, "scheme.format");
    add("scheme.grid", 0, "scheme.grid");
    add("scheme.grid.levels", 77, "scheme.grid");
    add("scheme.grid.scale_type", 77, "scheme.grid");
    add("scheme.knobs", 0, "scheme.knobs");
    for (const Knob& knob : knobs()) {
      const std::string name = "scheme.knobs." + std::string(knob.name);
      add(name, knob.is_number() ? 0x100 : static_cast<std::int64_t>(knob.values.size()),
          std::string(knob.name));
    }
    add("scheme.knobs.unknown", 1, "scheme.knobs");
    for (const std::string part : {"scheme", "scheme.format", "scheme.grid", "scheme.knobs"}) {
      add(part + ".struct_size", 4, part + ".struct_size");
      add(part + ".tail", 1, part + ".struct_size");
    }
  }

  /// A legal scheme that is none of this operation's.
  void rule() {
    const SchemeRule schemes = operation(*step_.operation).schemes;
    if (schemes == SchemeRule::kAnyScheme) return;
    if (schemes == SchemeRule::kGivenScale) return add("scheme.grid.block_rows", 1, "scheme.grid");
    add("scheme.directions", 3, "scheme.directions");
    if (schemes == SchemeRule::kPermutedScales)
      add("scheme.layout", FP8ORACLE_LAYOUT_SWIZZLED, "scheme.layout");
  }

  const ArenaBuffer* find(const std::string& path) const {
    for (const StepBuffer& b : buffers_) {
      if (b.path == path) return b.buffer;
    }
    return nullptr;
  }

  void matrix(const Field& f, const std::string& name) {
    const ArenaBuffer* b = find(name);
    if (b == nullptr) return;
    add(name + ".type", 3, name + ".type");
    add(name + ".rows", -1, name + ".rows");
    add(name + ".cols", -1, name + ".cols");
    add(name + ".rows", kHuge, name);
    const bool in = f.role == FieldRole::kMatrixIn;
    const std::int64_t stride = in ? case_.input(b->name).row_stride : b->cols;
    if (b->cols > 0) add(name + ".row_stride", b->cols - 1, name + ".row_stride");
    // Outputs are dense; a backend may say that it is too wide for the buffer as well.
    if (!in) add(name + ".row_stride", stride + 1, name);
    if (b->rows > 1) add(name + ".row_stride", kHuge, name + ".row_stride");
    if (b->bytes == 0) return;
    const std::string data = name + ".data";
    add(data + ".bytes", static_cast<std::int64_t>(b->bytes) - 1, data);
    add(data + ".data", 0, data);
    if (b->element_bytes > 1) add(data + ".data", 1, data);
  }

  void pair(const Field& f, const std::string& name) {
    buffer(name + ".codes", name + ".codes");
    buffer(name + ".scale_inv", name + ".scale_inv");
    add(name + ".second_scale.bytes", 4, name + ".second_scale");
    if (find(name + ".codes") == nullptr) return;
    if (f.role != FieldRole::kPairIn) overlap(name);
    const bool second = f.role == FieldRole::kPairOut && f.direction == FP8ORACLE_COLUMNWISE &&
                        step_.directions() == 3;
    if (second && scheme_.grid.scale_is_given() && find(name + ".scale_inv") != nullptr)
      add(name + ".scale_inv.data", 64, name + ".scale_inv");
  }

  /// The codes of the pair over the call's input.
  void overlap(const std::string& pair_name) {
    const std::string prefix = pair_name.substr(0, pair_name.find_last_of('.') + 1);
    const ArenaBuffer* input = find(prefix == pair_name ? "input" : prefix + "input");
    const ArenaBuffer* codes = find(pair_name + ".codes");
    if (input == nullptr || input->bytes == 0 || codes->bytes == 0) return;
    add(pair_name + ".codes.data",
        static_cast<std::int64_t>(input->begin) - static_cast<std::int64_t>(codes->begin),
        pair_name + ".codes");
  }

  /// A buffer of exactly so many bytes.
  void buffer(const std::string& path, const std::string& argument) {
    const ArenaBuffer* b = find(path);
    if (b == nullptr) return;
    const auto bytes = static_cast<std::int64_t>(b->bytes);
    add(path + ".bytes", bytes + 1, argument);
    if (bytes == 0) return;
    add(path + ".bytes", bytes - 1, argument);
    add(path + ".data", 0, argument);
    if (b->element_bytes > 1) add(path + ".data", 1, argument);
  }

  void items(const Field& f) {
    const std::size_t count = step_.items();
    if (count == 0) return;
    add("items", 0, "items");
    add("item_bytes", static_cast<std::int64_t>(f.item_bytes) - 8, "item_bytes");
    const std::string prefix = item_prefix(item_ % count);
    fields(f.item_fields, prefix);
    if (count < 2) return;
    const InputDecl& x = case_.input(step_.operand("items[1].input"));
    add("items[1].input.type", (static_cast<std::int64_t>(x.type) + 1) % 3, "items[1].input");
  }

  const Case& case_;
  const Step& step_;
  const std::size_t item_;
  const Arena arena_;
  const Scheme scheme_;
  const std::vector<StepBuffer> buffers_;
  std::vector<Tamper> list_;
};

}  // namespace

std::vector<Tamper> nearest_illegal(const Case& c, const Step& step, std::size_t item) {
  return NearestIllegal(c, step, item).run();
}

}  // namespace fp8oracle::clauses
