#!/bin/bash
# Goal: the program that core/README.md shows is core/examples/request.c, and prints what the page says.
set -u
. "$SRC/tests/build/support.sh"

page=$SRC/core/README.md
sed -n '/^```c$/,/^```$/p' "$page" | sed '1d;$d' >"$WORK/example.c"
# the first indented block after the words
sed -n '/^It prints$/,/^## /s/^    //p' "$page" >"$WORK/shown"

expect "the page shows the example" diff "$WORK/example.c" "$SRC/core/examples/request.c"
"$BUILD/examples/request" >"$WORK/printed"
expect "it prints what the page shows" diff "$WORK/shown" "$WORK/printed"
