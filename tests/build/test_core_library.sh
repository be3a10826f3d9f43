#!/bin/bash
# Goal: another project can use the core as it is: every public header compiles alone, in C and in C++,
# without extensions, and the shared library offers what they declare and nothing else.
set -u
. "$SRC/tests/build/support.sh"
cd "$SRC" || exit 1

compiles() { # header, compiler and its flags
    local header=$1
    shift
    "$@" -Wall -Wextra -pedantic-errors -Werror -fsyntax-only -Icore/include "$header"
}
declared() { # functions that the public headers declare
    for header in core/include/dg/*.h; do
        echo "#include \"dg/$(basename "$header")\""
    done | ${CC:-gcc} -E -P -Icore/include - | grep -oE '\bdg_[a-z0-9_]+ *\(' | tr -d '( ' | sort -u
}

for header in core/include/dg/*.h; do
    name=dg/$(basename "$header")
    for compiler in gcc clang; do
        expect "$name compiles alone with $compiler" compiles "$header" $compiler -std=c17 -x c
    done
    for compiler in g++ clang++; do
        command -v $compiler >/dev/null || { echo "skip - $name with $compiler, which is not here"; continue; }
        expect "$name compiles alone with $compiler" compiles "$header" $compiler -std=c++17 -x c++
    done
done

declared >"$WORK/declared"
expect "the headers declare functions" test "$(wc -l <"$WORK/declared")" -gt 50
nm -D --defined-only "$BUILD/libdgcore.so" | awk '{ print $3 }' | sort >"$WORK/exported"
expect "the shared library exports what they declare" diff "$WORK/declared" "$WORK/exported"

# The address of every function, asked for in C++: without extern "C" none would be found.
program() {
    for header in core/include/dg/*.h; do
        echo "#include \"dg/$(basename "$header")\""
    done
    echo 'typedef void (*function)();'
    echo 'static function const functions[] = {'
    sed 's/.*/    reinterpret_cast<function>(\&&),/' "$WORK/declared"
    echo '};'
    echo 'int main() { for (function f : functions) if (f == nullptr) return 1;'
    echo '             return dg_version() != DG_VERSION; }'
}
program >"$WORK/program.cpp"
links() {
    # shellcheck disable=SC2046
    "$1" -std=c++17 -Icore/include -o "$WORK/program" "$WORK/program.cpp" -L"$BUILD" -ldgcore \
        $(pkg-config --libs libsodium)
}
for compiler in g++ clang++; do
    echo 'int main() { return 0; }' >"$WORK/probe.cpp"
    $compiler -o "$WORK/probe" "$WORK/probe.cpp" 2>/dev/null ||
        { echo "skip - no C++ program links with $compiler here"; continue; }
    expect "a C++ program links with $compiler" links $compiler
    LD_LIBRARY_PATH=$BUILD expect "... and runs with the version it was compiled for" "$WORK/program"
done
