#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the packages of ci/packages.txt: ci/setup.sh [tool] [test] [full]   (default: tool test)
source "$(dirname "$0")/lib.sh"

sets=("$@")
if [ ${#sets[@]} -eq 0 ]; then sets=(tool test); fi

# packages SET: the names under [SET].
packages() {
  awk -v want="[$1]" '{ sub(/#.*/, ""); if ($1 ~ /^\[/) inside = ($1 == want); else if (inside && NF) print $1 }' \
    ci/packages.txt
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

command -v dpkg-query >/dev/null 2>&1 ||
  fail "this is not Debian: install by hand what ci/packages.txt lists under ${sets[*]}"

missing=()
for name in "${sets[@]}"; do
  mapfile -t wanted < <(packages "$name")
  [ ${#wanted[@]} -gt 0 ] || fail "ci/packages.txt has no set [$name]"
  for package in "${wanted[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: all packages of ${sets[*]} are installed"
  exit 0
fi
echo "setup: missing: ${missing[*]}"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 ||
    fail "not root and no sudo; as root: apt-get install --no-install-recommends ${missing[*]}"
  as_root=(sudo)
fi
# Noninteractive for the packages' own scripts; retries because a mirror may hiccup.
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 "$@" </dev/null
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt update >"$log" 2>&1 || { cat "$log"; fail "apt-get update did not work; still missing: ${missing[*]}"; }
apt install --yes --no-install-recommends "${missing[@]}" >"$log" 2>&1 ||
  { tail -30 "$log"; fail "apt-get install did not work; still missing: ${missing[*]}"; }
for package in "${missing[@]}"; do
  is_installed "$package" || fail "apt-get says it worked, but $package is not installed"
done
echo "setup: installed ${#missing[@]} packages"
