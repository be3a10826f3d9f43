#!/bin/bash
# Goal: the program that core/README.md shows builds with the core and libsodium alone, and prints what the
# page says.
set -u
. "$SRC/tests/build/support.sh"

page=$SRC/core/README.md
sed -n '/^```c$/,/^```$/p' "$page" | sed '1d;$d' >"$WORK/example.c"
# the first indented block after the words
sed -n '/^It prints$/,/^## /s/^    //p' "$page" >"$WORK/shown"

builds() {
    # shellcheck disable=SC2046
    ${CC:-gcc} -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I"$SRC/core/include" \
        -o "$WORK/example" "$WORK/example.c" "$BUILD/libdgcore.a" $(pkg-config --libs libsodium)
}

expect "the page shows a program" test "$(wc -l <"$WORK/example.c")" -gt 50
expect "it builds" builds
"$WORK/example" >"$WORK/printed"
expect "it prints what the page shows" diff "$WORK/shown" "$WORK/printed"
