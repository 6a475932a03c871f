// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle {

ResolvedScheme resolve(const fp8oracle_scheme& scheme) {
  ResolvedScheme result;
  result.format = format_from_abi(*scheme.format);
  const fp8oracle_grid& grid = *scheme.grid;
  result.grid = {grid.block_rows, grid.block_cols,
                 static_cast<fp8oracle_scale_type>(grid.scale_type), grid.repeat != 0, grid.levels};
  result.directions = scheme.directions;
  result.layout = static_cast<fp8oracle_layout>(scheme.layout);
  result.knobs = knobs_from(*scheme.knobs);
  if (result.knobs.element_max_code == 0) result.knobs.element_max_code = result.format.max_code;
  return result;
}

AbiScheme::AbiScheme(const ResolvedScheme& scheme, std::string profile)
    : parts_{scheme.format.abi(),
             {sizeof(fp8oracle_grid), scheme.grid.block_rows, scheme.grid.block_cols,
              scheme.grid.scale_type, scheme.grid.repeat, scheme.grid.levels},
             values_of(scheme.knobs),
             scheme.directions,
             scheme.layout},
      profile_(std::move(profile)) {}

const fp8oracle_scheme* AbiScheme::get() {
  knobs_ = {sizeof knobs_, static_cast<std::uint32_t>(parts_.knobs.size()), parts_.knobs.data()};
  scheme_ = {sizeof scheme_, parts_.directions, parts_.layout, profile_.c_str(),
             &parts_.format, &parts_.grid,      &knobs_};
  return &scheme_;
}

}  // namespace fp8oracle
