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
all: build/$(HERE)/libordo.a build/$(HERE)/libordo.so

# ---- compilers -----------------------------------------------------------------------------------

OTHER_ARCH := $(filter-out $(HOST_ARCH),x86_64 aarch64)
gcc.$(HOST_ARCH)    := gcc
clang.$(HOST_ARCH)  := clang
gcc.$(OTHER_ARCH)   := $(OTHER_ARCH)-linux-gnu-gcc
clang.$(OTHER_ARCH) := clang --target=$(OTHER_ARCH)-linux-gnu

# Branch protection in C objects as in the assembly: one object without it disables the program's.
PROTECTION.x86_64  := -fcf-protection=full
PROTECTION.aarch64 := -mbranch-protection=standard

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
CFLAGS   := -O2 -g
COMPILE   = $(CC) -std=gnu17 $(CFLAGS) $(WARNINGS) -Iinclude -MMD -MP -fPIC $(PROTECTION) \
    $(DEFINES) -c -o $@ $<
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

# The goals that do not set the machine up say what is missing.
ifneq ($(filter all install,$(or $(MAKECMDGOALS),all)),)
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
OBJECTS.x86_64  := $(patsubst %,x86_64/%.o,$(call sources,x86_64) features)
OBJECTS.aarch64 := $(patsubst %,aarch64/%.o,$(call sources,aarch64) features)
OBJECTS.armv8.1 := $(patsubst %,armv8.1/%.o,$(call sources,armv8.1)) aarch64/features.o
OBJECTS.generic := generic/atomics.o generic/features.o

# The fat library: files that are the same for both instruction sets are assembled once, the others
# twice, with a suffix on every name; dispatch.S has the public names.
SAME := load store fence spin_hint wait_for_change
TWO  := $(filter-out $(SAME),$(call sources,aarch64))
OBJECTS.aarch64-fat := $(patsubst %,aarch64/%.o,$(SAME) dispatch features) \
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
# call into it.
LINK_SHARED = $(CC) -shared -nostartfiles -Wl,-soname,libordo.so.0,-z,nodelete \
    -Wl,-z,defs,--fatal-warnings \
    -o $@ -Wl,--whole-archive $< -Wl,--no-whole-archive $(LIBATOMIC) $(THREADS)

define target_rules
build/$(1)/%: private CC         = $$(CC.$(1))
build/$(1)/%: private PROTECTION = $$(PROTECTION.$$(CPU.$(1)))

# The directories too: a file that is gone from them must go from the archive.
build/$(1)/libordo.a: $$(addprefix build/$(1)/,$$(OBJECTS.$$(BACKEND.$(1))) order.o \
    $$(call core,$(1))) $$(wildcard arch/* core core/pthread)
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar rcsD $$@ $$(filter %.o,$$^)

build/$(1)/libordo.so: build/$(1)/libordo.a
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

build/$(1)/core/%.o: core/%.c toolchains/$(1).mk
	$$(compile)
endef
$(foreach target,$(TARGETS),$(eval $(call target_rules,$(target))))

LIBRARIES := $(foreach target,$(TARGETS),build/$(target)/libordo.a build/$(target)/libordo.so)
.PHONY: libraries
libraries: $(LIBRARIES)

include tests/model/model.mk tests/tests.mk $(wildcard abi/*/*.mk tools/*.mk) \
    tests/clients/clients.mk

# ---- installation --------------------------------------------------------------------------------

INSTALLED := $(DESTDIR)$(PREFIX)
# The model checker has a restartable step; Linux's is not written yet, so its header stays here.
HEADERS := $(filter-out %/restartable.h,$(wildcard include/ordo/*.h))

.PHONY: install
install: all
	$(Q)install -d "$(INSTALLED)/include/ordo" "$(INSTALLED)/lib/pkgconfig"
	$(Q)install -m 644 $(HEADERS) "$(INSTALLED)/include/ordo"
	$(Q)install -m 644 build/$(HERE)/libordo.a "$(INSTALLED)/lib"
	$(Q)install -m 755 build/$(HERE)/libordo.so "$(INSTALLED)/lib/libordo.so.0"
	$(Q)ln -sf libordo.so.0 "$(INSTALLED)/lib/libordo.so"
	$(Q)sed -e 's#@PREFIX@#$(PREFIX)#; s#@VERSION@#$(VERSION)#' \
	    -e 's#@DEFINES@#$(DEFINES.$(ARCH))#; s#@PRIVATE@#$(strip $(THREADS) $(PRIVATE.$(ARCH)))#' \
	    toolchains/ordo.pc.in > "$(INSTALLED)/lib/pkgconfig/ordo.pc"

# ---- other goals ---------------------------------------------------------------------------------

#: make                     the library of this machine, in build/ARCH-TOOLCHAIN/
#: make ARCH=A TOOLCHAIN=T  another one: A is x86_64, aarch64, armv8.1, aarch64-fat or generic,
#:                          T is gcc, clang or (for x86_64) nasm, or pthread: without futexes
#: make libraries           all of them
#: make install PREFIX=DIR  headers, libraries and ordo.pc; DESTDIR is put in front
#: make clean               removes build/
#: V=1 shows commands; SETUP=no keeps the goals above from installing packages
.PHONY: help clean
help:
	@sed -n 's/^#: //p' tests/tests.mk tests/model/model.mk Makefile

clean:
	rm -rf build

-include $(shell find build \( -path build/sysroot -o -path build/clients \) -prune -o -type f -name '*.d' -print 2> /dev/null)
