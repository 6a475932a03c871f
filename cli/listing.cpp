// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace fp8oracle::cli {
namespace {

std::vector<std::size_t> shown_columns(const Listing& listing) {
  if (!listing.text_columns.empty()) return listing.text_columns;
  std::vector<std::size_t> all(listing.columns.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::size_t width_of(const Listing& listing, std::size_t column) {
  std::size_t width = 0;
  for (const auto& row : listing.rows) width = std::max(width, row[column].size());
  return width;
}

/// Columns become rows: a table of few names with many properties.
Listing transposed(const Listing& listing) {
  Listing page{listing.title, listing.introduction, {listing.columns.front()}, {}};
  for (const auto& row : listing.rows) page.columns.push_back(row.front());
  for (std::size_t i = 1; i < listing.columns.size(); ++i) {
    page.rows.push_back({listing.columns[i]});
    for (const auto& row : listing.rows) page.rows.back().push_back(row[i]);
  }
  return page;
}

/// A cell must not end the table's column.
std::string escaped(const std::string& cell) {
  std::string text;
  for (const char c : cell) text += c == '|' ? std::string("\\|") : std::string(1, c);
  return text;
}

}  // namespace

std::string to_text(const Listing& listing) {
  std::string text;
  for (const auto& row : listing.rows) {
    std::string line;
    for (const std::size_t column : shown_columns(listing)) {
      line += row[column];
      line.append(width_of(listing, column) + 2 - row[column].size(), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string to_json(const Listing& listing) {
  auto array = nlohmann::ordered_json::array();
  for (const auto& row : listing.rows) {
    nlohmann::ordered_json object;
    for (std::size_t i = 0; i < row.size(); ++i) object[listing.columns[i]] = row[i];
    array.push_back(std::move(object));
  }
  return array.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string to_markdown(const Listing& listing) {
  if (listing.page_transposed) return to_markdown(transposed(listing));
  std::string page = "# " + listing.title + "\n\n";
  if (!listing.introduction.empty()) page += listing.introduction + "\n\n";
  std::string rule = "|";
  page += "|";
  for (const std::string& column : listing.columns) {
    page += " " + column + " |";
    rule += "---|";
  }
  page += "\n" + rule + "\n";
  for (const auto& row : listing.rows) {
    page += "|";
    for (const std::string& cell : row) page += " " + escaped(cell) + " |";
    page += "\n";
  }
  return page;
}

}  // namespace fp8oracle::cli
