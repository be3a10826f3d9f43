#!/bin/bash
# Goal: the layer rules hold for this tree, and lint fails, naming the place, once one is broken.
set -u
. "$SRC/tests/build/support.sh"

copy_tree() {
    rm -rf "$WORK/tree" "$WORK/libs"
    mkdir -p "$WORK/tree" "$WORK/libs"
    (cd "$SRC" && cp -r core sim models analysis cli "$WORK/tree")
    cp "$BUILD"/lib*.a "$WORK/libs"
}

lint() {
    bash "$SRC/tools/lint.sh" "$WORK/tree" "$WORK/libs" >"$WORK/log" 2>&1
}

# lint_names TEXT: lint fails and its report holds TEXT.
lint_names() {
    ! lint && grep -qF -- "$1" "$WORK/log" && return
    cat "$WORK/log"
    return 1
}

# wrong_include FOLDER INCLUDE: a file that includes so is reported with file and line.
wrong_include() {
    copy_tree
    printf '/* why */\n#include %s\n' "$2" >"$WORK/tree/$1/wrong.c"
    expect "$1 must not include $2" lint_names "$1/wrong.c:2:"
}

# wrong_symbol ARCHIVE CODE SYMBOL: a member with that code is reported with the symbol.
wrong_symbol() {
    copy_tree
    printf '%s\n' "$2" >"$WORK/wrong.c"
    ${CC:-gcc} -O1 -c -o "$WORK/wrong.o" "$WORK/wrong.c" && ar rs "$WORK/libs/$1" "$WORK/wrong.o" 2>/dev/null
    expect "$1 must not hold: $3" lint_names "$3"
}

copy_tree
expect "this tree keeps the rules" lint
[ -s "$WORK/log" ] && sed 's/^/# /' "$WORK/log"

wrong_include core/src '"sim/engine.h"'
wrong_include core/src '"../../sim/engine.h"'
wrong_include core/include/dg '"params_private.h"'
wrong_include core/src '<time.h>'
wrong_include core/src '<math.h>'
wrong_include core/src '<gsl/gsl_rng.h>'
wrong_include core/examples '"sim/engine.h"'
wrong_include core/examples '"fixed.h"'
wrong_include core/examples '<unistd.h>'
wrong_include sim '"dg/chain.h"'
wrong_include sim '"models/world.h"'
wrong_include models '"analysis/provenance.h"'
wrong_include models '"core/src/chain.h"'
wrong_include analysis '"cli/options.h"'

copy_tree
printf '/* why */\nint dg_bad(void) __attribute__((pure));\n' >"$WORK/tree/core/include/dg/bad.h"
expect "a public header must not use an extension" lint_names "dg/bad.h:2:"

copy_tree
printf '/* a double in a comment */\nint dg_half(int a);\nint dg_half(int a) { return (int)((double)a / 2); }\n' \
    >"$WORK/tree/core/src/half.c"
expect "core must not use floating point" lint_names "core/src/half.c:3:"

wrong_symbol libdgcore.a '#include <time.h>
long now(void); long now(void) { return (long)time(0); }' 'time'
wrong_symbol libdgcore.a '#include <stdio.h>
FILE *reads(const char *path); FILE *reads(const char *path) { return fopen(path, "r"); }' 'fopen'
wrong_symbol libdgcore.a '#include <stdlib.h>
char *asks(void); char *asks(void) { return getenv("HOME"); }' 'getenv'
wrong_symbol libdgcore.a '#include <math.h>
double wave(double x); double wave(double x) { return sin(x); }' 'sin'
wrong_symbol libdgcore.a 'void randombytes_buf(void *, unsigned long);
void draws(void *to); void draws(void *to) { randombytes_buf(to, 8); }' 'randombytes_buf'
wrong_symbol libdgcore.a 'int sodium_init(void);
int starts(void); int starts(void) { return sodium_init(); }' 'sodium_init'
wrong_symbol libsim.a 'void dg_params_default(void *);
void steps(void *p); void steps(void *p) { dg_params_default(p); }' 'dg_params_default'
wrong_symbol libsim.a '#include <time.h>
long now(void); long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec; }' 'clock_gettime'
wrong_symbol libmodels.a '#include <stdlib.h>
int draws(void); int draws(void) { return rand(); }' 'rand'
wrong_symbol libanalysis.a 'int kept_between_runs;
int keeps(void); int keeps(void) { return ++kept_between_runs; }' 'kept_between_runs'
wrong_symbol libmodels.a '#include <stdlib.h>
void leaves(void); void leaves(void) { exit(3); }' 'exit'
wrong_symbol libanalysis.a '#include <stdio.h>
void says(void); void says(void) { puts("hello"); }' 'puts'
wrong_symbol libsim.a 'int counter_of_calls;
int counts(void); int counts(void) { return ++counter_of_calls; }' 'counter_of_calls'
