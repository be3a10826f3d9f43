#!/bin/bash
# Goal: bad input is refused with status 2 and one line that says where and what, whatever it is, and
# leaves no file behind.
set -u
. "$SRC/tests/build/support.sh"
town=$SRC/tests/cli/town.json
cd "$WORK" || exit 1

# A case: what, what the message says (a regular expression), then the arguments after "run".
refused() {
    local what=$1 text=$2 status ok=true
    shift 2
    timeout 60 "$DGSIM" run "$@" --out results.db >out 2>err
    status=$?
    [ $status -eq 2 ] || { ok=false; echo "# status $status"; }
    grep -qE -- "$text" err || ok=false
    [ "$(grep -vc '^dgsim: warning: ' err)" -eq 1 ] || { ok=false; echo "# not one line"; }
    [ ! -s out ] || { ok=false; echo "# standard output is not empty"; }
    [ -z "$(find . -name 'results.db*')" ] || { ok=false; echo "# a results file was left"; rm -f results.db*; }
    $ok || head -c 600 err | sed 's/^/# /'
    expect "$what" $ok
}
# A scenario made of town.json by a line of sed.
changed() {
    sed -E "$1" "$town" >changed.json
    cmp -s changed.json "$town" && echo "# the change did nothing"
}
refused_change() { # what, change, message
    changed "$2"
    refused "$1" "$3" changed.json
}

refused "a file that is not there" 'missing\.json: No such file' missing.json
refused "a folder" '\.: ' .
refused_change "a misspelt key" 's/"warm_up"|"duration"/"duratoin"/' \
    'changed\.json:[0-9]+:[0-9]+: .*duratoin.*did you mean "duration"'
refused_change "an unknown key deep inside" 's/"price_spread"/"colour"/' 'changed\.json:[0-9]+:[0-9]+: nodes\.n: .*colour'
refused_change "a wrong unit" 's/"local_latency": "5ms"/"local_latency": "5kg"/' 'network\.local_latency.*"5kg"'
refused_change "a number where a text belongs" 's/"name": "town"/"name": 5/' 'name'
refused_change "a negative rate" 's/"60\/h"/"-60\/h"/' 'users\.u\.arrival\.rate.*"-60/h"'
refused_change "shares that do not add up" 's/"garbage": "15%"/"garbage": "5%"/' 'nodes\.n\.behaviours.*100'
refused_change "an empty population" 's/"u": \{"count": 100/"u": {"count": 0/' 'users\.u\.count'
refused_change "no users at all" '/^  "users"/,/^  \},$/c\  "users": {},' 'users'
refused_change "a model nobody serves" 's/"classes": \{"8b": "50%", "70b": "50%"\}, "stake"/"classes": {"8b": "100%"}, "stake"/' '70b'
refused_change "a behaviour that does not exist" 's/"garbage": "15%"/"garbge": "15%"/' 'did you mean "garbage"'
refused_change "a region that does not exist" 's/"a": \{"region": "east"\}/"a": {"region": "eats"}/' 'did you mean "east"'
refused_change "a key given twice" 's/"duration": "2h"/"duration": "2h", "duration": "3h"/' 'duration'
refused_change "a time beyond all bounds" 's/"duration": "2h"/"duration": "99999999999d"/' 'duration'
refused_change "not a number" 's/"jitter": 0.3/"jitter": NaN/' 'changed\.json:[0-9]+:[0-9]+: '
refused_change "a missing comma" 's/"duration": "2h",/"duration": "2h"/' 'changed\.json:[0-9]+:[0-9]+: '
refused_change "a parameter out of its bounds" 's/"rate": "20%"/"rate": "120%"/' 'protocol\.sampling\.rate.*120%'

refused "a setting of an unknown key" 'protocl.*did you mean' "$town" --set protocl.sampling.rate=5%
refused "a setting without a value" 'set' "$town" --set duration
refused "a setting of a wrong value" '--set duration=tomorrow.*duration' "$town" --set duration=tomorrow

echo '{"extends": "self.json", "name": "self"}' >self.json
refused "a scenario that extends itself" 'self\.json.*extends' self.json
echo '{"extends": "b.json"}' >a.json
echo '{"extends": "a.json"}' >b.json
refused "two that extend each other" 'extends' a.json
echo '{"extends": "gone.json"}' >orphan.json
refused "a base that is not there" 'gone\.json' orphan.json

size=$(wc -c <"$town")
for part in 1 7 50 90; do
    head -c $((size * part / 100)) "$town" >truncated.json
    refused "a file cut off at $part %" 'truncated\.json:[0-9]+:[0-9]+: ' truncated.json
done
: >empty.json
refused "an empty file" 'empty\.json' empty.json
echo '[]' >list.json
refused "a list" 'list\.json' list.json
head -c 4096 /dev/urandom >garbage.json
refused "binary garbage" 'garbage\.json' garbage.json
printf '{"name": "a\0b"}' >nul.json
refused "a null byte" 'nul\.json:1:' nul.json
head -c 100000000 /dev/zero >large.json
refused "100 MB of zeros" 'large\.json' large.json
{ printf '{"name": "'; head -c 100000000 /dev/zero | tr '\0' x; printf '"}'; } >large.json
refused "100 MB in one string" 'large\.json.*(large|8)' large.json
rm large.json
head -c 100000 /dev/zero | tr '\0' '[' >deep.json
refused "100,000 open brackets" 'deep\.json' deep.json

trace='users.u.arrival={"law": "trace", "file": "trace.csv"}'
refused_trace() { # what, message
    refused "$1" "$2" "$town" --set "$trace"
}
rm -f trace.csv
refused_trace "a trace that is not there" 'trace\.csv'
printf 't_s,input_tokens,output_tokens\n0,10,10\n1,ten,10\n' >trace.csv
refused_trace "a trace with a bad line" 'trace\.csv:3.*ten'
printf 't_s,input_tokens,output_tokens\n5,10,10\n1,10,10\n' >trace.csv
refused_trace "a trace that goes back in time" 'trace\.csv:3'
printf 't_s,input_tokens\n5,10\n' >trace.csv
refused_trace "a trace without a column" 'trace\.csv.*output_tokens'
printf 't_s,input_tokens,output_tokens\n' >trace.csv
refused_trace "a trace without rows" 'trace\.csv'
head -c 4096 /dev/urandom >trace.csv
refused_trace "a trace of binary garbage" 'trace\.csv'

# The path of the results is looked at before anything runs: a day of the town would take long.
refused_out() { # what, status, message, path
    local what=$1 want=$2 text=$3 path=$4 status
    timeout 20 "$DGSIM" run "$town" --set duration=3000h --out "$path" >out 2>err
    status=$?
    expect "$what" test $status -eq "$want"
    expect "... says why" grep -qE -- "$text" err
}
mkdir folder
echo "precious" >text.db
sqlite_header='SQLite format 3'
printf '%s\0%084d' "$sqlite_header" 0 >other.db
refused_out "results into a folder" 2 'folder: is not a regular file' folder
refused_out "results below a folder that is missing" 3 'gone/results\.db.*No such file' gone/results.db
refused_out "results below a file" 3 'Not a directory' text.db/results.db
refused_out "results where nothing may be made" 3 '/proc/results\.db' /proc/results.db
refused_out "results into a device" 2 'is not a regular file' /dev/null
refused_out "results into a text file" 2 'text\.db: is not a dgsim results file' text.db
refused_out "results into another database" 2 'database of another program' other.db
refused_out "results without a name" 2 'name of a results file is empty' ''
expect "the text file is as it was" grep -qx precious text.db
expect "nothing else was made" test -z "$(find . -name '*.part-*' -o -name '*-wal' -o -name '*-journal')"
