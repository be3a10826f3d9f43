#!/bin/sh
# Installs or takes away; called by make, with BUILD, VERSION, PREFIX and DESTDIR in the environment.
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

put() { # mode, file, folder
    install -d "$3"
    install -m "$1" "$2" "$3/"
}

install_all() {
    put 755 "$BUILD/dgsim" "$root/bin"
    put 644 "$BUILD/libdgcore.a" "$root/lib"
    for header in core/include/dg/*.h; do
        put 644 "$header" "$root/include/dg"
    done
    if [ -f docs/dgsim.1 ]; then
        put 644 docs/dgsim.1 "$root/share/man/man1"
    fi
    (cd scenarios && find . -type f ! -name '.*') | while read -r file; do
        put 644 "scenarios/$file" "$(dirname "$root/share/dgsim/scenarios/$file")"
    done
    install -d "$(dirname "$pc")"
    sed -e "s|@PREFIX@|$PREFIX|" -e "s|@VERSION@|$VERSION|" tools/dgcore.pc.in >"$pc"
    chmod 644 "$pc"
}

uninstall_all() {
    rm -f "$root/bin/dgsim" "$root/lib/libdgcore.a" "$root/share/man/man1/dgsim.1" "$pc"
    rm -rf "$root/include/dg" "$root/share/dgsim"
}

case ${1:-} in
install) install_all ;;
uninstall) uninstall_all ;;
*)
    echo "usage: tools/install.sh install|uninstall" >&2
    exit 2
    ;;
esac
