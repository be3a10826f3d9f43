#!/bin/bash
# Goal: every command tells how it is used, refuses what it does not know, and puts results and messages
# where they belong.
set -u
. "$SRC/tests/build/support.sh"
town=$SRC/tests/cli/town.json
cd "$WORK" || exit 1

status_is() { # status, arguments; leaves out and err
    local status=$1
    shift
    "$DGSIM" "$@" >out 2>err
    local got=$?
    [ $got -eq "$status" ] || { echo "# dgsim $*: status $got: $(head -n 2 err)"; return 1; }
}
says() { # text on standard error
    grep -qF -- "$1" err || { echo "# $(head -n 2 err)"; return 1; }
}
prints() { # text on standard output
    grep -qF -- "$1" out
}
quiet_err() { test ! -s err; }
quiet_out() { test ! -s out; }
refused() { # what it says, arguments
    local text=$1
    shift
    status_is 2 "$@" && says "$text" && quiet_out
}

expect "--help" status_is 0 --help
expect "... on standard output alone" quiet_err
for command in run validate schema list figure bench; do
    expect "the help names $command" prints "  $command "
    "$DGSIM" $command --help >help 2>err
    expect "$command --help" grep -q "^usage: dgsim $command" help
    expect "help $command is the same" sh -c "'$DGSIM' help $command | cmp -s - help"
done
expect "--version" status_is 0 --version
expect "... tells the version of program and core" grep -qE '^dgsim [0-9]+\.[0-9]+\.[0-9]+ \(core [0-9]+\.[0-9]+\)$' out
expect "... and the compiler" prints "built by "
expect "no command" refused "usage: dgsim COMMAND"
expect "an unknown command" refused 'unknown command "rnu"; did you mean "run"?' rnu
expect "an unknown command, nothing near" refused 'unknown command "frobnicate"' frobnicate
expect "an unknown option in its place" refused 'unknown option "--frob"' --frob
expect "an unknown option of a command" refused 'did you mean --seed?' run --sede 3 x.json
expect "a missing operand" refused 'SCENARIO is missing' run
expect "one operand too many" refused 'unexpected argument "b"' run a b
expect "a seed that is none" refused '--seed "-3"' run --seed -3 x.json
expect "no replications" refused '--replications "0"' run --replications 0 x.json
expect "a setting without an argument" refused '--set needs an argument' run x.json --set

expect "list" status_is 0 list
for word in routing.policy weighted_score garbage latency_p99 fees.latency_mode; do
    expect "list names $word" prints $word
done
for topic in policies behaviours metrics parameters keys laws places; do
    expect "list $topic" status_is 0 list $topic
    expect "... with something to tell" test "$(wc -l <out)" -gt 4
done
expect "an unknown topic" refused 'did you mean "metrics"?' list metric
"$DGSIM" list metrics >out
expect "every metric has a help" sh -c "awk 'NR > 3 && NF < 3' out | grep -q . && exit 1 || exit 0"

expect "schema" status_is 0 schema
expect "... is JSON of the 2020-12 draft" prints "https://json-schema.org/draft/2020-12/schema"
expect "validate" status_is 0 validate "$town"
expect "... says so" prints 'valid: "town", 40 nodes, 100 users, 2 h'
expect "validate --show" status_is 0 validate "$town" --show --set protocol.sampling.rate=25%
expect "... with settings and their origin" grep -q 'protocol.sampling.rate.*25%.*--set' out
expect "... with the file and line of others" grep -q 'town.json:[0-9]' out
expect "... says how often a check of an honest node fails, and how long until it is convicted" \
    grep -qE '^70b +[0-9.]+ % \+- [0-9.]+ % +[0-9,]+ \([0-9,]+ to [0-9,]+\) +[0-9.]+ +[0-9,.]+$' out
expect "... the same again" sh -c "mv out before && '$DGSIM' validate '$town' --show --set protocol.sampling.rate=25% >out && cmp out before"
expect "... of answers too good to fail" status_is 0 validate "$town" --show --set classes.8b.quality=50
expect "... no more than a bound" grep -qE '^8b +below 0\.[0-9]+ % +more than .* more than ' out
expect "... of users in a closed loop" status_is 0 validate "$town" --show --set 'users.u.arrival={"law": "closed", "think": "1min"}'
expect "... no more than a bound either" grep -qE '^8b .* at least [0-9,.]+$' out
expect "... and why" prints "Users in a closed loop wait for their answers"
expect "... of a test with too many states" status_is 0 validate "$town" --show \
    --set protocol.quality.threshold_failures=20 --set protocol.quality.threshold_window=64
expect "... that they are simulated" prints "the checks to a verdict are simulated"
expect "... without checks" status_is 0 validate "$town" --show --set protocol.sampling.rate=0
expect "... that there are none" prints "None: no answer is checked."
expect "... without a quorum" status_is 0 validate "$town" --show --set nodes.n.verifier_share=2.5%
expect "... that no check is decided" prints "None: too few verifiers (1) for committee.quorum"
expect "validate warns of keys without effect" status_is 0 validate "$town" --set network.bytes_per_token=5
expect "... on standard error" says "network.bytes_per_token"
expect "an unknown bench" refused 'did you mean "model"?' bench modle

for device in "schema" "list" "--help" "validate $town --show" "run $town --set duration=1min"; do
    # shellcheck disable=SC2086
    "$DGSIM" $device >/dev/full 2>err
    expect "$device into a full device: status 3" test $? -eq 3
    expect "... says why" says "standard output: No space left on device"
done

expect "bench model" status_is 0 bench model --scenario "$town" --json
for key in events_per_second requests_per_second peak_memory request_cost_ratio bytes_per_idle_user bytes_per_node; do
    expect "... measures $key" grep -qE "\"$key\": \{\"value\": [0-9.e+]+," out
done
expect "... in one object" grep -qE '^\{"model": \{.*\}$' out
expect "bench of a scenario that is not there" refused 'missing.json' bench model --scenario missing.json
