// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/operations/words.h"

namespace fp8oracle {

std::string_view to_string(FieldRole role) {
  switch (role) {
    case FieldRole::kScheme: return "scheme";
    case FieldRole::kMatrixIn: return "matrix in";
    case FieldRole::kMatrixOut: return "matrix out";
    case FieldRole::kPairIn: return "pair in";
    case FieldRole::kPairOut: return "pair out";
    case FieldRole::kPairGiven: return "pair given";
    case FieldRole::kScalesIn: return "scale_inv in";
    case FieldRole::kScalesOut: return "scale_inv out";
    case FieldRole::kCellIn: return "cell in";
    case FieldRole::kCellOut: return "cell out";
    case FieldRole::kCellInOut: return "cell in-out";
    case FieldRole::kItems: return "items";
    case FieldRole::kWorkspace: return "workspace";
    case FieldRole::kNoop: return "noop";
    case FieldRole::kExtent: return "extent";
    case FieldRole::kType: return "type";
    case FieldRole::kFlag: return "flag";
    case FieldRole::kFloor: return "floor";
  }
  return "";
}

std::string_view to_string(Presence presence) {
  switch (presence) {
    case Presence::kRequired: return "required";
    case Presence::kOptional: return "optional";
    case Presence::kOfGivenScale: return "of a given scale";
  }
  return "";
}

std::string_view to_string(SchemeRule rule) {
  switch (rule) {
    case SchemeRule::kAnyScheme: return "any";
    case SchemeRule::kGivenScale: return "given scale";
    case SchemeRule::kOneDirection: return "one direction";
    case SchemeRule::kPermutedScales: return "MX, one direction, compact or padded";
  }
  return "";
}

}  // namespace fp8oracle
