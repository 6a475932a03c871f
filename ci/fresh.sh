#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The newcomer's first hour, shown: a bare Debian 12 (debootstrap, minbase) with git and apt only,
# a clone of the committed tree, then ci/quickstart.sh and ci/test.sh inside.
#   ci/fresh.sh [SCRIPT...]   (default: ci/quickstart.sh ci/test.sh)
# Needs root and debootstrap. Works in $FP8ORACLE_FRESH_DIR (default: a new folder under /tmp), about
# 3 GB, removed on exit unless FP8ORACLE_KEEP is set. Mirror, certificates, proxy and pip settings are the host's.
source "$(dirname "$0")/lib.sh"
scripts=("$@")
[ $# -gt 0 ] || scripts=(ci/quickstart.sh ci/test.sh)
suite=bookworm

[ "$(id -u)" -eq 0 ] || fail "needs root: debootstrap and chroot"
require debootstrap
work=${FP8ORACLE_FRESH_DIR:-$(mktemp -d /tmp/fp8oracle-fresh.XXXXXX)}
root=$work/root
mkdir -p "$work"
[ ! -e "$root" ] || fail "$root exists already"

unmount() {
  local mount
  for mount in dev/shm dev/pts dev sys proc; do
    if mountpoint -q "$root/$mount"; then umount "$root/$mount" || umount -l "$root/$mount"; fi
  done
}
clean_up() {
  unmount
  # Never delete through a mount that stayed.
  if [ -z "${FP8ORACLE_KEEP:-}" ] && ! grep -q " $root/" /proc/mounts; then
    rm -rf --one-file-system "$root"
    [ -n "${FP8ORACLE_FRESH_DIR:-}" ] || rmdir "$work" 2>/dev/null || true
  fi
}
trap clean_up EXIT

# The host's own source of this suite, as apt sees it.
# shellcheck disable=SC2016  # apt's own placeholders
mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
  awk -v suite=$suite '$1 == suite { print $2; exit }')
[ -n "$mirror" ] || fail "the host's apt has no source for $suite"

begin=$SECONDS
debootstrap --variant=minbase --include=git,ca-certificates "$suite" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
  { tail -20 "$work/debootstrap.log"; fail "debootstrap"; }
echo "fresh: debootstrap took $((SECONDS - begin)) s"

# give PATH...: the host's file or folder at the same place inside, links followed.
give() {
  local path
  for path in "$@"; do
    [ -e "$path" ] || continue
    rm -rf "${root:?}$path"
    mkdir -p "$root$(dirname "$path")"
    cp -rL "$path" "$root$path"
  done
}
rm -f "$root/etc/apt/sources.list"
give /etc/apt /etc/resolv.conf /etc/hosts /etc/pip.conf /root/.config/pip /root/.pip \
  /usr/local/share/ca-certificates /usr/share/keyrings /etc/ssl/certs/ca-certificates.crt
for mount in proc sys dev dev/pts dev/shm; do mount --bind "/$mount" "$root/$mount"; done

# Proxies, certificates and pip settings travel; nothing else of the host's environment does.
settings=()
while IFS= read -r -d '' entry; do
  case ${entry%%=*} in
    *_proxy | *_PROXY | PIP_* | SSL_CERT_FILE | SSL_CERT_DIR | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | GIT_SSL_CAINFO)
      settings+=("$entry")
      ;;
  esac
done < <(env -0)

git clone -q --no-hardlinks "$top" "$root/root/fp8oracle"
# inside COMMAND...: in the clone, with a bare environment and no input.
inside() {
  chroot "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    CI=true "${settings[@]}" bash -c "cd /root/fp8oracle && $*" </dev/null
}

for script in "${scripts[@]}"; do
  begin=$SECONDS
  check "$script in a bare $suite" inside "$script"
  echo "fresh: $script took $((SECONDS - begin)) s"
done
finish
