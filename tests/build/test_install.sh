#!/bin/bash
# Goal: what `make install` puts below DESTDIR works from there, and `make uninstall` leaves no file.
set -u
. "$SRC/tests/build/support.sh"
cd "$SRC" || exit 1

stage=$WORK/stage
prefix=${PREFIX:-/usr/local}

files_below() { # number of files and links
    find "$1" ! -type d 2>/dev/null | wc -l
}

version_matches() {
    "$stage$prefix/bin/dgsim" --version | grep -qF "$(sed -n 's/^VERSION := //p' Makefile)"
}

# A program of another project, built with nothing but what was installed.
foreign_program() {
    cat >"$WORK/foreign.c" <<'CODE'
#include <stdio.h>
#include "dg/params.h"

int main(void)
{
    struct dg_params params;
    char message[200];

    dg_params_default(&params);
    enum dg_status status = dg_params_check(&params, message, sizeof message);
    puts(dg_status_name(status));
    return status == DG_OK ? 0 : 1;
}
CODE
    export PKG_CONFIG_PATH=$stage$prefix/lib/pkgconfig
    # the prefix in the file is the final one; the library still stands in the stage
    local flags
    flags=$(pkg-config --define-variable=prefix="$stage$prefix" --static --cflags --libs dgcore) || return 1
    # shellcheck disable=SC2086
    (cd "$WORK" && ${CC:-gcc} -std=c17 -Wall -Wextra -Werror -o foreign foreign.c $flags && ./foreign)
}

outside_of_prefix() {
    find "$stage" ! -type d ! -path "$stage$prefix/*" | grep -q .
}

expect "make install" make install DESTDIR="$stage" PREFIX="$prefix" >"$WORK/log" 2>&1 ||
    { cat "$WORK/log"; }
grep -E '^(not )?ok' "$WORK/log"
expect "the installed program tells its version" version_matches
expect "the installed program runs from another folder" \
    sh -c "cd / && '$stage$prefix/bin/dgsim' --help >/dev/null"
expect "the core's headers, library and pkg-config file serve another project" foreign_program
expect "scenarios are installed" test -f "$stage$prefix/share/dgsim/scenarios/quickstart.json"
expect "nothing is written outside of PREFIX" fails outside_of_prefix

expect "make uninstall" make -s uninstall DESTDIR="$stage" PREFIX="$prefix"
expect "nothing is left after make uninstall" test "$(files_below "$stage")" -eq 0

# Another prefix, by the installer itself: the program need not be built again for that.
export DESTDIR=$stage VERSION=1.2.3
PREFIX=/opt/dgsim expect "another PREFIX" sh tools/install.sh install
expect "the pkg-config file names that prefix and the version" \
    test "$(PKG_CONFIG_PATH=$stage/opt/dgsim/lib/pkgconfig \
        pkg-config --variable=prefix --modversion dgcore | sort | tr '\n' ' ')" = "/opt/dgsim 1.2.3 "
PREFIX=/opt/dgsim expect "uninstall from another PREFIX" sh tools/install.sh uninstall
expect "nothing is left there" test "$(files_below "$stage")" -eq 0
PREFIX=relative expect "a relative PREFIX is refused" fails sh tools/install.sh install 2>/dev/null
