#!/bin/sh
# The targets of the Makefile, for `make help`.
cat <<'TEXT'
make                build build/dgsim and build/libdgcore.a, .so
make core           build the core library alone
make examples       build the examples of the core, build/examples/request and others
make demo           set up, build, run the quickstart scenario; leaves build/demo/quickstart.db and .png
make check          set up, build, lint, all tests, and the tests again under ASan and UBSan
make deps           install what is missing (Debian, Ubuntu)
make tests          build the test programs
make test           build and run the tests of this variant
make lint           rules of the layers: includes and the core library's symbols
make fuzz           fuzz the readers of files and the core (clang); FUZZ_SECONDS=60 for each
make coverage       run the tests with coverage and print it by folder
make bench          speed of the engine and of the whole model on this machine
make bench-peers    the engine's benchmarks beside SimPy, SimGrid and ns-3, where installed
make format         clang-format all sources
make docs           write the pages that the code's tables make
make install        into PREFIX (/usr/local), below DESTDIR; make uninstall takes it back
make clean          remove build/

MODE=release|debug|asan|tsan|coverage   kind of build; each has a folder of its own below build/
CC=clang                                compiler (gcc)
OPT=-O3                                 optimisation level, in place of the mode's own
V=1                                     print whole commands
WERROR=                                 warnings do not stop the build
TEXT
