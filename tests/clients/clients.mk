# clients.mk: third-party code on ordo; part of the Makefile.
#
# A client is a program in this directory on an unmodified header: libstdc++'s, or one that
# Debian packages. Each is built in four ways, and clients.sh runs and audits what is built.
# Packages are unpacked below build/clients/, nothing is installed; both CPUs' programs are built
# on one copy of the headers, which are the same for all. The packages are 29 MB, of which Boost is
# 10 and JavaScriptCore with ICU 18.

CLIENT_HEADERS.$(HOST_ARCH) := libatomic-queue-dev libboost1.74-dev libconcurrentqueue-dev \
    libreaderwriterqueue-dev libspa-0.2-dev libxenium-dev
# Programs and libraries that were built against libatomic1, and what they need that no compiler
# brings.
CLIENT_PREBUILT.x86_64  := iitii mmmulti libsdsl3 libdivsufsort3 \
    libjavascriptcoregtk-4.0-bin libjavascriptcoregtk-4.0-18 libicu72 libglib2.0-0
CLIENT_PREBUILT.aarch64 := iitii

build/clients/%.done: toolchains/sysroot tests/clients/clients.mk
	@echo "  FETCH   $(@:.done=)"
	@mkdir -p $(@D)
	$(Q)toolchains/sysroot $* $(@:.done=) $(PACKAGES)
	@touch $@
build/clients/%.done: private PACKAGES = $(CLIENT_PREBUILT.$*) $(CLIENT_HEADERS.$*)

# What is in here is found by the compiler, and no other header of the packages.
build/clients/include.done: build/clients/$(HOST_ARCH).done
	$(Q)rm -rf $(@:.done=) && mkdir -p $(@:.done=)
	$(Q)for name in atomic_queue boost concurrentqueue readerwriterqueue spa-0.2/spa xenium; do \
	    ln -s ../$(HOST_ARCH)/usr/include/$$name $(@:.done=)/ || exit 1; done
	@touch $@

# ---- the programs: build/clients/WAY/NAME -------------------------------------------------------

# ordo-c++ says what its options are. It gives GCC -fno-inline-atomics; `outline-gcc` does
# without, to have read-modify-writes alone on the helpers, as is GCC's default on ARM64. The other
# CPU's programs are static: nothing of the emulated system is needed, and on ARM64 libstdc++'s and
# the C library's own calls of the helpers are ordo's too.
CLIENTS     := $(basename $(notdir $(wildcard tests/clients/*.cpp)))
CLIENT_WAYS := no-inline-x86_64 no-inline-aarch64 outline-gcc outline-clang

ORDO_CXX = build/host/ordo-c++ --ordo-libraries=build/$(CLIENT_TARGET.$(1)) --ordo-compiler
GXX.$(HOST_ARCH)  := g++
GXX.$(OTHER_ARCH) := $(OTHER_ARCH)-linux-gnu-g++
STATIC.$(OTHER_ARCH) := -static
CLIENT_TARGET.x86_64  := x86_64-gcc
CLIENT_TARGET.aarch64 := aarch64-fat-gcc
CXX.no-inline-x86_64  := $(call ORDO_CXX,x86_64)=$(GXX.x86_64) $(STATIC.x86_64)
CXX.no-inline-aarch64 := $(call ORDO_CXX,aarch64)=$(GXX.aarch64) $(STATIC.aarch64)
CXX.outline-clang     := $(call ORDO_CXX,aarch64)='clang++ --target=aarch64-linux-gnu' \
    $(STATIC.aarch64)
CXX.outline-gcc       := $(GXX.aarch64) -moutline-atomics $(STATIC.aarch64)
LINK.outline-gcc := $(patsubst %,build/$(CLIENT_TARGET.aarch64)/%,libordo-atomic.a) \
    -Wl,--whole-archive build/$(CLIENT_TARGET.aarch64)/libordo-outline.a -Wl,--no-whole-archive

# Lines without variables are enough for the audit. GCC takes the pointer of an __atomic_* call for
# one into an object that it knows the size of.
CLIENT_FLAGS := -std=c++20 -O1 -g1 -Wall -Wextra -Werror -isystem build/clients/include
$(foreach way,no-inline-x86_64 no-inline-aarch64 outline-gcc,\
    $(eval WARN.$(way) := -Wno-stringop-overflow))

CLIENT_LIBRARIES := build/x86_64-gcc/libordo-atomic.a \
    $(patsubst %,build/aarch64-fat-gcc/libordo-%.a,atomic outline)
# Xenium has no ARM64; the ring buffer has no read-modify-write to outline.
CLIENT_PROGRAMS  := $(filter-out %aarch64/xenium %gcc/xenium %clang/xenium \
    %gcc/spa_ringbuffer %clang/spa_ringbuffer,\
    $(foreach way,$(CLIENT_WAYS),$(CLIENTS:%=build/clients/$(way)/%)))

define client_rules
build/clients/$(1)/%: tests/clients/%.cpp tests/clients/client.hpp $(CLIENT_LIBRARIES) \
    build/host/ordo-c++ tests/clients/clients.mk build/clients/include.done
	@mkdir -p $$(@D)
	@echo "  CXX     $$@"
	$$(Q)$(CXX.$(1)) $(CLIENT_FLAGS) $(WARN.$(1)) -o $$@ $$< $(LINK.$(1))
endef
$(foreach way,$(CLIENT_WAYS),$(eval $(call client_rules,$(way))))

# What clients.sh runs.
build/clients/programs: $(CLIENT_PROGRAMS)
	$(Q)printf '%s\n' $^ > $@

.PHONY: clients
clients: build/clients/programs build/clients/$(OTHER_ARCH).done build/host/ordo \
    $(patsubst %,build/%/ordo/libatomic.so.1,x86_64-gcc aarch64-fat-gcc)
run-test: clients
