// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fp8oracle::mutants {

/// When and how often the launches of a queued kernel run, done wrongly: what a kernel that runs at
/// once cannot do wrong. The defaults are right.
struct Faults {
  bool host_reads_scale = false;     ///< quantize: when it is called
  bool graph_keeps_scale = false;    ///< ... when it is captured
  bool host_reads_noop = false;      ///< quantize: when it is called
  bool graph_keeps_noop = false;     ///< ... when it is captured
  bool graph_keeps_amax = false;     ///< quantize: the prior amax, when it is captured
  bool inverse_runs_later = false;   ///< quantize: scale_inv in a launch that the host makes late
  bool inverse_is_a_launch = false;  ///< quantize: scale_inv in a launch of its own
  bool amax_is_cleared = false;      ///< amax: a fill before the kernel
  bool capture_runs = false;         ///< operations run while they are captured
  bool replay_runs_once = false;     ///< a second replay does nothing
  bool replay_is_unordered = false;  ///< recorded launches do not wait for those ahead: last first
  bool current_casts_twice = false;  ///< quantize_current: more launches than declared
  bool many_inverse_per_tensor = false;  ///< a launch a tensor
  bool many_launch_per_tensor = false;
  bool inverse_other_stream = false;  ///< scale_inverse: runs when the host waits
  bool inverse_skips = false;         ///< scale_inverse: does nothing
  bool inverse_two_launches = false;  ///< scale_inverse
};

}  // namespace fp8oracle::mutants
