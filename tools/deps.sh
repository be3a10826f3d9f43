#!/bin/sh
# Installs what the build, the tests and the figures need and this machine lacks.
#
# Looks for the programs and libraries themselves, so on a machine that has them, of whatever system, it
# does nothing. Debian and Ubuntu: installs by apt, with sudo only when something is missing and the user
# is not root. Elsewhere: names what is missing and exits 2.
set -u

missing=
need() { # package, then a command that succeeds when it is there
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
library() { # package, name for pkg-config
    need "$1" pkg-config --exists "$2"
}
has_libc_headers() {
    echo '#include <stdio.h>' | gcc -E - -o /dev/null
}

need gcc command -v gcc
need libc6-dev has_libc_headers
need binutils command -v nm
need clang command -v clang
need pkg-config command -v pkg-config
need gnuplot-nox command -v gnuplot
library libgsl-dev gsl
library libcjson-dev libcjson
library libsqlite3-dev sqlite3
library libsodium-dev libsodium
library libcmocka-dev cmocka

[ -z "$missing" ] && exit 0
missing=${missing# }

system=
if [ -r "${OS_RELEASE:-/etc/os-release}" ]; then
    system=$(. "${OS_RELEASE:-/etc/os-release}" && echo " ${ID:-} ${ID_LIKE:-} ")
fi
case $system in
*" debian "* | *" ubuntu "*) ;;
*)
    echo "missing (names of the Debian packages): $missing" >&2
    echo "this is not Debian or Ubuntu: please install them with this system's own tools" >&2
    exit 2
    ;;
esac

install="apt-get install -y -q --no-install-recommends $missing"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "missing: $missing" >&2
        echo "as root, please run: apt-get update && $install" >&2
        exit 2
    fi
    as_root=sudo
    echo "sudo is needed to install: $missing"
fi

echo "installing: $missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
    $as_root env DEBIAN_FRONTEND=noninteractive $install
