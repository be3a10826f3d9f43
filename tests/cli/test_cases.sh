#!/bin/bash
# Goal: dgsim cases runs what it is told, says which claims hold, and ends with the status that says so; and the
# cases that come with the program hold.
set -u
. "$SRC/tests/build/support.sh"
cd "$WORK" || exit 1

status_is() { # status, command
    local status=$1
    shift
    "$@" >out 2>err
    local got=$?
    [ $got -eq "$status" ] || { echo "# status $got: $(head -n 3 err)$(grep -E 'REFUTED|open ' out)"; return 1; }
}
says() { grep -qF -- "$1" err; }
prints() { grep -qF -- "$1" out; }

rate=120/h
write_case() { # claims
    cat >case.json <<END
{"extends": "$SRC/tests/cli/town.json", "duration": "30min",
 "case": {"title": "a small town", "variants": {"plain": {}, "busy": {"users.u.arrival.rate": "$rate"}},
          "claims": [$1]}}
END
}
write_case '"busy / requests_sent > plain / requests_sent", "requests_sent > 10"'
expect "claims that hold" status_is 0 "$DGSIM" cases case.json --replications 3
expect "... are named" prints "holds    busy / requests_sent > plain / requests_sent"
expect "... and counted" prints "2 claims hold, 0 refuted, 0 open"
cp out first
status_is 0 "$DGSIM" cases case.json --replications 3 --jobs 1
expect "the number of jobs changes nothing" cmp first out
expect "the same case as a scenario" status_is 0 "$DGSIM" run case.json --quiet

write_case '"busy / requests_sent < plain / requests_sent"'
expect "a claim that is refuted" status_is 1 "$DGSIM" cases case.json --replications 3
expect "... is named" prints "REFUTED"
write_case '"plain / requests_sent < plain / requests_sent"'
expect "a claim that stays open" status_is 1 "$DGSIM" cases case.json --replications 3
expect "... is named" prints "0 claims hold, 0 refuted, 1 open"

write_case '"requests_sennt > 10"'
expect "a metric that is not there" status_is 2 "$DGSIM" cases case.json --replications 2
expect "... is named" says "has a metric requests_sennt"
rate=often
write_case '"requests_sent > 10"'
rate=120/h
expect "a variant whose setting is wrong" status_is 2 "$DGSIM" cases case.json --replications 2
expect "... is named" says 'variant "busy"'
expect "an unknown case" status_is 2 "$DGSIM" cases no_such_case
expect "one replication is too few" status_is 2 "$DGSIM" cases --replications 1

write_case '"requests_sent > 10"'
echo '{"protocol": {"sampling": {"rate": "50%"}}}' >other.json
expect "another set of parameters" status_is 0 "$DGSIM" cases case.json --replications 2 --against other.json
expect "... stands beside" prints "plain, other.json"
echo '{"duration": "1h"}' >other.json
expect "of parameters alone" status_is 2 "$DGSIM" cases case.json --against other.json
expect "... says so" says 'allowed is "protocol" alone'

# The library, where the program is fast.
if [ "$DGSIM_MODE" = release ]; then
    for file in "$SRC"/scenarios/cases/[!_]*.json; do
        name=$(basename "$file" .json)
        expect "the case $name holds" status_is 0 "$DGSIM" cases "$file"
    done
fi
