// SPDX-License-Identifier: Apache-2.0
#include "safetensors_header.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "fp8oracle/error.h"
#include "fp8oracle/quote.h"

namespace fp8oracle::files {
namespace {

using Json = nlohmann::json;
constexpr const char* kMetadataKey = "__metadata__";

/// Receives the header's JSON token by token. The grammar is fixed, so its state is a place in it.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  HeaderReader(SafetensorsHeader& header, const std::string& where)
      : header_(header), where_(where) {}

  bool start_object(std::size_t) override {
    switch (place_) {
      case Place::kOutside: place_ = Place::kTop; return true;
      case Place::kTop:
        place_ = top_key_ == kMetadataKey ? Place::kMetadata : Place::kTensor;
        if (place_ == Place::kTensor) begin_tensor();
        return true;
      default: unexpected("an object");
    }
  }

  bool end_object() override {
    if (place_ == Place::kTensor) end_tensor();
    place_ = place_ == Place::kTop ? Place::kOutside : Place::kTop;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::kTensor) unexpected("an array");
    if (field_ == "shape") {
      place_ = Place::kShape;
    } else if (field_ == "data_offsets") {
      place_ = Place::kOffsets;
    } else {
      unexpected("an array");
    }
    return true;
  }

  bool end_array() override {
    if (place_ == Place::kOffsets && offsets_.size() != 2) fail("data_offsets is not [begin, end]");
    place_ = Place::kTensor;
    return true;
  }

  bool key(Json::string_t& key) override {
    switch (place_) {
      case Place::kTop:
        if (!top_keys_.insert(key).second) throw UsageError(where_ + ": " + quote(key) + " twice");
        top_key_ = key;
        return true;
      case Place::kMetadata:
        if (header_.metadata.contains(key)) fail("key " + quote(key) + " twice");
        field_ = key;
        return true;
      default: tensor_field(key); return true;
    }
  }

  bool string(Json::string_t& value) override {
    if (place_ == Place::kMetadata) {
      header_.metadata[field_] = value;
    } else if (place_ == Place::kTensor && field_ == "dtype") {
      header_.entries.back().dtype = value;
    } else {
      unexpected("a string");
    }
    return true;
  }

  bool number_unsigned(Json::number_unsigned_t value) override {
    if (place_ == Place::kShape) {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        fail("shape: " + std::to_string(value) + " is too large");
      }
      header_.entries.back().shape.push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::kOffsets) {
      if (offsets_.size() == 2) fail("data_offsets is not [begin, end]");
      offsets_.push_back(value);
    } else {
      unexpected("a number");
    }
    return true;
  }

  bool number_integer(Json::number_integer_t value) override {
    if (place_ != Place::kShape && place_ != Place::kOffsets) unexpected("a number");
    fail(field_ + ": " + std::to_string(value) + " is negative");
  }

  bool number_float(Json::number_float_t, const Json::string_t& text) override {
    if (place_ != Place::kShape && place_ != Place::kOffsets) unexpected("a number");
    fail(field_ + ": " + quote(text) + " is no integer below 2^63");
  }

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("a boolean"); }
  bool binary(Json::binary_t&) override { unexpected("binary data"); }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    throw UsageError(where_ + ": the header is not JSON (byte " + std::to_string(position) +
                     " of it)");
  }

 private:
  enum class Place { kOutside, kTop, kMetadata, kTensor, kShape, kOffsets };

  void begin_tensor() {
    header_.entries.push_back({top_key_, {}, {}, 0, 0});
    fields_.clear();
    offsets_.clear();
    field_.clear();
  }

  void tensor_field(const std::string& key) {
    if (key != "dtype" && key != "shape" && key != "data_offsets") {
      fail("unknown field " + quote(key));
    }
    if (!fields_.insert(key).second) fail(key + " twice");
    field_ = key;
  }

  void end_tensor() {
    for (const char* field : {"dtype", "shape", "data_offsets"}) {
      if (!fields_.contains(field)) fail(std::string(field) + " is missing");
    }
    header_.entries.back().begin = offsets_[0];
    header_.entries.back().end = offsets_[1];
  }

  [[noreturn]] void fail(const std::string& reason) const {
    const std::string what = top_key_ == kMetadataKey ? kMetadataKey : "tensor " + quote(top_key_);
    throw UsageError(where_ + ": " + what + ": " + reason);
  }

  [[noreturn]] void unexpected(const char* found) const {
    if (place_ == Place::kOutside) throw UsageError(where_ + ": the header is not a JSON object");
    if (place_ == Place::kTop) fail("expected an object, found " + std::string(found));
    fail((field_.empty() ? "" : quote(field_) + ": ") + "unexpected " + found);
  }

  SafetensorsHeader& header_;
  const std::string& where_;
  Place place_ = Place::kOutside;
  std::string top_key_;
  std::string field_;
  std::unordered_set<std::string> top_keys_;
  std::unordered_set<std::string> fields_;
  std::vector<std::uint64_t> offsets_;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, const std::string& where) {
  SafetensorsHeader header;
  HeaderReader reader(header, where);
  Json::sax_parse(json.begin(), json.end(), &reader);
  return header;
}

}  // namespace fp8oracle::files
