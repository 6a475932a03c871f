// SPDX-License-Identifier: Apache-2.0
#include "cli/abi_list.h"

#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "fp8oracle/knobs.h"
#include "fp8oracle/operations/operation.h"
#include "fp8oracle/operations/words.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Whatever layout the scheme names.
bool always_swizzled(const Field& field) { return field.layout == ScalesLayout::kSwizzled; }

Json to_json(std::span<const Field> fields) {
  auto list = Json::array();
  for (const Field& field : fields) {
    Json object{{"name", field.name},
                {"role", to_string(field.role)},
                {"presence", to_string(field.presence)},
                {"offset", field.offset}};
    if (field.direction != 0) object["direction"] = directions_to_string(field.direction);
    if (always_swizzled(field)) object["layout"] = to_string(FP8ORACLE_LAYOUT_SWIZZLED);
    if (field.role == FieldRole::kItems) {
      object["item_bytes"] = field.item_bytes;
      object["fields"] = to_json(field.item_fields);
    }
    list.push_back(std::move(object));
  }
  return list;
}

Json to_json(const Operation& operation) {
  return {{"name", operation.name},
          {"number", static_cast<unsigned>(operation.id)},
          {"schemes", to_string(operation.schemes)},
          {"args_bytes", operation.args_bytes},
          {"fields", to_json(operation.fields)}};
}

/// The fields of one item are named as in messages, with the item's number left open.
std::string item_prefix(const Field& items) { return std::string(items.name) + "[i]."; }

void add_lines(Listing& listing, const Operation& operation, std::span<const Field> fields,
               const std::string& prefix) {
  for (const Field& field : fields) {
    listing.rows.push_back(
        {std::string(operation.name), prefix + std::string(field.name),
         std::string(to_string(field.role)) + (always_swizzled(field) ? ", swizzled" : ""),
         std::string(to_string(field.presence)), "at " + std::to_string(field.offset)});
    add_lines(listing, operation, field.item_fields, item_prefix(field));
  }
}

Listing knob_lines() {
  Listing listing{"Knobs", {}, {"number", "name", "values"}, {}};
  for (const Knob& knob : knobs()) {
    std::string values;
    for (const std::string_view value : knob.values)
      values += (values.empty() ? "" : ", ") + std::string(value);
    listing.rows.push_back({"knob " + std::to_string(knob.id), std::string(knob.name),
                            knob.is_number() ? "a number" : values});
  }
  return listing;
}

/// The cells of one operation's row.
struct Row {
  std::string reads, writes, options;
};

/// `field` where it is required, `(field)` where it is optional, `[field]` where a grid with a
/// given scale alone has it; a bare scale_inv is called so.
std::string shown(const Field& field, const std::string& name) {
  const bool scales = field.role == FieldRole::kScalesIn || field.role == FieldRole::kScalesOut;
  const std::string kind =
      std::string(always_swizzled(field) ? "swizzled " : "") + (scales ? "scale_inv " : "");
  std::string code = kind + "`" + name + "`";
  switch (field.presence) {
    case Presence::kRequired: return code;
    case Presence::kOptional: return "(" + code + ")";
    case Presence::kOfGivenScale: break;
  }
  return "[" + code + "]";
}

void append(std::string& cell, const std::string& name) {
  cell += (cell.empty() ? "" : ", ") + name;
}

void add_to(Row& row, const Field& field, const std::string& prefix) {
  const std::string name = prefix + std::string(field.name);
  switch (field.role) {
    case FieldRole::kScheme: return;  // of every operation
    case FieldRole::kMatrixIn:
    case FieldRole::kPairIn:
    case FieldRole::kScalesIn:
    case FieldRole::kCellIn: return append(row.reads, shown(field, name));
    case FieldRole::kMatrixOut:
    case FieldRole::kPairOut:
    case FieldRole::kScalesOut:
    case FieldRole::kCellOut: return append(row.writes, shown(field, name));
    case FieldRole::kCellInOut:
      append(row.reads, shown(field, name));
      return append(row.writes, shown(field, name));
    case FieldRole::kPairGiven:
      append(row.reads, shown(field, name + ".scale_inv"));
      return append(row.writes, shown(field, name + ".codes"));
    case FieldRole::kItems:
      for (const Field& of_item : field.item_fields) add_to(row, of_item, item_prefix(field));
      return;
    case FieldRole::kWorkspace:
    case FieldRole::kNoop:
    case FieldRole::kExtent:
    case FieldRole::kType:
    case FieldRole::kFlag:
    case FieldRole::kFloor: return append(row.options, shown(field, name));
  }
}

}  // namespace

std::string abi_text() {
  Listing fields{"Fields", {}, {"operation", "field", "role", "presence", "offset"}, {}};
  for (const Operation& operation : operations())
    add_lines(fields, operation, operation.fields, "");
  return to_text(fields) + "\n" + to_text(knob_lines());
}

std::string abi_json() {
  Json abi{{"schema", "fp8oracle.abi/1"},
           {"abi_version", FP8ORACLE_ABI_VERSION},
           {"operations", Json::array()},
           {"knobs", Json::array()}};
  for (const Operation& operation : operations()) abi["operations"].push_back(to_json(operation));
  for (const Knob& knob : knobs()) {
    abi["knobs"].push_back(
        {{"number", static_cast<unsigned>(knob.id)}, {"name", knob.name}, {"values", knob.values}});
  }
  return abi.dump(1) + "\n";
}

Listing abi_table() {
  Listing listing{"The operations",
                  "The fields of each operation's arguments, in the order of its struct, beside "
                  "`scheme`, which every one has. (`x`): may be absent. [`x`]: may be absent where "
                  "the grid's scale is given, and is absent in every other grid. A pair that is "
                  "read or written is its codes and its scale_inv. What the operations compute: "
                  "[the ABI](abi.md#operations); offsets: `fp8oracle list abi --json`.",
                  {"operation", "schemes", "reads", "writes", "options"},
                  {}};
  for (const Operation& operation : operations()) {
    Row row;
    for (const Field& field : operation.fields) add_to(row, field, "");
    listing.rows.push_back({"`" + std::string(operation.name) + "`",
                            std::string(to_string(operation.schemes)), row.reads, row.writes,
                            row.options});
  }
  return listing;
}

}  // namespace fp8oracle::cli
