// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fp8oracle::cli {
namespace {

std::vector<std::size_t> widths(const Listing& listing) {
  std::vector<std::size_t> width(listing.columns.size());
  for (const auto& row : listing.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  return width;
}

/// A cell must not end the table's column.
std::string escaped(const std::string& cell) {
  std::string text;
  for (const char c : cell) text += c == '|' ? std::string("\\|") : std::string(1, c);
  return text;
}

}  // namespace

std::string to_text(const Listing& listing) {
  const auto width = widths(listing);
  std::string text;
  for (const auto& row : listing.rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(width[i] + 2 - row[i].size(), ' ');
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
