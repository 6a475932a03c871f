// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/npy.h"

#include <filesystem>

#include "fp8oracle/error.h"
#include "fp8oracle/files/atomic_write.h"
#include "fp8oracle/files/dtype.h"
#include "fp8oracle/quote.h"
#include "npy_header.h"

namespace fp8oracle::files {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;

/// The parts of a file: the dictionary's text and the data behind it.
struct Parts {
  std::string_view header;
  std::span<const std::uint8_t> data;
};

Parts split(std::span<const std::uint8_t> bytes, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kMagic)) throw UsageError(where + ": no NPY file: the magic is missing");
  if (bytes.size() < kMagic.size() + 2) throw UsageError(where + ": the header is truncated");
  const unsigned major = bytes[kMagic.size()];
  const unsigned minor = bytes[kMagic.size() + 1];
  if (major < 1 || major > 3 || minor != 0) {
    throw UsageError(where + ": NPY version " + std::to_string(major) + "." +
                     std::to_string(minor) + " is not 1.0, 2.0 or 3.0");
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::size_t begin = kMagic.size() + 2 + length_bytes;
  if (bytes.size() < begin) throw UsageError(where + ": the header is truncated");
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length |= std::size_t{bytes[kMagic.size() + 2 + i]} << (8 * i);
  }
  if (length > bytes.size() - begin) throw UsageError(where + ": the header ends past the file");
  return {text.substr(begin, length), bytes.subspan(begin + length)};
}

// In Fortran order the first index runs fastest; up to rank 1 that is the same order.
void check_order(const NpyHeader& header, const std::string& where) {
  if (!header.fortran_order || header.shape.size() < 2) return;
  throw UsageError(where + ": Fortran order is not read; save numpy.ascontiguousarray(x)");
}

// The dictionary, then spaces and a newline, so that the data start at a multiple of 64.
std::string header_text(std::string_view descr, std::span<const std::int64_t> shape) {
  std::string text = "{'descr': '";
  text += descr;
  text += "', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ' ';
    text += std::to_string(shape[i]);
    if (i == 0 || i + 1 < shape.size()) text += ',';  // (3,) is a tuple, (3) a number
  }
  text += "), }";
  constexpr std::size_t kBegin = kMagic.size() + 4;
  const std::size_t end = (kBegin + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  text.resize(end - kBegin - 1, ' ');
  text += '\n';
  return text;
}

}  // namespace

NamedTensor parse_npy(std::span<const std::uint8_t> bytes, const std::string& where) {
  const Parts parts = split(bytes, where);
  NpyHeader header = parse_npy_header(parts.header, where);
  check_order(header, where);
  NamedTensor tensor{"", dtype_of_descr(header.descr, where), std::move(header.shape), parts.data,
                     nullptr};
  const auto needed = tensor_bytes(tensor.shape, dtype_bits(tensor.dtype).value());
  if (!needed) throw UsageError(where + ": header: 'shape' is too large");
  if (*needed != parts.data.size()) {
    throw UsageError(where + ": has " + std::to_string(parts.data.size()) + " bytes of data, " +
                     header.descr + " " + shape_to_string(tensor.shape) + " needs " +
                     std::to_string(*needed));
  }
  return tensor;
}

NamedTensor read_npy(const std::string& path) {
  const auto mapping = MappedFile::open(path);
  NamedTensor tensor = parse_npy(mapping->bytes(), path);
  tensor.name = std::filesystem::path(path).stem().string();
  tensor.mapping = mapping;
  return tensor;
}

Bytes serialize_npy(const NamedTensor& tensor) {
  const auto descr = descr_of_dtype(tensor.dtype);
  if (!descr) throw UsageError(quote(tensor.dtype) + " has no NPY type");
  const auto needed = tensor_bytes(tensor.shape, dtype_bits(tensor.dtype).value());
  if (!needed || *needed != tensor.data.size()) {
    throw UsageError(std::to_string(tensor.data.size()) + " bytes are not " + tensor.dtype + " " +
                     shape_to_string(tensor.shape));
  }
  const std::string text = header_text(*descr, tensor.shape);
  if (text.size() > 0xFFFF) throw UsageError("the shape has too many dimensions for NPY 1.0");

  Bytes bytes(kMagic.begin(), kMagic.end());
  bytes.push_back(1);
  bytes.push_back(0);
  bytes.push_back(static_cast<std::uint8_t>(text.size() & 0xFF));
  bytes.push_back(static_cast<std::uint8_t>(text.size() >> 8));
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.insert(bytes.end(), tensor.data.begin(), tensor.data.end());
  return bytes;
}

void write_npy(const std::string& path, const NamedTensor& tensor) {
  Bytes bytes;
  try {
    bytes = serialize_npy(tensor);
  } catch (const UsageError& error) {
    throw UsageError(path + ": " + error.what());
  }
  const std::span<const std::uint8_t> part(bytes);
  write_file_atomically(path, std::span(&part, 1));
}

}  // namespace fp8oracle::files
