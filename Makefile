# Makefile: builds ordo's back ends, their tests and checks. `make help` lists the goals.
#
# A target is an instruction set and a toolchain, such as aarch64-gcc; toolchains/ has a small .mk
# for each. `make` builds this machine's own, `make ARCH=... TOOLCHAIN=...` another one; `make test`
# builds and runs all of them. The host is the machine that builds: its CPU runs natively, the other
# one under QEMU. Everything is written below build/.

HOST_ARCH ?= $(shell uname -m)
ARCH      ?= $(if $(filter aarch64,$(HOST_ARCH)),aarch64-fat,$(HOST_ARCH))
TOOLCHAIN ?= gcc
PREFIX    ?= /usr/local
FILE      ?= /usr/share/common-licenses/GPL-3
LLVM_CONFIG ?= llvm-config-14
VERSION   := 0.1.0
HERE      := $(ARCH)-$(TOOLCHAIN)

# Use every core; a -j on the command line wins.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
Q := $(if $(V),,@)

.PHONY: all
all:

# ---- compilers -----------------------------------------------------------------------------------

OTHER_ARCH := $(filter-out $(HOST_ARCH),x86_64 aarch64)
gcc.$(HOST_ARCH)    := gcc
clang.$(HOST_ARCH)  := clang
gcc.$(OTHER_ARCH)   := $(OTHER_ARCH)-linux-gnu-gcc
clang.$(OTHER_ARCH) := clang --target=$(OTHER_ARCH)-linux-gnu

# Branch protection in C objects as in the assembly: one object without it disables the program's.
# A caller may keep its own in ARM64's platform register, x18: a shadow call stack, or a kernel's.
PROTECTION.x86_64  := -fcf-protection=full
PROTECTION.aarch64 := -mbranch-protection=standard -ffixed-x18

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
CFLAGS   := -O2 -g
COMPILE   = $(CC) -std=gnu17 $(CFLAGS) $(WARNINGS) -Iinclude -MMD -MP $(CODE_MODEL) \
    $(PROTECTION) $(EXCEPTIONS) $(DEFINES) $(SAME_ANYWHERE) -c -o $@ $<
CODE_MODEL := -fPIC
# What is built does not tell where.
SAME_ANYWHERE := '-ffile-prefix-map=$(CURDIR)=.'
ASSEMBLE  = $(CC) -c -MMD -MP $(SUFFIX) -Wa,--fatal-warnings -o $@ $<

define compile
@mkdir -p $(@D)
$(if $(V),,@echo "  CC      $@")
$(Q)$(COMPILE)
endef

define assemble
@mkdir -p $(@D)
$(if $(V),,@echo "  AS      $@")
$(Q)$(ASSEMBLE)
endef

# ---- targets -------------------------------------------------------------------------------------

# Each file sets, for its target T: TARGETS += T, BACKEND.T, CPU.T and CC.T; one without futexes
# also FUTEX.T.
TARGETS :=
include $(wildcard toolchains/*.mk)

ifeq ($(or $(filter $(HERE),$(TARGETS)),$(filter clean help,$(MAKECMDGOALS))),)
$(error no target $(HERE): ARCH and TOOLCHAIN must give one of $(sort $(TARGETS)))
endif

# The goals that do not set the machine up say what is missing; what is built needs nothing to be
# installed.
BUILT := $(wildcard build/$(HERE)/libordo.so)
ifneq ($(filter all $(if $(BUILT),,install),$(or $(MAKECMDGOALS),all)),)
MISSING := $(strip $(foreach tool,$(firstword $(CC.$(HERE))) $(TOOLS.$(HERE)),\
    $(if $(shell command -v $(tool)),,$(tool))))
$(if $(MISSING),$(error $(HERE) needs $(MISSING); toolchains/setup installs what all targets need))
endif

# core/ is the same for all, and comes last in the archive (tests/check takes it off there). Where
# FUTEX.T is pthread, for systems without futexes, the files of core/pthread take the place of those
# of core that have their names.
seams = $(if $(FUTEX.$(1)),$(wildcard core/$(FUTEX.$(1))/*.c))
core  = $(patsubst %.c,%.o,$(filter-out $(patsubst core/$(FUTEX.$(1))/%,core/%,$(seams)),\
    $(wildcard core/*.c)) $(seams))

sources = $(filter-out dispatch,$(basename $(notdir $(wildcard arch/$(1)/*.S))))
OBJECTS.x86_64  := $(patsubst %,x86_64/%.o,$(call sources,x86_64) cpu features)
OBJECTS.aarch64 := $(patsubst %,aarch64/%.o,$(call sources,aarch64) cpu features)
OBJECTS.armv8.1 := $(patsubst %,armv8.1/%.o,$(call sources,armv8.1)) \
    aarch64/cpu.o aarch64/features.o
OBJECTS.generic := generic/atomics.o generic/features.o

# The fat library: files that are the same for both instruction sets are assembled once, the others
# twice, with a suffix on every name; dispatch.S has the public names.
SAME := load store fence spin_hint wait_for_change
TWO  := $(filter-out $(SAME),$(call sources,aarch64))
OBJECTS.aarch64-fat := $(patsubst %,aarch64/%.o,$(SAME) dispatch cpu features) \
    $(patsubst %,aarch64/%_llsc.o,$(TWO)) $(patsubst %,armv8.1/%_lse.o,$(TWO))

# The generic back end sees both orderings of a compare-exchange. Its 128 bits are libatomic's, and
# on ARM64 the rest is inline code, as on x86-64, not calls into libgcc.
DEFINES.generic := -DORDO_UNJOINED_COMPARE_EXCHANGE
PRIVATE.generic := -latomic
INLINE.aarch64  := -mno-outline-atomics
build/generic-%: private DEFINES   = $(DEFINES.generic) $(INLINE.$(HOST_ARCH))
build/generic-%: private LIBATOMIC = $(PRIVATE.generic)

# The static library's programs need POSIX threads, as core does.
THREADS := -lpthread

# Without crt files, which lack the branch-protection note. Never unloaded: threads that end later
# call into it. Calls inside the library are bound when it is linked, those out of it when it is
# loaded; then the tables of both are read-only.
LINK_SHARED = $(CC) -shared -nostartfiles -Wl,-soname,$(SONAME),--version-script=build/ordo.map \
    -Wl,-Bsymbolic-functions,-z,nodelete,-z,relro,-z,now,-z,text,-z,defs,--fatal-warnings \
    -o $@ -Wl,--whole-archive $< -Wl,--no-whole-archive $(LIBATOMIC) $(THREADS)
SONAME := libordo.so.$(firstword $(subst ., ,$(VERSION)))

build/ordo.map: core/ordo.map arch/ops.tbl arch/symbols.awk
	@mkdir -p $(@D)
	$(Q)awk -f arch/symbols.awk arch/ops.tbl | sed 's/^ORDO_SYMBOL(\([^,]*\),.*/    \1;/' | \
	    sed -e '/^ *@ROUTINES@/{r /dev/stdin' -e 'd;}' core/ordo.map > $@

define target_rules
build/$(1)/%: private CC         = $$(CC.$(1))
build/$(1)/%: private PROTECTION = $$(PROTECTION.$$(CPU.$(1)))

# The directories too: a file that is gone from them must go from the archive.
build/$(1)/libordo.a: $$(addprefix build/$(1)/,$$(OBJECTS.$$(BACKEND.$(1))) order.o \
    $$(call core,$(1))) $$(wildcard arch/* core core/pthread)
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar rcsD $$@ $$(filter %.o,$$^)

build/$(1)/libordo.so: build/$(1)/libordo.a build/ordo.map
	@echo "  LINK    $$@"
	$$(Q)$$(LINK_SHARED)

build/$(1)/%_llsc.o: private SUFFIX = -DORDO_SUFFIX=_llsc
build/$(1)/%_llsc.o: arch/%.S toolchains/$(1).mk
	$$(assemble)

build/$(1)/%_lse.o: private SUFFIX = -DORDO_SUFFIX=_lse
build/$(1)/%_lse.o: arch/%.S toolchains/$(1).mk
	$$(assemble)

build/$(1)/%.o: arch/%.S toolchains/$(1).mk
	$$(assemble)

build/$(1)/%.o: arch/%.c toolchains/$(1).mk
	$$(compile)

# A C++ exception ends a guarded call too.
build/$(1)/core/thread.o: private EXCEPTIONS = -fexceptions

build/$(1)/core/%.o: core/%.c toolchains/$(1).mk
	$$(compile)
endef
$(foreach target,$(TARGETS),$(eval $(call target_rules,$(target))))

LIBRARIES := $(foreach target,$(TARGETS),build/$(target)/libordo.a build/$(target)/libordo.so)
.PHONY: libraries
libraries: $(LIBRARIES)

# What is built in a directory of its own: the library without a C library, and the other ABIs; not
# on the compiler's builtins, nor again for another assembler or without futexes.
OTHER_ABIS := $(filter-out generic-% %-nasm %-pthread,$(TARGETS))
include tests/model/model.mk tests/tests.mk freestanding/freestanding.mk \
    $(wildcard abi/*/*.mk tools/*.mk) tests/clients/clients.mk

# ---- installation --------------------------------------------------------------------------------

libraries_of = libordo.a libordo.so $(if $(filter $(1),$(OTHER_ABIS)),libordo-freestanding.a \
    libordo-atomic.a libordo-atomic.so $(if $(filter aarch64,$(CPU.$(1))),libordo-outline.a))

# The commands are for this machine, and read machine code with LLVM. Why they are left out, if so:
HAS_LLVM := $(shell gcc $$($(LLVM_CONFIG) --cflags 2> /dev/null) -include llvm-c/Disassembler.h \
    -include elfutils/libdw.h -include gelf.h -E -x c /dev/null > /dev/null 2>&1 && echo yes)
WITHOUT_COMMANDS := $(if $(filter-out $(HOST_ARCH),$(CPU.$(HERE))),it is for this machine$(,) not for \
    $(CPU.$(HERE)),$(if $(HAS_LLVM),,it needs LLVM 14$(,) libelf and libdw; \
    toolchains/setup installs them))

all: $(addprefix build/$(HERE)/,$(call libraries_of,$(HERE))) \
    $(if $(strip $(WITHOUT_COMMANDS)),,build/host/ordo)

# The tests install both.
run-test: all $(addprefix build/aarch64-fat-gcc/,$(call libraries_of,aarch64-fat-gcc))

BINDIR     = $(PREFIX)/bin
LIBDIR     = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
MANDIR     = $(PREFIX)/share/man

.PHONY: install uninstall
install: all
TOLD.TARGET   = $(HERE)
TOLD.CPU      = $(CPU.$(HERE))
TOLD.DEFINES  = $(DEFINES.$(ARCH))
TOLD.PRIVATE  = $(strip $(THREADS) $(PRIVATE.$(ARCH)))
TOLD.COMMANDS = $(strip $(WITHOUT_COMMANDS))
$(foreach name,TARGET CPU DEFINES PRIVATE COMMANDS,\
    $(eval install uninstall: export $(name) = $$(TOLD.$(name))))
$(foreach name,VERSION SONAME DESTDIR PREFIX BINDIR LIBDIR INCLUDEDIR MANDIR,\
    $(eval install uninstall: export $(name) := $$($(name))))
install uninstall:
	$(Q)toolchains/install $@

# The committed tree, the same bytes whoever makes it.
.PHONY: dist
dist:
	$(Q)[ -e .git ] || { \
	    echo "dist: this is not a git repository, which would know what belongs to it" >&2; exit 2; }
	$(Q)[ -z "$$(git status --porcelain)" ] || echo "dist: what is not committed is left out"
	$(Q)mkdir -p build && git archive -9 --prefix=ordo-$(VERSION)/ -o build/ordo-$(VERSION).tar.gz HEAD
	@echo "dist: build/ordo-$(VERSION).tar.gz"

# ---- other goals ---------------------------------------------------------------------------------

#: make                     the library of this machine, in build/ARCH-TOOLCHAIN/
#: make ARCH=A TOOLCHAIN=T  another one: A is x86_64, aarch64, armv8.1, aarch64-fat or generic,
#:                          T is gcc, clang or (for x86_64) nasm, or pthread: without futexes
#: make libraries           all of them
#: make install PREFIX=DIR  headers, libraries, commands, pkg-config and CMake files; DESTDIR is put
#:                          in front; BINDIR, LIBDIR, INCLUDEDIR and MANDIR stand elsewhere
#: make uninstall           takes them away, given the same
#: make dist                build/ordo-VERSION.tar.gz, the committed sources
#: make clean               removes build/
#: V=1 shows commands; SETUP=no keeps the goals above from installing packages
.PHONY: help clean
help:
	@sed -n 's/^#: //p' tests/tests.mk tests/model/model.mk abi/*/*.mk tools/*.mk Makefile

clean:
	rm -rf build

-include $(shell find build \( -path build/sysroot -o -path build/clients \) -prune \
    -o -type f -name '*.d' -print 2> /dev/null)
