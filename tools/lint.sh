#!/bin/bash
# The rules of the layers, checked on the sources and on the built libraries.
#
# usage: tools/lint.sh ROOT BUILD     ROOT holds the sources, BUILD libdgcore.a, libsim.a and so on
#
# Imports run one way: cli -> analysis -> models -> {core, sim}. Exit status 1 after naming every breach.
set -u
export LC_ALL=C

root=$1
build=$2
breaches=0

breach() {
    echo "lint: $*" >&2
    breaches=$((breaches + 1))
}

# ---- includes ----------------------------------------------------------------------------------

# Every quoted include of the sources below $2 starts with one of the folders in $3 (a regular
# expression), or, where $4 is given, names a file in the folder $4.
check_includes() {
    local layer=$1 folder=$2 allowed=$3 own=${4:-} file line name
    [ -d "$root/$folder" ] || return 0
    while IFS=: read -r file line name; do
        [[ $name =~ ^($allowed)/ && $name != *..* ]] && continue
        [ -n "$own" ] && [[ $name != */* ]] && [ -f "$root/$own/$name" ] && continue
        breach "${file#"$root"/}:$line: $layer must not include \"$name\""
    done < <(find "$root/$folder" -name '*.[ch]' -print0 |
        xargs -0 -r grep -HnoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*"' |
        sed -E 's/^([^:]*):([0-9]*):.*"([^"]*)"$/\1:\2:\3/')
}

check_includes core core/include 'dg'
check_includes core core/src 'dg' core/src
check_includes sim sim 'sim'
check_includes models models 'models|dg|sim'
check_includes analysis analysis 'analysis|models|dg|sim'
check_includes cli cli 'cli|analysis|models|dg|sim'

# core: of the system only what needs no operating system, of the libraries only libsodium.
CORE_SYSTEM='assert|float|inttypes|iso646|limits|stdalign|stdarg|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|sodium'
while IFS=: read -r file line text; do
    breach "${file#"$root"/}:$line: core must not include ${text##*include}"
done < <(find "$root/core" -name '*.[ch]' ! -path '*/examples/*' -print0 |
    xargs -0 -r grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<' |
    grep -vE "<($CORE_SYSTEM)\.h>")

# core: integers alone. A comment may speak of floats.
while IFS=: read -r file line text; do
    breach "${file#"$root"/}:$line: core must not use floating point"
done < <(find "$root/core/src" "$root/core/include" -name '*.[ch]' -print0 |
    xargs -0 -r grep -HnwE 'float|double' | grep -vE '^[^:]*:[0-9]*:[[:space:]]*/?\*')

# examples: the public headers, the C library, libsodium; they build wherever the core does.
EXAMPLE_SYSTEM="$CORE_SYSTEM|complex|ctype|errno|fenv|locale|math|setjmp|signal|stdatomic|tgmath|threads|time"
EXAMPLE_SYSTEM+='|uchar|wchar|wctype'
while IFS=: read -r file line text; do
    breach "${file#"$root"/}:$line: an example must not include ${text##*include}"
done < <(find "$root/core/examples" -name '*.[ch]' -print0 2>/dev/null |
    xargs -0 -r grep -HnE '^[[:space:]]*#[[:space:]]*include' |
    grep -vE "include[[:space:]]*(<($EXAMPLE_SYSTEM)\.h>|<dg/[a-z_]+\.h>|\"dg/[a-z_]+\.h\")")

# Public headers: no compiler's extension, so that any C17 or C++ compiler takes them.
while IFS=: read -r file line text; do
    breach "${file#"$root"/}:$line: a public header must not use an extension:$text"
done < <(find "$root/core/include" -name '*.h' -print0 |
    xargs -0 -r grep -HnE '__(attribute|extension|builtin|typeof|asm|declspec|int128)|#[[:space:]]*pragma')

# ---- symbols -----------------------------------------------------------------------------------

symbols_undefined() { # of archive $1, less those another of its members defines
    comm -23 <(nm -u "$1" 2>/dev/null | awk 'NF == 2 { print $2 }' | sort -u) <(symbols_defined "$1")
}
symbols_defined() {
    nm --defined-only -g "$1" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u
}

# libdgcore.a needs memory and hashes: no time, file, socket, thread, environment, random device, maths.
# Of libsodium neither sodium_init, which opens the random device, nor anything that draws keys.
CORE_SYMBOLS='mem(cpy|move|set|cmp|chr)|explicit_bzero|malloc|calloc|realloc|reallocarray|free|aligned_alloc'
CORE_SYMBOLS+='|str(len|nlen|cmp|ncmp|chr|rchr|cpy|ncpy)|v?snprintf|qsort|bsearch|u?(div|mod)(ti|di)3|abort'
CORE_SYMBOLS+='|crypto_(generichash|hash|auth|shorthash|verify|onetimeauth|core|stream|kdf)_?[a-z0-9_]*'
CORE_SYMBOLS+='|crypto_sign_(verify_detached|ed25519_verify_detached)|sodium_(memcmp|memzero|compare|is_zero)'
CORE_SYMBOLS+='|__(stack_chk_fail|u?(div|mod|divmod)(ti|di)[34]|mul(ti|di|o)[345]?|clz[a-z]*2|ctz[a-z]*2|popcount[a-z]*2)'
CORE_SYMBOLS+='|__(mem(cpy|move|set)|str(cpy|ncpy))_chk|__assert_fail|_GLOBAL_OFFSET_TABLE_'
CORE_BANNED='.*_(keygen|keypair|random|init_state_random)|crypto_core_.*_random'

for archive in libdgcore.a libsim.a libmodels.a libanalysis.a libcli.a; do
    [ -f "$build/$archive" ] || breach "$build/$archive is not built"
done
for symbol in $(symbols_undefined "$build/libdgcore.a" | grep -vE "^($CORE_SYMBOLS)$") \
    $(symbols_undefined "$build/libdgcore.a" | grep -E "^($CORE_BANNED)$"); do
    breach "libdgcore.a must not need $symbol"
done

# No library needs a symbol that only a layer above (or beside) it defines.
check_symbols() {
    local archive=$1 above symbol
    shift
    for above in "$@"; do
        for symbol in $(comm -12 <(symbols_undefined "$build/$archive") \
            <(symbols_defined "$build/$above")); do
            breach "$archive must not need $symbol of $above"
        done
    done
}
check_symbols libdgcore.a libsim.a libmodels.a libanalysis.a libcli.a
check_symbols libsim.a libdgcore.a libmodels.a libanalysis.a libcli.a
check_symbols libmodels.a libanalysis.a libcli.a
check_symbols libanalysis.a libcli.a

# Only cli/ prints to standard output and exits.
for archive in libdgcore.a libsim.a libmodels.a libanalysis.a; do
    for symbol in $(symbols_undefined "$build/$archive" |
        grep -xE 'exit|_exit|_Exit|quick_exit|printf|vprintf|puts|putchar|stdout|__printf_chk'); do
        breach "$archive must not need $symbol: only cli/ prints and exits"
    done
done

# A run depends on scenario and seed alone: the engine asks for no time at all, the models only for how long
# a run took, and neither for randomness or environment but its own.
UNREPEATABLE='time|clock|gettimeofday|localtime(_r)?|gmtime(_r)?|rand(_r)?|srand|random|srandom|[delmn]rand48'
UNREPEATABLE+='|getrandom|getentropy|arc4random[a-z_]*|randombytes[a-z_]*|(secure_)?getenv'
for symbol in $(symbols_undefined "$build/libsim.a" | grep -xE "$UNREPEATABLE|clock_gettime"); do
    breach "libsim.a must not need $symbol"
done
for symbol in $(symbols_undefined "$build/libmodels.a" | grep -xE "$UNREPEATABLE"); do
    breach "libmodels.a must not need $symbol"
done

# One run is one struct: what lies below cli and is defined outside functions cannot be written to.
for archive in libdgcore.a libsim.a libmodels.a libanalysis.a; do
    while read -r symbol; do
        breach "$archive: $symbol is mutable state outside any struct"
    done < <(objdump -t "$build/$archive" 2>/dev/null |
        awk 'NF > 4 && $(NF - 2) ~ /^\.(data|bss|tdata|tbss)/ && $(NF - 2) !~ /^\.data\.rel\.ro/ &&
             $NF !~ /^\./ { print $NF }' | sort -u)
done

# ---- outcome -----------------------------------------------------------------------------------

if [ $breaches -gt 0 ]; then
    echo "lint: $breaches breaches of the layer rules" >&2
    exit 1
fi
echo "lint: the layers hold"
