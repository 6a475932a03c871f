// SPDX-License-Identifier: Apache-2.0
#include "npy_header.h"

#include <charconv>

#include "fp8oracle/error.h"
#include "fp8oracle/quote.h"

namespace fp8oracle::files {
namespace {

constexpr std::size_t kMaxRank = 64;  // as in NumPy 2

/// A cursor over the dictionary, which is a Python literal. Only what NumPy itself writes is known.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  NpyHeader parse() {
    NpyHeader header;
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      value(key, header);
      if (accept(',')) continue;
      expect('}');
      break;
    }
    skip_space();
    if (!rest_.empty()) fail("more than one dictionary");
    if (!descr_seen_) fail("'descr' is missing");
    if (!fortran_order_seen_) fail("'fortran_order' is missing");
    if (!shape_seen_) fail("'shape' is missing");
    return header;
  }

 private:
  void value(const std::string& key, NpyHeader& header) {
    if (key == "descr") {
      once(descr_seen_, key);
      skip_space();
      if (rest_.starts_with('[')) fail("'descr' is a structure, only plain types are read");
      header.descr = string();
    } else if (key == "fortran_order") {
      once(fortran_order_seen_, key);
      header.fortran_order = boolean();
    } else if (key == "shape") {
      once(shape_seen_, key);
      header.shape = tuple();
    } else {
      fail("unknown key " + quote(key));
    }
  }

  void once(bool& seen, const std::string& key) {
    if (seen) fail(quote(key) + " twice");
    seen = true;
  }

  std::string string() {
    skip_space();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) fail("expected a string");
    const std::size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) fail("a string does not end");
    std::string text(rest_.substr(1, end - 1));
    if (text.find('\\') != std::string::npos) fail("a string has an escape");
    rest_.remove_prefix(end + 1);
    return text;
  }

  bool boolean() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return word == "True";
    }
    fail("'fortran_order' is not True or False");
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> values;
    expect('(');
    while (!accept(')')) {
      if (values.size() == kMaxRank) fail("'shape' has over 64 dimensions");
      values.push_back(integer());
      if (accept(',')) continue;
      if (values.size() == 1) fail("'shape' is a number, not a tuple");  // (3) is 3 in Python
      expect(')');
      break;
    }
    return values;
  }

  std::int64_t integer() {
    skip_space();
    std::int64_t value = 0;
    const auto result = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (result.ec == std::errc::result_out_of_range) fail("'shape' has a number over 2^63");
    if (result.ec != std::errc()) fail("'shape' has something that is no number");
    if (value < 0) fail("'shape' has a negative number");
    rest_.remove_prefix(static_cast<std::size_t>(result.ptr - rest_.data()));
    return value;
  }

  void skip_space() {
    const std::size_t end = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
  }

  bool accept(char c) {
    skip_space();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail(std::string("expected '") + c + "'");
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw UsageError(where_ + ": header: " + reason);
  }

  std::string_view rest_;
  const std::string& where_;
  bool descr_seen_ = false;
  bool fortran_order_seen_ = false;
  bool shape_seen_ = false;
};

struct DtypePair {
  std::string_view descr;
  std::string_view dtype;
};

constexpr DtypePair kDtypePairs[] = {
    {"|b1", "BOOL"}, {"|u1", "U8"},  {"|i1", "I8"},  {"<u2", "U16"}, {"<i2", "I16"}, {"<f2", "F16"},
    {"<u4", "U32"},  {"<i4", "I32"}, {"<f4", "F32"}, {"<u8", "U64"}, {"<i8", "I64"}, {"<f8", "F64"},
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& where) {
  return HeaderParser(text, where).parse();
}

std::string dtype_of_descr(const std::string& descr, const std::string& where) {
  std::string known;
  for (const DtypePair& pair : kDtypePairs) {
    if (pair.descr == descr) return std::string(pair.dtype);
    known += (known.empty() ? "" : ", ") + std::string(pair.descr);
  }
  const std::string_view kind = std::string_view(descr).substr(descr.empty() ? 0 : 1);
  std::string reason = "not one of " + known;
  if (descr.starts_with('>')) reason = "big-endian data are not read";
  if (kind.starts_with('O')) reason = "Python objects are never read";
  // ml_dtypes gives its types as void; older versions called fp8 f1.
  if (kind.starts_with('V') || kind == "f1") {
    reason = "bf16 and fp8 have no NPY type; save them as safetensors, or their bits as u2 or u1";
  }
  throw UsageError(where + ": header: 'descr' " + quote(descr) + ": " + reason);
}

std::optional<std::string_view> descr_of_dtype(std::string_view dtype) {
  for (const DtypePair& pair : kDtypePairs) {
    if (pair.dtype == dtype) return pair.descr;
  }
  return std::nullopt;
}

}  // namespace fp8oracle::files
