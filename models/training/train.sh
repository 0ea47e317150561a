#!/bin/sh
# Trains, quantises, measures and packs the gauge reader: one command, from a fresh clone after `npm ci`.
#
#   models/training/train.sh [WORK_DIR]        about 25 minutes on two idle cores; result in models/gauge-reader/
#
# Needs Debian's python3-torch and python3-venv (apt-get install python3-torch python3-venv) and PyPI for requirements.txt.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$here/.work}
dist=${ISOTHERM_DIST:-$here/../../dist}
export ISOTHERM_DIST="$dist"

[ -f "$dist/src/demo/gauge/render.js" ] || (cd "$here/../.." && npm run build)
mkdir -p "$work"
node "$here/make-frames.mjs" "$work/held" held-out 3000
node "$here/make-frames.mjs" "$work/train" training 30000
/usr/bin/python3 -W ignore "$here/train_gauge.py" "$work" "$work/out"
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
"$work/venv/bin/python" "$here/quantize_gauge.py" "$work" "$work/out" teacher student
node "$here/make-package.mjs" "$work" "$work/out" "$here/../gauge-reader"
