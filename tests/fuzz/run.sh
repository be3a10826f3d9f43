#!/bin/bash
# Fuzzes the readers of scenarios and traces with libFuzzer under ASan and UBSan.
#
# usage: tests/fuzz/run.sh [SECONDS]     for each of the programs (60)
#
# What was found stays in build/fuzz/found, what was learnt in build/fuzz/learnt; the seeds are those in
# tests/fuzz/seeds and the project's own scenarios. Exit status 1 if an input was found that breaks.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1

seconds=${1:-60}
out=build/fuzz
flags="-std=c17 -D_GNU_SOURCE -O1 -g -I. -Icore/include -fsanitize=fuzzer,address,undefined"
flags+=" -fno-sanitize-recover=all"
status=0

mkdir -p "$out"
if ! echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n ? 0 : 0; }' |
    clang -fsanitize=fuzzer -x c - -o "$out/probe" 2>/dev/null; then
    echo "make fuzz needs clang with libFuzzer (Debian: apt-get install clang libclang-rt-dev)" >&2
    exit 2
fi
# MODE=asan of another compiler, with the fuzzer's counters, in a folder of its own
make CC=clang MODE=asan EXTRA=-fsanitize=fuzzer-no-link BUILD="$out" libraries || exit 1

for name in scenario trace; do
    # shellcheck disable=SC2086
    clang $flags -o "$out/fuzz_$name" "tests/fuzz/fuzz_$name.c" tests/fuzz/fuzz_input.c \
        "$out/libmodels.a" "$out/libsim.a" "$out/libdgcore.a" \
        $(pkg-config --libs gsl libcjson libsodium) -lm || exit 1
    mkdir -p "$out/learnt/$name" "$out/found/$name" "$out/seeds/$name"
    cp tests/fuzz/seeds/$name/* "$out/seeds/$name"
done
cp scenarios/*.json "$out/seeds/scenario" 2>/dev/null

for name in scenario trace; do
    echo "fuzzing $name for $seconds s"
    "$out/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -verbosity=0 -max_len=20000 -dict="tests/fuzz/$name.dict" \
        -artifact_prefix="$out/found/$name/" "$out/learnt/$name" "$out/seeds/$name" 2>&1 |
        sed '/^#.* Recommended dictionary/,/^#.* End of recommended/d' || status=1
done
exit $status
