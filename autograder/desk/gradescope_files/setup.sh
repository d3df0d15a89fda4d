#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the container of the assignment.
set -euo pipefail
home="${AUTOGRADER_HOME:-/autograder}"
export DEBIAN_FRONTEND=noninteractive

new_enough() {
  command -v "$1" >/dev/null && "$1" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))'
}

# bubblewrap is used where the container allows namespaces. The filter of system calls needs
# libseccomp in any case.
apt-get update -qq
apt-get install -y -qq bubblewrap libseccomp2 python3 python3-venv
python=python3
if ! new_enough "$python"; then
  for version in 3.13 3.12 3.11; do
    if new_enough "python$version" || apt-get install -y -qq "python$version" "python$version-venv"
    then python="python$version"; break; fi
  done
fi
new_enough "$python" || { echo "setup.sh: this image has no Python 3.11; choose a newer one" >&2; exit 1; }

"$python" -m venv "$home/python"
"$home/python/bin/python" -m pip install --quiet --disable-pip-version-check \
  --constraint "$home/source/constraints.txt" numpy matplotlib ipython pyseccomp
chmod -R go= "$home/source"

# Write compiled code and the list of fonts now, because each submission gets a copy of this container.
cd "$home/source"
export XDG_CACHE_HOME="$home/python/cache" PYTHONPATH="$home/source:$home/source/solutions"
"$home/python/bin/python" -c 'import autograder.desk.gradescope_run
from autograder.sandbox.font_cache import font_list
font_list()'
