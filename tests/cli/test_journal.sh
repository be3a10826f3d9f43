#!/bin/bash
# Goal: a program that links nothing but the core takes the journals of a simulated day and decides the same,
# byte for byte: checks, committees, verdicts, penalties, routes, receipts and every balance.
set -u
. "$SRC/tests/build/support.sh"
cd "$WORK" || exit 1
replay=$BUILD/examples/replay
scenario=$SRC/scenarios/quickstart.json
# The whole day; some hours of it where the program is slow.
day=(--set duration=24h)
[ "$DGSIM_MODE" = release ] || day=(--set duration=3h)

status_is() { # status, command
    local status=$1
    shift
    "$@" >out 2>err
    local got=$?
    [ $got -eq "$status" ] || { echo "# status $got: $(head -n 3 err)"; return 1; }
}
says() { grep -qF -- "$1" err; }
replays() { "$replay" <"$1.journal" >replayed 2>err; }
same_decisions() { cmp "$1.decisions" replayed; }
lines_of() { # kind, handle: at least one line of the kind
    grep -q "^$1 " "$2.decisions"
}
fingerprint() { sed -n 's/.*"fingerprint":[[:space:]]*"\([0-9a-f]*\)".*/\1/p' "$1"; }

expect "run --journal" status_is 0 "$DGSIM" run "$scenario" "${day[@]}" --json --journal day
fingerprint out >with
expect "... changes nothing" sh -c "'$DGSIM' run '$scenario' ${day[*]} --json 2>/dev/null | grep -qF \"\$(cat with)\""
for handle in chain gateway-0 gateway-1 gateway-2; do
    expect "the journal of $handle replays" replays "day/$handle"
    expect "... to the same decisions" same_decisions "day/$handle"
done
for kind in check reveal_phase verdict balance; do
    expect "the chain's decisions tell of: $kind" lines_of $kind day/chain
done
[ "$DGSIM_MODE" != release ] || for kind in slash jail; do
    expect "the chain's decisions tell of: $kind" lines_of $kind day/chain
done
for kind in route receipt report; do
    expect "a gateway's decisions tell of: $kind" lines_of $kind day/gateway-1
done

# Damage. In the middle lies one byte, and behind it most of the history.
middle=$(($(stat -c %s day/chain.journal) / 2))
cp day/chain.journal flipped.journal
byte=$(od -An -tu1 -j $middle -N 1 flipped.journal | tr -d ' ')
printf "\\x$(printf %x $((byte ^ 1)))" | dd of=flipped.journal bs=1 seek=$middle conv=notrunc 2>/dev/null
expect "a flipped bit is found" fails replays flipped
expect "... by name" says "bytes are damaged"
head -c $middle day/chain.journal >cut.journal
expect "a journal cut short is found" fails replays cut
expect "... by name" says "bytes are cut short"
: >empty.journal
expect "an empty one too" fails replays empty
head -c 1000 "$scenario" >foreign.journal
expect "a file that is no journal is refused" fails replays foreign
expect "... by name" says "another format or version"

# Usage.
expect "a folder that has journals is not written over" status_is 2 "$DGSIM" run "$scenario" --set duration=2h --journal day
expect "... says why" says "chain.journal: File exists"
expect "replications have no journals" status_is 2 "$DGSIM" run "$scenario" --replications 2 --journal other
expect "... and nothing is made" test ! -e other
expect "a folder that cannot be made" status_is 3 "$DGSIM" run "$scenario" --set duration=2h --journal /nonexistent/x
if [ -w /dev/full ]; then
    mkdir full && ln -s /dev/full full/chain.journal
    expect "a link is not followed" status_is 2 "$DGSIM" run "$scenario" --set duration=2h --journal full
fi
