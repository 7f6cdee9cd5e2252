#!/bin/sh
# bootstrap.sh PYTHON VENV: a virtual environment with uv in it, on a machine that has only Python 3.11+ and make.
set -eu
python=$1
venv=$2
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || {
    echo "Python 3.11, 3.12 or 3.13 is needed; set PYTHON=/path/to/python3.11" >&2
    exit 1
}
if ! "$python" -m venv "$venv" 2>/dev/null; then
    # Debian ships venv apart from Python
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv
        "$python" -m venv --clear "$venv"
    else
        echo "python3 -m venv does not work here; install the Debian package python3-venv" >&2
        exit 1
    fi
fi
"$venv/bin/python" -m pip install --quiet 'uv>=0.9'
