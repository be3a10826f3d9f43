#!/bin/bash
# Goal: docs/parameters.md is what the program prints from its table, and shows every parameter and choice.
set -u
. "$SRC/tests/build/support.sh"
cd "$WORK" || exit 1

"$DGSIM" list parameters --markdown >printed
expect "the page prints" test $? -eq 0
expect "docs/parameters.md is what the program prints (make docs writes it)" \
    diff "$SRC/docs/parameters.md" printed
rows() { # lines of the page that begin so
    grep -c "^$1" printed
}
parameters=$("$DGSIM" list parameters | grep -cE '^[a-z_]+\.[a-z0-9_]+ ')
expect "a row for every parameter" test "$(rows '| `[a-z_]*\.[a-z0-9_]*` | .* | .* | .* | .* | .* |')" -eq "$parameters"
choices=$("$DGSIM" list policies | grep -c '^    [a-z]')
expect "a row for every choice" test "$(rows '| `[a-z_]*` | ')" -eq "$choices"
expect "every choice has a meaning" sh -c "! '$DGSIM' list policies | grep -E '^    [a-z_0-9]+( \*)? *$'"
expect "... every law too" sh -c "! '$DGSIM' list laws | grep -E '^    [a-z_0-9]+( \*)? *$'"

refused() { # arguments; leaves out and err
    "$DGSIM" "$@" >out 2>err
    test $? -eq 2 && test ! -s out && grep -qF -- "--markdown is for the topic parameters alone" err
}
expect "no page of another topic" refused list metrics --markdown
expect "no page of no topic" refused list --markdown
expect "a full device is told" sh -c "'$DGSIM' list parameters --markdown >/dev/full 2>/dev/null; test \$? -eq 3"
