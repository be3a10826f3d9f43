#!/bin/bash
# Goal: the benches run to their end, and tell each figure under its name. How large a figure is depends on
# the machine and is nobody's failure here; that engine and bare reference did the same work is one.
set -u
. "$SRC/tests/build/support.sh"

measures() { # a name, in out
    grep -qE "\"$1\": \{\"[a-z]+\": [0-9.e+-]+" "$WORK/out"
}

"$DGSIM" bench core --json >"$WORK/out"
expect "bench core" test $? -eq 0
for name in route_random_1000 route_power_of_d_1000 route_weighted_score_10000 submit_answer_10000 \
    route_stake_weighted_10000 route_thompson_10000 route_weighted_score_of_64_10000 \
    sampling_verify answer_commitment receipts_root draw_risk draw_budget epoch_per_node_10000; do
    expect "... measures $name" measures "$name"
done

if [ "$DGSIM_MODE" != release ]; then
    echo "skip bench engine: too long without optimisation"
    exit
fi
"$DGSIM" bench engine --json >"$WORK/out"
expect "bench engine" test $? -eq 0
for name in mm1 hold_1000 hold_100000 hold_1000000; do
    expect "... measures $name" measures "$name"
done
