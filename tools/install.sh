#!/bin/sh
# Installs or takes away; called by make, with BUILD, PREFIX and DESTDIR in the environment.
#
# usage: tools/install.sh install|uninstall
set -eu

case $PREFIX in
/*) ;;
*)
    echo "PREFIX must be an absolute path: $PREFIX" >&2
    exit 2
    ;;
esac
root=$DESTDIR$PREFIX
pc=$root/lib/pkgconfig/dgcore.pc
# The core has a version of its own, which its header gives.
major=$(sed -n 's/^.define DG_VERSION_MAJOR //p' core/include/dg/types.h)
minor=$(sed -n 's/^.define DG_VERSION_MINOR //p' core/include/dg/types.h)
shared=libdgcore.so.$major.$minor

put() { # mode, file, folder
    install -d "$3"
    install -m "$1" "$2" "$3/"
}

install_all() {
    put 755 "$BUILD/dgsim" "$root/bin"
    put 644 "$BUILD/libdgcore.a" "$root/lib"
    if [ -f "$BUILD/$shared" ]; then # not with sanitizers
        put 755 "$BUILD/$shared" "$root/lib"
        ln -sf "$shared" "$root/lib/libdgcore.so.$major"
        ln -sf "libdgcore.so.$major" "$root/lib/libdgcore.so"
    fi
    for header in core/include/dg/*.h; do
        put 644 "$header" "$root/include/dg"
    done
    for example in core/examples/*.c; do
        put 644 "$example" "$root/share/doc/dgcore/examples"
    done
    if [ -f docs/dgsim.1 ]; then
        put 644 docs/dgsim.1 "$root/share/man/man1"
    fi
    (cd scenarios && find . -type f ! -name '.*') | while read -r file; do
        put 644 "scenarios/$file" "$(dirname "$root/share/dgsim/scenarios/$file")"
    done
    install -d "$(dirname "$pc")"
    sed -e "s|@PREFIX@|$PREFIX|" -e "s|@VERSION@|$major.$minor|" tools/dgcore.pc.in >"$pc"
    chmod 644 "$pc"
}

uninstall_all() {
    rm -f "$root/bin/dgsim" "$root/share/man/man1/dgsim.1" "$pc"
    rm -f "$root/lib/libdgcore.a" "$root/lib/libdgcore.so" "$root/lib/libdgcore.so.$major" "$root/lib/$shared"
    rm -rf "$root/include/dg" "$root/share/dgsim" "$root/share/doc/dgcore"
}

case ${1:-} in
install) install_all ;;
uninstall) uninstall_all ;;
*)
    echo "usage: tools/install.sh install|uninstall" >&2
    exit 2
    ;;
esac
