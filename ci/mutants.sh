#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The kill table: every deliberately wrong backend must be caught. A survivor fails the stage.
source "$(dirname "$0")/lib.sh"
need_tool
mkdir -p build/reports
check "every mutant is killed" "$tool" mutants --json build/reports/mutants.json
finish
