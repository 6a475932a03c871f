// SPDX-License-Identifier: Apache-2.0
// The vectors of FIPS 180-2 appendix B and of the NIST examples for SHA-256.
#include "fp8oracle/files/sha256.h"

#include "support.h"

namespace fp8oracle::files {
namespace {

using Sha256File = InTemporaryDirectory;

TEST(Sha256, AgreesWithThePublishedVectors) {
  EXPECT_EQ(sha256({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(bytes_of("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(Bytes(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
  for (const std::size_t size : {55u, 56u, 63u, 64u, 65u, 119u, 120u, 128u, 200u}) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
    const std::string whole = sha256(bytes);
    for (std::size_t cut = 0; cut <= size; ++cut) {
      Sha256 hash;
      hash.update(std::span(bytes).first(cut));
      hash.update(std::span(bytes).subspan(cut));
      EXPECT_EQ(hash.finish(), whole) << size << " cut at " << cut;
    }
  }
}

TEST_F(Sha256File, HashesItsBytes) {
  EXPECT_EQ(sha256_of_file(write("f", bytes_of("abc"))), sha256(bytes_of("abc")));
}

TEST_F(Sha256File, RejectsAMissingFile) {
  expect_line(usage_error([&] { sha256_of_file(path("none")); }), path("none"), "cannot be opened");
}

}  // namespace
}  // namespace fp8oracle::files
