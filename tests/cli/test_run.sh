#!/bin/bash
# Goal: dgsim run from the file to results: numbers that agree everywhere, one run for one seed, and
# nothing half done when it is interrupted or the disk is full.
set -u
. "$SRC/tests/build/support.sh"
town=$SRC/tests/cli/town.json
cd "$WORK" || exit 1

status_is() { # status, command
    local status=$1
    shift
    "$@" >out 2>err
    local got=$?
    [ $got -eq "$status" ] || { echo "# status $got: $(head -n 3 err)"; return 1; }
}
says() { grep -qF -- "$1" err; }
prints() { grep -qF -- "$1" out; }
number() { # of a key in the JSON object in the file $2
    sed -n "s/.*\"$1\":[[:space:]]*\"\{0,1\}\([0-9a-f.]*\).*/\1/p" "$2" | head -n 1
}
one_file() { # $1 and nothing beside it
    [ -f "$1" ] && [ -z "$(find . -name "$(basename "$1")-*" -o -name "$(basename "$1").part-*")" ]
}
no_file() { [ -z "$(find . -name "$(basename "$1")*")" ]; }
runs_in() { # how many runs the results file $1 has, counted by drawing them
    local count=0
    while "$DGSIM" figure "$1" --run $((count + 1)) --out /nonexistent/x.svg 2>&1 | grep -q 'cannot be written'; do
        count=$((count + 1))
    done
    echo $count
}
has_runs() { [ "$(runs_in "$1")" -eq "$2" ]; }

# ---- one run

expect "run" status_is 0 "$DGSIM" run "$town" --out results.db
expect "... prints no message" test ! -s err
for title in Traffic Latency Checks "Detection by behaviour" Penalties "Profit per node by behaviour" "Ledger at the end"; do
    expect "... and a section: $title" prints "$title"
done
expect "... the identity of the ledger" prints "identity: holds to the micro-token"
expect "... where it was stored" prints "stored as run 1 of results.db"
expect "one file is left" one_file results.db
expect "... in rollback mode" test "$(head -c 20 results.db | tail -c 2 | od -An -tu1 | tr -d ' ')" = 11

"$DGSIM" run "$town" --json --quiet >a.json 2>err
expect "--json" test $? -eq 0
expect "... tells nothing else" test ! -s err
for key in scenario seed replications fingerprint virtual_seconds wall_seconds events metrics latency_p99 ci95; do
    expect "... has $key" grep -q "\"$key\"" a.json
done
"$DGSIM" run "$town" --json >b.json 2>/dev/null
expect "the same seed gives the same fingerprint" test "$(number fingerprint a.json)" = "$(number fingerprint b.json)"
expect "... which the table shows too" prints "$(number fingerprint a.json)"
"$DGSIM" run "$town" --json --seed 2 >b.json 2>/dev/null
expect "another seed another one" test "$(number fingerprint a.json)" != "$(number fingerprint b.json)"
"$DGSIM" run "$town" --json --set protocol.sampling.rate=21% >b.json 2>/dev/null
expect "another setting another one" test "$(number fingerprint a.json)" != "$(number fingerprint b.json)"
expect "--quiet" status_is 0 "$DGSIM" run "$town" --quiet
expect "... prints nothing" test ! -s out -a ! -s err

# ---- replications

"$DGSIM" run "$town" --replications 3 --jobs 1 --json --out many.db >one.json
"$DGSIM" run "$town" --replications 3 --jobs 3 --json --out many.db >three.json
fingerprints() { grep '"fingerprint"' "$1"; }
expect "three replications, three fingerprints" test "$(fingerprints one.json | grep -oE '[0-9a-f]{16}' | sort -u | wc -l)" -eq 3
expect "side by side they are the same" test "$(fingerprints one.json)" = "$(fingerprints three.json)"
expect "... with intervals" grep -qE '"ci95":[[:space:]]*[0-9]' one.json
expect "the first is the single run" test "$(fingerprints one.json | grep -oE '[0-9a-f]{16}' | head -n 1)" = "$(number fingerprint a.json)"
expect "all of them are in one file" has_runs many.db 6

# ---- requests

"$DGSIM" run "$town" --set record_requests=true --set duration=20min --replications 2 --out requests.db >out 2>err
expect "recording requests" test $? -eq 0
expect "one file is left of it" one_file requests.db
"$DGSIM" run "$town" --set record_requests=true --json >b.json 2>/dev/null
expect "recording changes no event" test "$(number fingerprint a.json)" = "$(number fingerprint b.json)"

# ---- figures

if command -v gnuplot >/dev/null; then
    expect "figure" status_is 0 "$DGSIM" figure results.db
    expect "... beside the results" grep -q '</svg>' results.svg
    expect "... says where" prints results.svg
    expect "figure --out" status_is 0 "$DGSIM" figure results.db --out x.png --run 1
    expect "... a PNG" test "$(head -c 4 x.png | tail -c 3)" = PNG
else
    echo "skip figures: gnuplot is not installed"
fi
expect "a figure without gnuplot" status_is 3 env PATH=/nonexistent "$DGSIM" figure results.db --out y.svg
expect "... says what is missing" says "gnuplot is not installed"
expect "... and makes no file" no_file y.svg
expect "a figure of a text file" status_is 2 "$DGSIM" figure "$town" --out y.svg
expect "a figure of a run that is not there" status_is 2 "$DGSIM" figure results.db --run 77 --out y.svg
expect "a figure of an unknown kind" status_is 2 "$DGSIM" figure results.db --out y.bmp

# ---- interruption

interrupt() { # signal, arguments: the run is ended after some of it
    local signal=$1 process
    shift
    # a background job of a script ignores SIGINT unless it is told not to
    env --default-signal=INT "$DGSIM" run "$town" "$@" >out 2>err &
    process=$!
    sleep 1
    kill -"$signal" $process
    wait $process
}
for signal in INT TERM; do
    interrupt $signal --set duration=20000h --out broken.db
    expect "SIG$signal: status 130" test $? -eq 130
    expect "... says so" says "interrupted; 0 of 1 runs finished"
    expect "... no file" no_file broken.db
done
interrupt INT --replications 1000000 --jobs 2 --set duration=10min --out some.db
expect "interrupted among replications: status 130" test $? -eq 130
expect "... the finished ones are summed up" prints "Ledger at the end"
finished=$(sed -n 's/.*interrupted; \([0-9]*\) of.*/\1/p' err)
expect "... and stored: ${finished:-none}" prints "stored as runs 1 to ${finished:-none} of some.db"
expect "... in one file" one_file some.db

# ---- readers that go away, full disks

set -o pipefail
"$DGSIM" run "$town" --replications 20 --set duration=20min --json --out pipe.db 2>err | true
status=$?
set +o pipefail
expect "a pipe that nobody reads: a failed write, no crash" test $status -eq 3
expect "... says why" says "standard output: Broken pipe"
expect "... the results are there" has_runs pipe.db 20

limited() { # bytes of a file at most; a shell counts in KiB
    (ulimit -f $(($1 / 1024)) && shift && "$@")
}
expect "a full disk: status 3" status_is 3 limited 200000 "$DGSIM" run "$town" --set record_requests=true --out full.db
expect "... names the file" says "full.db"
expect "... and leaves none" no_file full.db
cp many.db before.db
expect "a full disk while adding: status 3" status_is 3 \
    limited "$(wc -c <many.db)" "$DGSIM" run "$town" --set record_requests=true --out many.db
expect "... the file holds what it held" has_runs many.db 6
expect "... and is alone" one_file many.db

mkdir disk
if mount -t tmpfs -o size=600k tmpfs disk 2>/dev/null; then
    expect "a real full disk: status 3" status_is 3 "$DGSIM" run "$town" --set record_requests=true --out disk/full.db
    expect "... leaves nothing" test -z "$(ls disk)"
    "$DGSIM" run "$town" --quiet --out disk/filling.db
    added=0
    while "$DGSIM" run "$town" --quiet --seed $added --out disk/filling.db 2>err; do added=$((added + 1)); done
    expect "added runs until the disk was full: $added" says "filling.db"
    expect "... and all of them are there" has_runs disk/filling.db $((added + 1))
    expect "... in one file" test "$(ls disk)" = filling.db
    umount disk
else
    echo "skip a real full disk: this user cannot mount one"
fi
