// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/listing.h"

// The ABI as its descriptions say it: operations.def, fields.h and the list of knobs. Nothing is
// written here a second time.
namespace fp8oracle::cli {

/// A line for each field of each operation, those of items as "items[i].input", with its role,
/// presence and offset in bytes; then a line for each knob with its values.
std::string abi_text();
/// "fp8oracle.abi/1". Offsets are in bytes from the start of the argument struct, those of an
/// item's fields from the start of the item. A knob without values is a number.
std::string abi_json();
/// A row for each operation: what it reads, what it writes, its options.
Listing abi_table();

}  // namespace fp8oracle::cli
