#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An outside witness: ml_dtypes' casts against the reference and the CPU backend, through the C ABI.
# Its packages live in build/witness; without the registry the stage is skipped.
source "$(dirname "$0")/lib.sh"
need_tool
environment=build/witness

# Asked for 10 seconds; the whole installation may take 5 minutes.
install() {
  python3 -m venv "$environment" &&
    timeout 300 "$environment/bin/python" -m pip --quiet --no-input --disable-pip-version-check install \
      --timeout 10 --retries 0 --only-binary :all: -r ci/witness_requirements.txt
}
if ! "$environment/bin/python" -c 'import ml_dtypes' 2>/dev/null && ! install >build/witness.log 2>&1 </dev/null; then
  skipped "registry not reached"
  exit 0
fi

mapfile -t modules < <(find build/release -name 'fp8oracle_reference.so' -o -name 'fp8oracle_cpu.so')
[ ${#modules[@]} -eq 2 ] || fail "expected the two backend modules, found: ${modules[*]}"

status=0
"$environment/bin/python" -B ci/witness_ml_dtypes.py "${modules[@]}" >build/witness.log || status=$?
head -n -1 build/witness.log
read -r passed failed < <(tail -1 build/witness.log)
[[ "$passed $failed" =~ ^[0-9]+\ [0-9]+$ ]] || fail "the witness broke down"
tally "$passed" "$failed" 0
exit "$status"
