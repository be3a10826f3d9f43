# Shared by the tests of the build; sourced. Needs BUILD and SRC; gives WORK, a folder of the test's own.
export LC_ALL=C
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# expect WHAT COMMAND...: a case that passes when the command succeeds.
expect() {
    local what=$1
    shift
    if "$@"; then
        echo "ok - $what"
    else
        echo "not ok - $what"
    fi
}

fails() {
    ! "$@"
}
