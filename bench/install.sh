#!/bin/bash
# Installs what the benchmarks need beside the tests' servers: nginx with Lua (the null S3 server), as a file only: no
# service of the system's is wanted.
set -euo pipefail
packages=(nginx-light libnginx-mod-http-lua)
if dpkg-query -W -f '${Status}\n' "${packages[@]}" 2>/dev/null | grep -c '^install ok installed$' | grep -qx "${#packages[@]}"; then exit 0; fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "not installed: ${packages[*]}; without them only ARGS='directory registry orchestration' can be measured" >&2
    echo "  as root: apt-get install --no-install-recommends ${packages[*]}" >&2
    exit 0
fi
apt-get update -qq || true
# RUNLEVEL=1 keeps the packages from starting a web server
RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
