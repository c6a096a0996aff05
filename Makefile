# Makefile: builds ordo's back ends, their tests and checks. `make help` lists the goals.
#
# A target is an instruction set and a toolchain, such as aarch64-gcc; toolchains/ has one small .mk for
# each. `make` builds this machine's own, `make ARCH=... TOOLCHAIN=...` another one; `make test` builds
# and runs all of them. The host is the machine that builds: its CPU runs natively, the other one under
# QEMU. Everything is written below build/.

HOST_ARCH ?= $(shell uname -m)
ARCH      ?= $(if $(filter aarch64,$(HOST_ARCH)),aarch64-fat,$(HOST_ARCH))
TOOLCHAIN ?= gcc
PREFIX    ?= /usr/local
FILE      ?= /usr/share/common-licenses/GPL-3
VERSION   := 0.1.0

# Use every core; a -j on the command line wins.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules
Q := $(if $(V),,@)

# ---- compilers --------------------------------------------------------------------------------------

OTHER_ARCH := $(filter-out $(HOST_ARCH),x86_64 aarch64)
gcc.$(HOST_ARCH)    := gcc
g++.$(HOST_ARCH)    := g++
clang.$(HOST_ARCH)  := clang
gcc.$(OTHER_ARCH)   := $(OTHER_ARCH)-linux-gnu-gcc
g++.$(OTHER_ARCH)   := $(OTHER_ARCH)-linux-gnu-g++
clang.$(OTHER_ARCH) := clang --target=$(OTHER_ARCH)-linux-gnu

# Branch protection in C objects as in the assembly: one object without it disables the program's.
PROTECTION.x86_64  := -fcf-protection=full
PROTECTION.aarch64 := -mbranch-protection=standard

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
CFLAGS   := -O2 -g
COMPILE   = $(CC) -std=gnu17 $(CFLAGS) $(WARNINGS) -Iinclude -MMD -fPIC $(PROTECTION) $(DEFINES) -c -o $@ $<
ASSEMBLE  = $(CC) -c -MMD $(SUFFIX) -Wa,--fatal-warnings -o $@ $<

# ---- targets ----------------------------------------------------------------------------------------

# Each file sets, for its target T: TARGETS += T, BACKEND.T, CPU.T and CC.T.
include $(wildcard toolchains/*.mk)

HERE    := $(ARCH)-$(TOOLCHAIN)
HELPING := $(filter clean help,$(MAKECMDGOALS))
ifeq ($(or $(filter $(HERE),$(TARGETS)),$(HELPING)),)
$(error no target $(HERE); ARCH and TOOLCHAIN must give one of: $(TARGETS))
endif

# In the fat library these files, the same in both instruction sets, are assembled once; the others
# twice, with a suffix on every name, and dispatch.S has the public names.
SAME := load store fence spin_hint wait_for_change

sources = $(filter-out dispatch,$(basename $(notdir $(wildcard arch/$(1)/*.S))))
OBJECTS.x86_64      := $(patsubst %,x86_64/%.o,$(call sources,x86_64) features)
OBJECTS.aarch64     := $(patsubst %,aarch64/%.o,$(call sources,aarch64) features)
OBJECTS.armv8.1     := $(patsubst %,armv8.1/%.o,$(call sources,armv8.1)) aarch64/features.o
OBJECTS.aarch64-fat := $(patsubst %,aarch64/%.o,$(SAME) dispatch features) \
    $(patsubst %,aarch64/%_llsc.o,$(filter-out $(SAME),$(call sources,aarch64))) \
    $(patsubst %,armv8.1/%_lse.o,$(filter-out $(SAME),$(call sources,armv8.1)))
OBJECTS.generic     := generic/atomics.o generic/features.o

# A shared library without crt files, which lack the branch-protection note. Only the generic back end
# needs libatomic, for 128 bits.
DEFINES.generic := -DORDO_UNJOINED_COMPARE_EXCHANGE
LINK_SHARED = $(CC) -shared -nostartfiles -Wl,-soname,libordo.so.0 -Wl,-z,defs,--fatal-warnings \
    -o $@ -Wl,--whole-archive $< -Wl,--no-whole-archive $(LIBATOMIC)
build/generic-%: LIBATOMIC := -latomic
build/generic-%: DEFINES    = $(DEFINES.generic) $(if $(filter aarch64,$(HOST_ARCH)),-mno-outline-atomics)

define target_rules
build/$(1)/%: CC = $$(CC.$(1))
build/$(1)/%: PROTECTION = $$(PROTECTION.$$(CPU.$(1)))
OBJECTS.$(1) := $$(addprefix build/$(1)/,$$(OBJECTS.$$(BACKEND.$(1))) order.o)

build/$(1)/libordo.a: $$(OBJECTS.$(1))
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar rcsD $$@ $$^

build/$(1)/libordo.so: build/$(1)/libordo.a
	@echo "  LINK    $$@"
	$$(Q)$$(LINK_SHARED)

build/$(1)/%_llsc.o build/$(1)/%_lse.o: SUFFIX = -DORDO_SUFFIX=_$$(lastword $$(subst _, ,$$(basename $$@)))

build/$(1)/%_llsc.o: arch/%.S toolchains/$(1).mk
	$$(assemble)
build/$(1)/%_lse.o: arch/%.S toolchains/$(1).mk
	$$(assemble)
build/$(1)/%.o: arch/%.S toolchains/$(1).mk
	$$(assemble)
build/$(1)/%.o: arch/%.c toolchains/$(1).mk
	$$(compile)
endef

define assemble
@mkdir -p $(@D)
$(if $(V),,@echo "  AS      $@")
$(Q)$(ASSEMBLE)
endef

define compile
@mkdir -p $(@D)
$(if $(V),,@echo "  CC      $@")
$(Q)$(COMPILE)
endef

.PHONY: all
all: build/$(HERE)/libordo.a build/$(HERE)/libordo.so

$(foreach target,$(TARGETS),$(eval $(call target_rules,$(target))))

LIBRARIES := $(patsubst %,build/%/libordo.a,$(TARGETS)) $(patsubst %,build/%/libordo.so,$(TARGETS))
.PHONY: libraries
libraries: $(LIBRARIES)

include tests/tests.mk

# ---- installation -----------------------------------------------------------------------------------

.PHONY: install
install: all
	$(Q)install -d $(DESTDIR)$(PREFIX)/include/ordo $(DESTDIR)$(PREFIX)/lib/pkgconfig
	$(Q)install -m 644 include/ordo/*.h $(DESTDIR)$(PREFIX)/include/ordo
	$(Q)install -m 644 build/$(HERE)/libordo.a $(DESTDIR)$(PREFIX)/lib
	$(Q)install -m 755 build/$(HERE)/libordo.so $(DESTDIR)$(PREFIX)/lib/libordo.so.0
	$(Q)ln -sf libordo.so.0 $(DESTDIR)$(PREFIX)/lib/libordo.so
	$(Q)sed 's#@PREFIX@#$(PREFIX)#; s#@VERSION@#$(VERSION)#; s#@DEFINES@#$(DEFINES.$(BACKEND.$(HERE)))#' \
	    toolchains/ordo.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/ordo.pc

# ---- other goals ------------------------------------------------------------------------------------

.PHONY: help clean
help:
	@sed -n 's/^#: //p' Makefile tests/tests.mk

#: make                     the library of this machine, in build/ARCH-TOOLCHAIN/
#: make ARCH=A TOOLCHAIN=T  another one: x86_64, aarch64, armv8.1, aarch64-fat, generic; gcc, clang, nasm
#: make libraries           all of them
#: make install PREFIX=DIR  headers, libraries and ordo.pc; DESTDIR is put in front
#: make clean               removes build/
#: V=1 shows commands; SETUP=no keeps `make demo` and `make test` from installing packages
clean:
	rm -rf build

-include $(shell find build -path build/sysroot -prune -o -type f -name '*.d' -print 2> /dev/null)
