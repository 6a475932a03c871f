// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace fp8oracle::cli {

/// A table that is shown as text, as JSON, or as a page. The first column is the name.
struct Listing {
  std::string title;                           ///< "Clauses"
  std::string introduction;                    ///< for the page
  std::vector<std::string> columns;            ///< keys in JSON, headings on the page
  std::vector<std::vector<std::string>> rows;  ///< as many cells as columns
  std::vector<std::size_t> text_columns{};     ///< shown as text; empty: all
  bool page_transposed = false;                ///< on the page the names head the columns
};

/// One line a row.
std::string to_text(const Listing& listing);
/// An array of objects, one a row.
std::string to_json(const Listing& listing);
/// A heading, the introduction, a table.
std::string to_markdown(const Listing& listing);

}  // namespace fp8oracle::cli
