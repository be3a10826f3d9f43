#!/bin/bash
# Goal: the Makefile rebuilds what changed and nothing else, keeps variants apart, counts tests, and says
# what is wrong; shown on a tree of a few small files.
set -u
. "$SRC/tests/build/support.sh"

tree=$WORK/tree
mkdir -p "$tree"/{core/src,core/include/dg,sim,models,analysis,cli,tests/core,tests/cli,scenarios}
cp -r "$SRC/Makefile" "$SRC/tools" "$tree"
cp "$SRC/core/libdgcore.map" "$tree/core"
cd "$tree" || exit 1

printf '#define DG_VERSION_MAJOR 3\n#define DG_VERSION_MINOR 7\n' >core/include/dg/types.h
printf 'int dg_one(void);\n#define DG_ONE_VALUE 1\n' >core/include/dg/one.h
printf '#include "dg/one.h"\nint dg_one(void)\n{\n    return DG_ONE_VALUE;\n}\n' >core/src/one.c
printf '#include "dg/one.h"\nint main(void)\n{\n    return dg_one();\n}\n' >cli/main.c
cat >tests/core/test_one.c <<'CODE'
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "dg/one.h"
static void passes(void **state)
{
    (void)state;
    assert_int_equal(dg_one(), 1);
}
static void is_skipped(void **state)
{
    (void)state;
    skip();
}
int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(passes), cmocka_unit_test(is_skipped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
CODE
echo 'echo "ok - a"; echo "ok - b"' >tests/cli/test_lines.sh
echo 'exit 77' >tests/cli/test_absent.sh

quiet_make() {
    make "$@" >"$WORK/log" 2>&1
}
builds_nothing() { # no command but those that look at flags and members
    ! make "$@" 2>&1 | grep -qE '^ *(compile|archive|link) '
}
make_says() { # text, then make's arguments; make fails or not
    local text=$1
    shift
    make "$@" 2>&1 | grep -qF -- "$text"
}
runs_with_status() {
    local status=$1
    shift
    "$@"
    test $? -eq "$status"
}

expect "builds with two jobs" quiet_make -j2 tests
expect "the program runs" runs_with_status 1 build/dgsim
expect "a second make does nothing" builds_nothing tests
expect "the shared library carries the version of the header" test -f build/libdgcore.so.3.7
expect "... and links that lead to it" test "$(readlink -f build/libdgcore.so)" -ef build/libdgcore.so.3.7
expect "counts cases of programs and scripts" make_says "3 passed, 0 failed, 2 skipped" test

sed -i 's/VALUE 1/VALUE 2/' core/include/dg/one.h
expect "a changed header rebuilds what includes it" quiet_make all
expect "... and the program with it" runs_with_status 2 build/dgsim
expect "a failed case shows in the closing line" make_says "2 passed, 1 failed, 2 skipped" test
expect "... and in the exit status" fails quiet_make test

expect "other flags rebuild" fails builds_nothing all EXTRA=-DEXTRA_MACRO
expect "another PREFIX rebuilds the program" fails builds_nothing all EXTRA=-DEXTRA_MACRO PREFIX=/opt
expect "a mode builds beside the release" quiet_make MODE=debug all
expect "... in a folder of its own" test -x build/debug/dgsim
expect "sanitizers have the archive alone" quiet_make MODE=asan core
expect "... no shared library" fails test -e build/asan/libdgcore.so
expect "a compiler and level likewise" quiet_make CC=clang OPT=-O1 core
expect "... in a folder of their own" test -f build/clang-O1/libdgcore.a -a -f build/clang-O1/libdgcore.so
expect "an unknown mode is refused" fails quiet_make MODE=fast all

printf 'int dg_two(void);\nint dg_two(void)\n{\n    return 2;\n}\n' >core/src/two.c
quiet_make core
rm core/src/two.c
quiet_make core
expect "a deleted source leaves the library" fails grep -q two.o <(ar t build/libdgcore.a)

echo 'int dg_bad(int);int dg_bad(int a) { int b; return a; }' >core/src/bad.c
expect "a warning stops the build" fails quiet_make core
expect "... unless WERROR is empty" quiet_make core WERROR=
rm core/src/bad.c

printf '#include "sim/engine.h"\n' >core/src/up.c
printf '#define ENGINE 1\n' >sim/engine.h
expect "core cannot even see what lies above it" fails quiet_make core
rm core/src/up.c

# A machine of another system, with none of the libraries.
mkdir "$WORK/bin"
for tool in sh env id; do ln -s "$(command -v $tool)" "$WORK/bin/$tool"; done
printf 'ID=fedora\n' >"$WORK/os-release"
expect "make deps does nothing where all is there" tools/deps.sh
expect "elsewhere than on Debian it exits 2" runs_with_status 2 \
    env PATH="$WORK/bin" OS_RELEASE="$WORK/os-release" tools/deps.sh 2>"$WORK/log"
expect "... and names the packages" grep -q 'libgsl-dev.*libcjson-dev.*libcmocka-dev' "$WORK/log"
expect "make help names the targets" make_says "make check" help
expect "make clean" quiet_make clean
expect "... removes the build folder" fails test -e build
