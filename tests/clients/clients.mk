# clients.mk: third-party code on ordo; part of the Makefile.
#
# A client is a program in this directory on an unmodified header: libstdc++'s, or one that Debian
# packages. Each is built in four ways, and clients.sh runs and audits what is built. Packages are
# unpacked below build/clients/, nothing is installed; both CPUs' programs are built on one copy of the
# headers, which are the same for all.

CLIENT_HEADERS := libatomic-queue-dev libboost1.74-dev libconcurrentqueue-dev libreaderwriterqueue-dev \
    libxenium-dev
# Programs and libraries that were built against libatomic1, and what they need that no compiler brings.
CLIENT_PREBUILT := iitii mmmulti libsdsl3 libdivsufsort3

build/clients/%.done: toolchains/sysroot tests/clients/clients.mk
	@echo "  FETCH   $(@:.done=)"
	@mkdir -p $(@D)
	$(Q)toolchains/sysroot $* $(@:.done=) $(PACKAGES)
	@touch $@
build/clients/$(HOST_ARCH).done:  private PACKAGES = $(CLIENT_PREBUILT) $(CLIENT_HEADERS)
build/clients/$(OTHER_ARCH).done: private PACKAGES = $(CLIENT_PREBUILT)

# What is in here is found by the compiler, and no other header of the packages.
build/clients/include.done: build/clients/$(HOST_ARCH).done
	$(Q)rm -rf $(@:.done=) && mkdir -p $(@:.done=)
	$(Q)for name in atomic_queue boost concurrentqueue readerwriterqueue xenium; do \
	    ln -s ../$(HOST_ARCH)/usr/include/$$name $(@:.done=)/ || exit 1; done
	@touch $@

# ---- the programs: build/clients/WAY/NAME --------------------------------------------------------

# ordo-c++ says what its options are; `outline-gcc` does without -fno-inline-atomics, which it would
# give, to have read-modify-writes alone on the helpers, as GCC's default is on ARM64.
CLIENTS     := $(basename $(notdir $(wildcard tests/clients/*.cpp)))
CLIENT_WAYS := no-inline-x86_64 no-inline-aarch64 outline-gcc outline-clang
CXX.no-inline-$(HOST_ARCH)  := build/host/ordo-c++ --ordo-compiler=g++
CXX.no-inline-$(OTHER_ARCH) := build/host/ordo-c++ --ordo-compiler=$(OTHER_ARCH)-linux-gnu-g++
CXX.outline-gcc   := $(filter aarch64-%,$(OTHER_ARCH)-linux-gnu-)g++ -moutline-atomics
CXX.outline-clang := build/host/ordo-c++ --ordo-compiler='clang++ --target=aarch64-linux-gnu'
LINK.outline-gcc  := build/aarch64-fat-gcc/libordo-atomic.a build/aarch64-fat-gcc/libordo-outline.a
CLIENT_FLAGS := -std=c++20 $(CFLAGS) -Wall -Wextra -Werror -isystem build/clients/include
# GCC takes the pointer that __atomic_* calls get for one that it knows the object of.
FLAGS.gcc    := -Wno-stringop-overflow
