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

# An example as a program of another project, built with nothing but what was installed.
installed_flags() { # further options of pkg-config
    # the prefix in the file is the final one; the library still stands in the stage
    PKG_CONFIG_PATH=$stage$prefix/lib/pkgconfig \
        pkg-config --define-variable=prefix="$stage$prefix" --cflags --libs "$@" dgcore libsodium
}
builds() { # program, source, and what else the compiler is told
    local program=$1 source=$2
    shift 2
    (cd "$WORK" && ${CC:-gcc} -std=c17 -Wall -Wextra -Wpedantic -Werror -o "$program" "$source" "$@")
}
needs_library() { # program, name
    readelf -d "$1" | grep NEEDED | grep -qF "[$2]"
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
# Examples that read something read a journal, with what it must come to beside it.
expect "a journal to read" "${DGSIM:-$BUILD/dgsim}" run "$SRC/tests/cli/town.json" --quiet --journal "$WORK/journal"
soname=libdgcore.so.$(sed -n 's/^#define DG_VERSION_MAJOR //p' core/include/dg/types.h)
for source in "$stage$prefix"/share/doc/dgcore/examples/*.c; do
    name=$(basename "$source" .c)
    # shellcheck disable=SC2046
    expect "$name builds with the shared library" builds "$WORK/$name" "$source" $(installed_flags)
    expect "... needs it by its soname" needs_library "$WORK/$name" "$soname"
    LD_LIBRARY_PATH=$stage$prefix/lib expect "... runs" sh -c "'$WORK/$name' <'$WORK/journal/chain.journal' >'$WORK/shared.out'"
    # shellcheck disable=SC2046
    expect "$name builds with the archive" builds "$WORK/$name-static" "$source" -static $(installed_flags --static)
    expect "... needs no library" fails needs_library "$WORK/$name-static" "$soname"
    expect "... runs" sh -c "'$WORK/$name-static' <'$WORK/journal/chain.journal' >'$WORK/static.out'"
    expect "... and prints the same" cmp "$WORK/shared.out" "$WORK/static.out"
    [ "$name" != replay ] ||
        expect "... which is what the run decided" cmp "$WORK/shared.out" "$WORK/journal/chain.decisions"
done
expect "every example is installed" \
    diff <(cd core/examples && ls ./*.c) <(cd "$stage$prefix/share/doc/dgcore/examples" && ls ./*.c)
expect "scenarios are installed" test -f "$stage$prefix/share/dgsim/scenarios/quickstart.json"
expect "nothing is written outside of PREFIX" fails outside_of_prefix

expect "make uninstall" make -s uninstall DESTDIR="$stage" PREFIX="$prefix"
expect "nothing is left after make uninstall" test "$(files_below "$stage")" -eq 0

# Another prefix, by the installer itself: the program need not be built again for that.
export DESTDIR=$stage
version=$(sed -n 's/^#define DG_VERSION_M[AIJNOR]* //p' core/include/dg/types.h | paste -sd .)
PREFIX=/opt/dgsim expect "another PREFIX" sh tools/install.sh install
expect "the pkg-config file names that prefix and the core's version" \
    test "$(PKG_CONFIG_PATH=$stage/opt/dgsim/lib/pkgconfig \
        pkg-config --variable=prefix --modversion dgcore | sort | tr '\n' ' ')" = "/opt/dgsim $version "
PREFIX=/opt/dgsim expect "uninstall from another PREFIX" sh tools/install.sh uninstall
expect "nothing is left there" test "$(files_below "$stage")" -eq 0
PREFIX=relative expect "a relative PREFIX is refused" fails sh tools/install.sh install 2>/dev/null
