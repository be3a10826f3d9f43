# dgsim - build. `make help` lists the targets; docs/building.md explains them.

# ---- what a user may set -----------------------------------------------------------------------
MODE    ?= release#          release, debug, asan, tsan or coverage
OPT     ?=#                  optimisation level, in place of the mode's own
PREFIX  ?= /usr/local
DESTDIR ?=
WERROR  ?= -Werror#          make WERROR= for a compiler that warns of more
EXTRA   ?=#                  added to the flags of compiler and linker
V       ?=#                  make V=1 prints whole commands
VERSION := 0.1.0

ifeq ($(origin CC),default)
CC := gcc
endif

# ---- flags -------------------------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes
# No contraction and no fast maths: a run's fingerprint must not depend on compiler or level.
STANDARD := -std=c17 -ffp-contract=off

OPT_release  := -O2
OPT_debug    := -O0
OPT_asan     := -O1
OPT_tsan     := -O1
OPT_coverage := -O0
MODE_release  := -g
MODE_debug    := -g3
MODE_asan     := -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
MODE_tsan     := -g -fsanitize=thread -fno-omit-frame-pointer
MODE_coverage := -g --coverage
ifndef OPT_$(MODE)
$(error MODE=$(MODE) is not known: release, debug, asan, tsan or coverage)
endif

MODE_FLAGS := $(MODE_$(MODE)) $(if $(OPT),$(OPT),$(OPT_$(MODE))) $(EXTRA)
CFLAGS     := $(STANDARD) $(MODE_FLAGS) $(WARNINGS) $(WERROR)
LDFLAGS    := $(MODE_FLAGS)

# A package's flags; the plain ones where pkg-config (or make deps) has not been yet.
package = $(shell pkg-config $(1) $(2) 2>/dev/null || echo '$(3)')
PACKAGES := gsl libcjson sqlite3 libsodium
PACKAGE_CFLAGS := $(call package,--cflags,$(PACKAGES),)
PACKAGE_LIBS   := $(call package,--libs,$(PACKAGES),-lgsl -lgslcblas -lcjson -lsqlite3 -lsodium)
TEST_LIBS      := $(call package,--libs,cmocka,-lcmocka)
SODIUM_CFLAGS  := $(call package,--cflags,libsodium,)
SODIUM_LIBS    := $(call package,--libs,libsodium,-lsodium)
LIBS := $(PACKAGE_LIBS) -lm -pthread

# core/ sees its own headers alone, so that it cannot include anything above it.
CORE_INCLUDES := -Icore/include -Icore/src
# Code for the shared library, which serves the static one as well: without interposition it is what the
# compiler's default of position-independent programs gives, instruction by instruction.
CORE_PIC      := -fPIC -fno-semantic-interposition
INCLUDES      := -D_GNU_SOURCE -I. -Icore/include $(PACKAGE_CFLAGS) -pthread

# ---- where things go: every combination of mode, compiler and level has its own folder ---------
COMPILER := $(notdir $(firstword $(CC)))
VARIANT  := $(subst $() ,-,$(strip $(filter-out release,$(MODE)) \
              $(filter-out gcc,$(COMPILER)) $(subst -,,$(OPT))))
BUILD    := $(if $(VARIANT),build/$(VARIANT),build)
OBJ      := $(BUILD)/obj

# ---- sources: put a file in its folder and it is built -----------------------------------------
LAYERS      := core sim models analysis cli
core_SRC     := $(wildcard core/src/*.c)
sim_SRC      := $(wildcard sim/*.c)
models_SRC   := $(wildcard models/*.c)
analysis_SRC := $(wildcard analysis/*.c)
cli_SRC      := $(wildcard cli/*.c)
objects       = $(patsubst %.c,$(OBJ)/%.o,$(1))

PROGRAM  := $(BUILD)/dgsim
CORE_LIB := $(BUILD)/libdgcore.a
# The version of the core's interface, which its header gives.
core_version = $(shell sed -n 's/^.define DG_VERSION_$(1) //p' core/include/dg/types.h)
CORE_MAJOR  := $(call core_version,MAJOR)
CORE_SHARED := $(BUILD)/libdgcore.so.$(CORE_MAJOR).$(call core_version,MINOR)
CORE_SONAME := libdgcore.so.$(CORE_MAJOR)
# None with sanitizers: their runtime must come first in a program, so the library would serve no program
# but one built alike, which can take the archive.
CORE_LINKED := $(if $(findstring -fsanitize,$(MODE_FLAGS)),,$(CORE_SHARED))
# From the top layer down, as the linker wants them.
ARCHIVES := $(BUILD)/libcli.a $(BUILD)/libanalysis.a $(BUILD)/libmodels.a $(BUILD)/libsim.a \
            $(CORE_LIB)

TEST_LAYERS  := $(LAYERS) validation
TEST_SRC     := $(foreach layer,$(TEST_LAYERS),$(wildcard tests/$(layer)/test_*.c))
# Any other .c file of a test folder is shared by the tests of that folder.
test_support  = $(call objects,$(filter-out $(TEST_SRC),$(wildcard tests/$(1)/*.c)))
TEST_BIN     := $(patsubst %.c,$(BUILD)/%,$(TEST_SRC))
TEST_SCRIPTS := $(foreach layer,$(TEST_LAYERS),$(wildcard tests/$(layer)/test_*.sh))
# The tests of the build itself build further variants; once, from the release build, is enough.
BUILD_TESTS  := $(if $(VARIANT),,$(wildcard tests/build/test_*.sh))

# Programs that use the core as another project would: its public headers, its archive, libsodium.
EXAMPLES := $(patsubst core/%.c,$(BUILD)/%,$(wildcard core/examples/*.c))

SOURCES := $(foreach layer,$(LAYERS),$($(layer)_SRC))
ALL_OBJ := $(call objects,$(SOURCES) $(foreach layer,$(TEST_LAYERS),$(wildcard tests/$(layer)/*.c)) \
                          $(wildcard core/examples/*.c))

# ---- building ----------------------------------------------------------------------------------
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
.SECONDARY: $(ALL_OBJ)

.PHONY: all core libraries examples tests
all: core $(PROGRAM)
core: $(CORE_LIB) $(CORE_LINKED)
libraries: $(ARCHIVES)
examples: $(EXAMPLES)
tests: all examples $(TEST_BIN)

# $(1) is written anew only when the text $(2) differs from what it holds.
define keep_text
	@mkdir -p $(dir $(1))
	@printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $(1) || printf '%s\n' '$(subst ','\'',$(2))' >$(1)
endef

# Objects follow a change of flags, and those that carry the version also one of PREFIX.
.PHONY: force
$(OBJ)/flags: force
	$(call keep_text,$@,$(CC) $(CFLAGS) $(CORE_PIC) $(INCLUDES))
DEFINES := -DDGSIM_VERSION='"$(VERSION)"' -DDGSIM_DATADIR='"$(PREFIX)/share/dgsim"' \
           -DDGSIM_FLAGS='"$(strip $(STANDARD) $(MODE_FLAGS))"'
$(OBJ)/defines: force
	$(call keep_text,$@,$(DEFINES))

quiet = $(if $(V),,@echo '  $(1)'; )
COMPILE = $(call quiet,compile $@)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<
$(ALL_OBJ): $(OBJ)/flags
$(OBJ)/core/src/%.o: core/src/%.c
	@mkdir -p $(@D)
	$(COMPILE) $(CORE_PIC) $(CORE_INCLUDES)
$(OBJ)/core/examples/%.o: core/examples/%.c
	@mkdir -p $(@D)
	$(COMPILE) -Icore/include $(SODIUM_CFLAGS)
$(OBJ)/tests/core/%.o: tests/core/%.c
	@mkdir -p $(@D)
	$(COMPILE) $(INCLUDES) -Icore/src
$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) $(INCLUDES) $(EXTRA_DEFINES)

WITH_DEFINES := $(call objects,$(wildcard analysis/provenance.c) $(cli_SRC))
$(WITH_DEFINES): EXTRA_DEFINES = $(DEFINES)
$(WITH_DEFINES): $(OBJ)/defines

define archive
	@rm -f $@
	$(call quiet,archive $@)ar rcs $@ $(filter %.o,$^)
endef
# The list of members is kept, so that a deleted source leaves the archive too.
define layer_library
$(OBJ)/$(2).members: force
	$$(call keep_text,$$@,$$($(2)_SRC))
$(1): $$(call objects,$$($(2)_SRC)) $(OBJ)/$(2).members
	$$(archive)
endef
$(eval $(call layer_library,$(CORE_LIB),core))
$(foreach layer,sim models analysis cli,\
    $(eval $(call layer_library,$(BUILD)/lib$(layer).a,$(layer))))

$(CORE_SHARED): $(call objects,$(core_SRC)) $(OBJ)/core.members core/libdgcore.map
	$(call quiet,link    $@)$(CC) $(LDFLAGS) -shared -Wl,-soname,$(CORE_SONAME) -Wl,-z,defs \
	    -Wl,--version-script=core/libdgcore.map -o $@ $(filter %.o,$^) $(SODIUM_LIBS)
	@ln -sf $(@F) $(BUILD)/$(CORE_SONAME)
	@ln -sf $(CORE_SONAME) $(BUILD)/libdgcore.so

$(EXAMPLES): $(BUILD)/examples/%: $(OBJ)/core/examples/%.o $(CORE_LIB)
	@mkdir -p $(@D)
	$(call quiet,link    $@)$(CC) $(LDFLAGS) -o $@ $^ $(SODIUM_LIBS)

$(PROGRAM): $(call objects,$(cli_SRC)) $(filter-out $(BUILD)/libcli.a,$(ARCHIVES))
	$(call quiet,link    $@)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

define test_program
$(1): $(call objects,$(patsubst $(BUILD)/%,%.c,$(1))) \
      $(call test_support,$(notdir $(patsubst %/,%,$(dir $(1))))) $(ARCHIVES)
	@mkdir -p $$(@D)
	$$(call quiet,link    $$@)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(TEST_LIBS) $$(LIBS)
endef
$(foreach test,$(TEST_BIN),$(eval $(call test_program,$(test))))

-include $(ALL_OBJ:.o=.d)

# ---- checking ----------------------------------------------------------------------------------
.PHONY: test lint format docs check fuzz soak coverage
test: tests
	@BUILD='$(BUILD)' SRC='$(CURDIR)' CC='$(CC)' PREFIX='$(PREFIX)' DGSIM_MODE='$(MODE)' \
	    tools/run_tests.sh $(TEST_BIN) $(TEST_SCRIPTS) $(BUILD_TESTS)

lint: $(ARCHIVES)
	@tools/lint.sh . $(BUILD)

format:
	clang-format -i $(SOURCES) $(foreach layer,$(TEST_LAYERS),$(wildcard tests/$(layer)/*.[ch])) \
	    $(wildcard core/include/dg/*.h core/src/*.h core/examples/*.c sim/*.h models/*.h analysis/*.h cli/*.h)

# The pages that the tables of the code make.
docs: $(PROGRAM) $(BUILD)/tests/models/test_scenario_docs
	$(PROGRAM) list parameters --markdown >$(BUILD)/parameters.md
	mv $(BUILD)/parameters.md docs/parameters.md
	DGSIM_UPDATE=1 SRC='$(CURDIR)' $(BUILD)/tests/models/test_scenario_docs

# As many jobs as processors, unless the caller has said how many.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

check: deps
	$(MAKE) $(PARALLEL) tests
	$(MAKE) lint
	$(MAKE) test
	$(MAKE) $(PARALLEL) MODE=asan tests
	$(MAKE) MODE=asan test

# The libFuzzer programs; FUZZ_SECONDS for each.
FUZZ_SECONDS ?= 60
fuzz:
	@tests/fuzz/run.sh $(FUZZ_SECONDS)

# A million random calls into the chain, under the sanitizers.
soak:
	$(MAKE) $(PARALLEL) MODE=asan build/asan/tests/core/test_chain_random
	DGSIM_LONG=1 build/asan/tests/core/test_chain_random

coverage:
	$(MAKE) $(PARALLEL) MODE=coverage OPT= tests
	$(MAKE) MODE=coverage OPT= test
	@tools/coverage.sh build/coverage

# ---- using -------------------------------------------------------------------------------------
.PHONY: deps demo bench bench-peers install uninstall clean help
deps:
	@tools/deps.sh

DEMO := build/demo
demo: deps
	$(MAKE) $(PARALLEL) all
	@mkdir -p $(DEMO)
	@rm -f $(DEMO)/quickstart.db $(DEMO)/quickstart.png
	$(PROGRAM) run scenarios/quickstart.json --out $(DEMO)/quickstart.db
	$(PROGRAM) figure $(DEMO)/quickstart.db --out $(DEMO)/quickstart.png
	@echo "results: $(DEMO)/quickstart.db"
	@echo "figure:  $(DEMO)/quickstart.png"

bench: all
	$(PROGRAM) bench all

bench-peers: all
	@DGSIM='$(PROGRAM)' tests/bench/peers/run.sh

INSTALLER = BUILD='$(BUILD)' PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)'
install: all
	@$(INSTALLER) tools/install.sh install
uninstall:
	@$(INSTALLER) tools/install.sh uninstall

clean:
	rm -rf build

help:
	@tools/help.sh
