#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The exhaustive tiers: ci/sweep.sh [BACKEND]   (default: cpu). One line a tier, with its count of cases.
source "$(dirname "$0")/lib.sh"
backend=${1:-cpu}
need_tool
check "sweep of $backend" "$tool" sweep --backend "$backend"
finish
