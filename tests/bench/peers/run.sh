#!/bin/bash
# The work of `dgsim bench engine` on other simulators that Debian packages, in the same run, and the
# ratios. A peer that is not installed is left out with a line that names its package.
#
# usage: DGSIM=build/dgsim tests/bench/peers/run.sh
set -eu
export LC_ALL=C
here=$(dirname "$0")
work=build/bench-peers
dgsim=${DGSIM:-build/dgsim}
mkdir -p "$work"
status=0

missing() { # peer, packages
    echo "$1: not installed (apt-get install $2)"
}
broken() { # peer, log
    echo "$1: failed: $(tail -n 1 "$2")" >&2
    status=1
}

# Lines "name events seconds [mean]" of a peer, behind its name.
peer() { # name, command
    local name=$1
    shift
    if "$@" >"$work/out" 2>"$work/log"; then
        sed "s|^|$name |" "$work/out" >>"$work/rates"
    else
        broken "$name" "$work/log"
    fi
}

compile() { # program, package
    # shellcheck disable=SC2046
    ${CXX:-g++} -O2 -std=c++17 $(pkg-config --cflags "$2") -o "$work/$1" "$here/peer_$1.cpp" \
        $(pkg-config --libs "$2") >"$work/log" 2>&1 || { broken "$1" "$work/log"; return 1; }
}

: >"$work/rates"
"$dgsim" bench engine --json >"$work/dgsim.json"
# "name": {"engine": rate, ...
grep -oE '"[a-z0-9_]+": \{"engine": [0-9.e+]+' "$work/dgsim.json" | tr -d '":{' |
    awk '{ print "dgsim", $1, $3, 1 }' >>"$work/rates"

if /usr/bin/python3 -c 'import simpy' 2>/dev/null; then
    peer SimPy /usr/bin/python3 "$here/peer_simpy.py"
else
    missing SimPy python3-simpy3
fi
if pkg-config --exists ns3-core; then
    if compile ns3 ns3-core; then
        peer ns-3 "$work/ns3" ns3::MapScheduler
        peer ns-3-priority-queue "$work/ns3" ns3::PriorityQueueScheduler
    fi
else
    missing ns-3 "g++ libns3-dev"
fi
if pkg-config --exists simgrid; then
    if compile simgrid simgrid; then
        for load in mm1 hold_1000 hold_100000; do
            # small stacks without guard pages, or a hundred thousand actors do not fit
            peer SimGrid "$work/simgrid" $load --cfg=contexts/factory:raw \
                --cfg=contexts/stack-size:16 --cfg=contexts/guard-size:0
        done
    fi
else
    missing SimGrid "g++ libsimgrid-dev"
fi

awk '
    $2 == "mm1" && $5 != "" { mean[$1] = $5 }
    !($1 in seen) { seen[$1] = ++count; name[count] = $1 }
    { rate[$1, $2] = $3 / $4 }
    END {
        split("mm1 hold_1000 hold_100000", works, " ")
        printf "\nmillion events a second, and in brackets how many times faster dgsim is\n"
        printf "  %-20s", ""
        for (i = 1; i <= 3; i++)
            printf " %20s", works[i]
        printf "  mean in the M/M/1 (exact: 9)\n"
        for (p = 1; p <= count; p++) {
            printf "  %-20s", name[p]
            for (i = 1; i <= 3; i++) {
                own = rate["dgsim", works[i]]
                got = rate[name[p], works[i]]
                if (got > 0)
                    printf " %20s", sprintf("%.3f (%.1f)", got / 1e6, own / got)
                else
                    printf " %20s", "-"
            }
            printf "  %s\n", mean[name[p]]
        }
    }' "$work/rates"
exit $status
