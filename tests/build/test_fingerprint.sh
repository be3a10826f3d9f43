#!/bin/bash
# Goal: compiler and optimisation level do not change a run: gcc and clang, -O0 and -O3 and the release
# build give one fingerprint, for each of a few short scenarios.
set -u
. "$SRC/tests/build/support.sh"
cd "$SRC" || exit 1

# name, then the arguments of dgsim run
runs=(
    "quickstart scenarios/quickstart.json --set duration=20min"
    "mm1 scenarios/mm1.json --set duration=2h"
)
variants=("gcc -O0" "gcc -O3" "clang -O0" "clang -O3")

fingerprint() { # program, arguments
    "$@" --quiet --json --out "$WORK/results.db" 2>"$WORK/log" |
        sed -n 's/.*"fingerprint"[^"]*"\([^"]*\)".*/\1/p' | grep . || cat "$WORK/log" >&2
    rm -f "$WORK/results.db"
}

same() { # as that of the variant, and one at all
    test -s "$1" && cmp "$1" "$WORK/other"
}

for run in "${runs[@]}"; do
    read -r name arguments <<<"$run"
    # shellcheck disable=SC2086
    fingerprint "$BUILD/dgsim" run $arguments >"$WORK/$name"
    expect "$name: the release build gives a fingerprint" test -s "$WORK/$name"
done

for variant in "${variants[@]}"; do
    read -r compiler level <<<"$variant"
    folder=build/$compiler$level
    [ "$compiler" = gcc ] && folder=build/${level#-}
    if ! make CC="$compiler" OPT="$level" all >"$WORK/log" 2>&1; then
        tail -n 20 "$WORK/log"
        echo "not ok - $variant: builds"
        continue
    fi
    for run in "${runs[@]}"; do
        read -r name arguments <<<"$run"
        # shellcheck disable=SC2086
        fingerprint "$folder/dgsim" run $arguments >"$WORK/other"
        expect "$name: $variant gives the fingerprint of the release build" same "$WORK/$name"
    done
done
