#!/bin/bash
# Runs tests and adds up their cases.
#
# usage: tools/run_tests.sh TEST...     with BUILD, SRC, CC and DGSIM_MODE in the environment
#
# A test is a cmocka program, whose summary is counted case by case, or a script: its lines that start
# with "ok ", "not ok " and "skip " are its cases; without such lines the exit status decides
# (0 passed, 77 skipped, anything else failed). Prints one line a test, the log of those that failed,
# and at the end "N passed, N failed, N skipped". Exit status 1 if anything failed.
set -u
export LC_ALL=C

SRC=$(cd "${SRC:-.}" && pwd)
BUILD=$(mkdir -p "${BUILD:-build}" && cd "${BUILD:-build}" && pwd)
export SRC BUILD DGSIM="$BUILD/dgsim" CC="${CC:-gcc}" DGSIM_MODE="${DGSIM_MODE:-release}"
unset MAKEFLAGS MFLAGS MAKELEVEL # a test that calls make starts afresh
export CMOCKA_MESSAGE_OUTPUT=stdout
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TIME_LIMIT_S="${TIME_LIMIT_S:-900}" # a hung test fails instead of hanging the run
LOGS="$BUILD/tests/log"

# Sum of the number before " test(s)" in the summary lines of kind $1 of log $2.
cmocka_count() {
    sed -n "s/^\[ *$1 *\] .*\b\([0-9][0-9]*\) test(s).*/\1/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

# Prints "passed failed skipped" for log $1 and exit status $2.
count_cases() {
    local log=$1 status=$2 passed failed skipped
    if grep -q '^\[=*\] .*Running [0-9]* test' "$log"; then
        passed=$(cmocka_count PASSED "$log")
        failed=$(cmocka_count FAILED "$log")
        skipped=$(cmocka_count SKIPPED "$log")
    else
        passed=$(grep -c '^ok ' "$log")
        failed=$(grep -c '^not ok ' "$log")
        skipped=$(grep -c '^skip ' "$log")
        if [ $((passed + failed + skipped)) -eq 0 ]; then
            case $status in
            0) passed=1 ;;
            77) skipped=1 ;;
            esac
        fi
    fi
    # a crash, or a leak found at exit, after cases that passed
    if [ "$status" -ne 0 ] && [ "$status" -ne 77 ] && [ "$failed" -eq 0 ]; then
        failed=1
    fi
    echo "$passed $failed $skipped"
}

run_one() {
    local test=$1 name log status passed failed skipped
    name=${test#"$BUILD"/}
    name=${name#"$SRC"/}
    name=${name#tests/}
    log="$LOGS/${name//\//-}"
    case $test in
    *.sh) timeout "$TIME_LIMIT_S" bash "$test" >"$log.log" 2>&1 </dev/null ;;
    *) timeout "$TIME_LIMIT_S" "$test" >"$log.log" 2>&1 </dev/null ;;
    esac
    status=$?
    read -r passed failed skipped <<<"$(count_cases "$log.log" $status)"
    echo "$passed $failed $skipped" >"$log.count"
    if [ "$failed" -gt 0 ]; then
        # one write, so that tests running side by side do not mix their lines
        printf '%s\n' "FAIL  $name: $passed passed, $failed failed, $skipped skipped (status $status)
$(tail -n 60 "$log.log" | sed 's/^/      | /')"
    elif [ "$passed" -eq 0 ] && [ "$skipped" -gt 0 ]; then
        echo "skip  $name: $skipped skipped"
    else
        echo "ok    $name: $passed passed, $skipped skipped"
    fi
}

if [ "${1:-}" = --one ]; then
    run_one "$2"
    exit 0
fi

rm -rf "$LOGS"
mkdir -p "$LOGS"
tests=()
for test in "$@"; do
    tests+=("$(cd "$(dirname "$test")" && pwd)/$(basename "$test")")
done
if [ ${#tests[@]} -gt 0 ]; then
    printf '%s\0' "${tests[@]}" | xargs -0 -n 1 -P "${TEST_JOBS:-$(nproc)}" bash "$0" --one
fi

cat /dev/null "$LOGS"/*.count 2>/dev/null | awk '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }'
