#!/bin/bash
# Line coverage by folder and by file, from a build with MODE=coverage whose tests have run.
#
# usage: tools/coverage.sh BUILD
set -eu
build=$1
for layer in core/src sim models analysis cli; do
    find "$build/obj/$layer" -name '*.gcda' -print0 2>/dev/null | xargs -0 -r gcov -n 2>/dev/null
done | awk -F"'" '
    /^File/ { file = $2 }
    /^Lines executed:/ && file !~ /^\// && file != "" {
        split($0, part, /[:% ]+/)
        # a header is reported once for each source that includes it; the fullest counts
        if (part[3] * part[5] / 100 >= covered[file]) {
            lines[file] = part[5]
            covered[file] = part[3] * part[5] / 100
        }
        file = ""
    }
    END {
        for (file in lines) {
            folder = file
            sub(/\/[^\/]*$/, "", folder)
            folder_lines[folder] += lines[file]
            folder_covered[folder] += covered[file]
            printf "%6.1f %%  of %5d  %s\n", 100 * covered[file] / lines[file], lines[file], file
        }
        for (folder in folder_lines)
            printf "%6.1f %%  of %5d  %s/\n",
                100 * folder_covered[folder] / folder_lines[folder], folder_lines[folder], folder
    }' | sort -k 5
