#!/bin/bash
# Installs what the tests hold the software against: Debian's Ceph, PostgreSQL, Chromium and the tools with which a court
# looks at a package, and LocalStack in a virtual environment of its own. Does nothing where all are there. With CI=true a missing one is a failure; otherwise it
# is said, and the tests that need it are skipped.
set -euo pipefail

packages=(radosgw ceph-mon ceph-osd postgresql chromium fonts-noto-cjk
    xorriso genisoimage p7zip-full libarchive-tools qpdf poppler-utils ffmpeg openssl)
localstack_version=4.8.0
localstack="${CUSTODY_TEST_CACHE:-$HOME/.cache/bodycam-custody}/localstack-$localstack_version"

missing() {
    echo "not installed: $1" >&2
    echo "  cannot be checked without it: $2" >&2
    if [ "${CI:-}" = true ]; then exit 1; fi
}

install_debian() {
    local absent=()
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || absent+=("$package")
    done
    if [ ${#absent[@]} = 0 ]; then return; fi
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        missing "Debian packages ${absent[*]}" "the S3 vault on Ceph, the registry on PostgreSQL, the pages in a browser, evidence packages with others' tools (as root: apt-get install --no-install-recommends ${absent[*]})"
        return
    fi
    # the tests start clusters of their own: no service of the system's is wanted
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    fi
    export DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1
    apt-get update -qq || true
    apt-get install -y -qq --no-install-recommends "${absent[@]}" ||
        missing "Debian packages ${absent[*]}" "the S3 vault on Ceph, the registry on PostgreSQL, the pages in a browser"
}

install_localstack() {
    if [ -e "$localstack/complete" ]; then return; fi
    rm -rf "$localstack"
    mkdir -p "$(dirname "$localstack")"
    # these versions work together; newer ones of the last four break the server's start
    local wanted=("localstack-core[base-runtime]==$localstack_version" 'moto-ext[s3]==5.1.11.post1' service-identity
        'cbor2<5.8' 'pyopenssl<25.2' 'cryptography<46')
    "${PYTHON:-python3}" -m venv "$localstack" && "$localstack/bin/pip" install -qq "${wanted[@]}" && touch "$localstack/complete" || missing "LocalStack $localstack_version" "checksums and conditional writes of S3"
}

install_debian
install_localstack
