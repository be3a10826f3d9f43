#!/bin/bash
# Goal: the run that README.md shows is the run that this build makes, line for line; only its speed may
# differ. What the page leaves out is not looked for.
set -u
. "$SRC/tests/build/support.sh"

"$BUILD/dgsim" run "$SRC/scenarios/quickstart.json" >"$WORK/summary"
sed -n '/^<!-- run -->$/,/^<!-- end of run -->$/s/^    //p' "$SRC/README.md" |
    grep -v ' events/s, ' >"$WORK/shown"

all_there() {
    local line
    while IFS= read -r line; do
        grep -Fxq -- "$line" "$WORK/summary" || {
            echo "not in the summary: $line"
            return 1
        }
    done <"$WORK/shown"
}

expect "the page shows a run" test "$(wc -l <"$WORK/shown")" -gt 30
expect "every line of it is in the summary" all_there
