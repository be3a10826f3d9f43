#!/bin/bash
# Fuzzes with libFuzzer under ASan and UBSan: the readers of scenarios and traces, and of the core its
# snapshots, journals, messages and sequences of calls.
#
# usage: tests/fuzz/run.sh [SECONDS [NAME...]]     for each of the programs (60)
#
# What was found stays in build/fuzz/found, what was learnt in build/fuzz/learnt. The seeds are those in
# tests/fuzz/seeds, the project's own scenarios, and what seeds.c makes of the journals of a small run.
# Exit status 1 if an input was found that breaks.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1

seconds=${1:-60}
shift
names=("${@:-}")
[ -n "${names[0]}" ] || names=(scenario trace chain gateway replay wire calls)
out=build/fuzz
flags="-std=c17 -D_GNU_SOURCE -O1 -g -I. -Icore/include -Icore/src -fsanitize=address,undefined"
flags+=" -fno-sanitize-recover=all"
libraries="$out/libmodels.a $out/libsim.a $out/libdgcore.a $(pkg-config --libs gsl libcjson libsodium) -lm"
shared="tests/fuzz/fuzz_bytes.c tests/fuzz/fuzz_frame.c tests/fuzz/fuzz_chain_drive.c"
shared+=" tests/fuzz/fuzz_gateway_drive.c tests/fuzz/fuzz_input.c"
status=0

rm -rf "$out/seeds" "$out/run"
mkdir -p "$out"
if ! echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n ? 0 : 0; }' |
    clang -fsanitize=fuzzer -x c - -o "$out/probe" 2>/dev/null; then
    echo "make fuzz needs clang with libFuzzer (Debian: apt-get install clang libclang-rt-dev)" >&2
    exit 2
fi
# MODE=asan of another compiler, with the fuzzer's counters, in a folder of its own
make CC=clang MODE=asan EXTRA=-fsanitize=fuzzer-no-link BUILD="$out" libraries || exit 1
make all || exit 1

for name in "${names[@]}"; do
    # shellcheck disable=SC2086
    clang $flags -fsanitize=fuzzer -o "$out/fuzz_$name" "tests/fuzz/fuzz_$name.c" $shared \
        $libraries || exit 1
    mkdir -p "$out/learnt/$name" "$out/found/$name" "$out/seeds/$name"
    if [ -d "tests/fuzz/seeds/$name" ]; then
        cp tests/fuzz/seeds/$name/* "$out/seeds/$name"
    fi
done
mkdir -p "$out/seeds/scenario" && cp scenarios/*.json "$out/seeds/scenario"

# A village of the tests' town, so that its states are a few KB.
mkdir -p "$out/run" "$out/seeds"/{chain,gateway,replay,wire}
# shellcheck disable=SC2086
clang $flags -o "$out/seeds_maker" tests/fuzz/seeds.c $libraries || exit 1
build/dgsim run tests/cli/town.json --quiet --set duration=1h --set nodes.n.count=8 \
    --set nodes.n.operators=4 --set users.u.count=3 --journal "$out/run" || exit 1
for journal in "$out"/run/*.journal; do
    "$out/seeds_maker" "$journal" "$out/seeds" || exit 1
done
# Sequences of calls to begin with; any bytes are one, and a thousand are enough for some hundred calls.
mkdir -p "$out/seeds/calls"
for seed in {1..16}; do
    awk -v seed="$seed" 'BEGIN { srand(seed); for (i = 0; i < 100 * seed; i++) printf "%c", 1 + rand() * 127 }' \
        >"$out/seeds/calls/$seed"
done

for name in "${names[@]}"; do
    echo "fuzzing $name for $seconds s"
    dictionary=() longest=20000
    [ "$name" = calls ] && longest=1600
    [ -f "tests/fuzz/$name.dict" ] && dictionary=(-dict="tests/fuzz/$name.dict")
    "$out/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -verbosity=0 -max_len="$longest" "${dictionary[@]}" \
        -artifact_prefix="$out/found/$name/" "$out/learnt/$name" "$out/seeds/$name" 2>&1 |
        sed '/^#.* Recommended dictionary/,/^#.* End of recommended/d' || status=1
done
exit $status
