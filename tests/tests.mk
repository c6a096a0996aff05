# tests.mk: the test programs, the structural checks and the demonstration; part of the Makefile.
#
# A run is a target on a CPU model: `native`, or the name of the model that QEMU plays. Test objects
# are compiled once for each flavour, a CPU or `generic`, whose header passes both orderings of a
# compare-exchange; each target links them with its own library.

#: make demo [FILE=...]     counts words on three instruction sets, then prints Figure 7-1
#: make test [LONG=1]       everything: checks, and the tests of every target on every CPU model
#: make check               the structural checks of all libraries
#: make faults [ONLY=...]   seeds faults into the assembly and reports which the tests find
#: make bench               what one operation costs, beside the compiler's own
#: make tsan asan           the face, core and sharing suites on the generic back end, sanitized

.PHONY: demo test check faults model mutate tsan asan bench check-file
demo: check-file
check-file:
	$(Q)demo/demo.sh --check "$(FILE)"
demo test check faults model mutate tsan asan bench:
	$(Q)[ "$(SETUP)" = no ] || HOST_ARCH=$(HOST_ARCH) toolchains/setup
	$(Q)$(MAKE) --no-print-directory run-$@

# ---- runs ----------------------------------------------------------------------------------------

# QEMU's other x86-64 models have AVX, but its 16-byte AVX moves are torn.
EMULATED.x86_64      := qemu64
EMULATED.aarch64     := cortex-a57
EMULATED.armv8.1     := neoverse-n1 cortex-a57
EMULATED.aarch64-fat := cortex-a57 neoverse-n1
models = $(if $(filter $(HOST_ARCH),$(CPU.$(1))),native,$(EMULATED.$(BACKEND.$(1))))
RUNS  := $(foreach target,$(TARGETS),\
    $(foreach model,$(call models,$(target)),$(target)@$(CPU.$(target))@$(model)))

# ---- the other CPU's C library and Criterion -----------------------------------------------------

SYSROOT := build/sysroot/$(OTHER_ARCH)
NEEDS.$(OTHER_ARCH)         := $(SYSROOT).done
SYSROOT_FLAGS.$(OTHER_ARCH) := --sysroot='$(CURDIR)/$(SYSROOT)'
SYSROOT_LINK.$(OTHER_ARCH)  := $(patsubst %,-L$(SYSROOT)/%/$(OTHER_ARCH)-linux-gnu,usr/lib lib)

$(SYSROOT).done: toolchains/sysroot
	@echo "  SYSROOT $(SYSROOT)"
	$(Q)toolchains/sysroot $(OTHER_ARCH) $(SYSROOT)
	@touch $@

# ---- test objects: build/tests/FLAVOUR/ ----------------------------------------------------------

FLAVOURS       := x86_64 aarch64 generic
CPU_OF.x86_64  := x86_64
CPU_OF.aarch64 := aarch64
CPU_OF.generic := $(HOST_ARCH)
flavour = $(if $(filter generic,$(BACKEND.$(1))),generic,$(CPU.$(1)))

build/symbols.inc: arch/ops.tbl arch/symbols.awk
	@mkdir -p $(@D)
	$(Q)awk -f arch/symbols.awk $< > $@

TEST_DEFINES = -Itests/support -Ibuild -D_GNU_SOURCE
test_compiler = $(gcc.$(1)) $(SYSROOT_FLAGS.$(1))

define flavour_rules
build/tests/$(1)/%: private CC         = $$(call test_compiler,$(CPU_OF.$(1)))
build/tests/$(1)/%: private PROTECTION = $$(PROTECTION.$(CPU_OF.$(1)))
build/tests/$(1)/%: private DEFINES    = $$(DEFINES.$(1)) $$(TEST_DEFINES)

build/tests/$(1)/%.o: tests/%.c | build/symbols.inc $(NEEDS.$(CPU_OF.$(1)))
	$$(compile)

build/tests/$(1)/%.o: tests/%.S
	$$(assemble)

# The oracle of the arch suite: the generic back end under other names; 128 bits are libatomic's.
build/tests/$(1)/oracle.o: private DEFINES = -DORDO_SUFFIX=_generic
build/tests/$(1)/oracle.o: arch/generic/atomics.c | $(NEEDS.$(CPU_OF.$(1)))
	$$(compile)
endef
$(foreach flavour,$(FLAVOURS),$(eval $(call flavour_rules,$(flavour))))

# ---- test programs: build/TARGET/tests/SUITE -----------------------------------------------------

# arch: each routine. face: the header's operations, by their results. calls: by what they call.
# core: locks and what they stand on. hostile: the same, over futexes that hostile.c spoils; without
# the tests of those themselves. sharing: channels, Arc, reclamation, and what else core shares data by.
# stopped: beside a peer that is stopped inside an operation, after any atomic operation of it.
SUITES := arch face calls core hostile sharing stopped

, := ,
sources.hostile := $(filter-out tests/core/futex%,$(wildcard tests/core/*.c))
# Under QEMU, where a process starts slowly, core alone.
sources.hostile.$(HOST_ARCH) := $(wildcard tests/sharing/*.c)
link.hostile := $(patsubst %,-Wl$(,)--wrap=%,$(filter-out ordo_futex_operation%,\
    $(shell sed -n 's/^u*int[0-9a-z_]* \(ordo_futex_[a-z_]*\).*/\1/p' include/ordo/futex*.h)))
link.stopped := @build/wrapped.options \
    $(filter %wait %wait_until %wait_bitset %wait_any %wake %wake_bitset %requeue,$(link.hostile))

build/wrapped.options: build/symbols.inc
	$(Q)sed -nE '/, none, [a-z_]+\)$$/d; s/^ORDO_SYMBOL\(([a-z0-9_]+).*/-Wl,--wrap=\1/p' $< > $@

# A target without futexes refuses some types. Of their tests it has others: that they refuse.
REFUSED := tests/sharing/sequence_lock.c tests/stopped/sequence_lock.c $(patsubst %,tests/core/%.c,futex_pi futex_shared pi_mutex pi_condition_variable \
    robust_list robust_mutex process_shared_mutex process_shared_condition_variable)

# test_objects SUITE,TARGET. tests/arch/back_end.c knows its target and is compiled for it.
test_sources = $(filter-out %/back_end.c $(if $(FUTEX.$(2)),$(REFUSED)),\
    $(wildcard tests/$(1)/*.c $(if $(FUTEX.$(2)),tests/$(1)/$(FUTEX.$(2))/*.c)) \
    $(wildcard tests/support/*.c tests/$(1)/*_$(CPU.$(2)).S) $(sources.$(1)) $(sources.$(1).$(CPU.$(2))))
test_objects = $(patsubst tests/%,build/tests/$(call flavour,$(2))/%.o,\
    $(basename $(call test_sources,$(1),$(2))))
also.arch = build/$(1)/tests/back_end.o build/tests/$(call flavour,$(1))/oracle.o

define test_rules
build/$(2)/tests/$(1): $$(call test_objects,$(1),$(2)) $(call also.$(1),$(2)) build/$(2)/libordo.a
	@mkdir -p $$(@D)
	@echo "  LINK    $$@"
	$$(Q)$$(call test_compiler,$(CPU.$(2))) $$(SYSROOT_LINK.$(CPU.$(2))) \
	    $(link.$(1)) -rdynamic -o $$@ $$^ -lcriterion -lpthread -l:libatomic.a
TEST_PROGRAMS += build/$(2)/tests/$(1)
endef

# The last three are static programs: the demonstration, which counts what ordo asks of the futex,
# and what features.c makes of the CPU.
COUNTED := wait wait_until wait_bitset wake wake_bitset
build/%/demo/count: private WRAP = $(patsubst %,-Wl$(,)--wrap=ordo_futex_%,$(COUNTED))

define target_test_rules
$(foreach suite,$(SUITES),$(call test_rules,$(suite),$(1))
)
build/$(1)/tests/stopped: | build/wrapped.options
build/$(1)/tests/back_end.o: private CC      = $$(call test_compiler,$(CPU.$(1)))
build/$(1)/tests/back_end.o: private DEFINES = -DORDO_BACK_END='"$(BACKEND.$(1))"' $$(TEST_DEFINES)
build/$(1)/tests/back_end.o: tests/arch/back_end.c | build/symbols.inc $(NEEDS.$(CPU.$(1)))
	$$(compile)

build/$(1)/demo/count: demo/count.c build/$(1)/libordo.a
	$$(link_static)
build/$(1)/tests/feature_bytes: tests/arch/static/feature_bytes.c build/$(1)/libordo.a
	$$(link_static)
build/$(1)/tests/hwcap: tests/arch/static/hwcap.c build/$(1)/libordo.a
	$$(link_static)
$(patsubst %,build/$(1)/%,demo/count tests/feature_bytes tests/hwcap): private \
    CC = $$(gcc.$(CPU.$(1)))
endef

define link_static
@mkdir -p $(@D)
@echo "  LINK    $@"
$(Q)$(CC) -std=gnu17 $(CFLAGS) $(WARNINGS) -Iinclude -static $(WRAP) -o $@ $^ -lpthread
endef

$(foreach target,$(TARGETS),$(eval $(call target_test_rules,$(target))))
FEATURE_BYTES := $(patsubst %,build/%/tests/feature_bytes,aarch64-fat-gcc x86_64-gcc) \
    build/aarch64-fat-gcc/tests/hwcap
DEMO_PROGRAMS := $(patsubst %,build/%/demo/count,x86_64-gcc aarch64-gcc armv8.1-gcc)

# ---- host programs -------------------------------------------------------------------------------

LLVM_FLAGS = $(shell llvm-config-14 --cflags)
LLVM_LINK  = $(shell llvm-config-14 --ldflags --libs) -ldw -lelf

build/host/%: private CC      = gcc
build/host/%: private DEFINES = -Itools $(LLVM_FLAGS)
build/host/%.o: %.c
	$(compile)

build/host/check: $(patsubst %.c,build/host/%.o,$(wildcard tests/check/*.c))
build/host/figure: build/host/demo/figure.o
build/host/check build/host/figure: build/host/tools/machine_code.o
	@echo "  LINK    $@"
	$(Q)gcc -o $@ $^ $(LLVM_LINK)

build/host/bench: bench/operations.c build/$(HERE)/libordo.a
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$(Q)gcc -std=gnu17 $(CFLAGS) $(WARNINGS) -Iinclude -o $@ $^ -lpthread -latomic

# ---- sanitizers: three suites on the generic back end, with a plain main -------------------------

# Named after the compiler; pthread is GCC's, without futexes.
SANITIZE.tsan := thread
SANITIZE.asan := address,undefined
SANITIZED     := $(foreach kind,tsan asan,build/$(kind)/gcc build/$(kind)/clang) build/tsan/pthread
WITHOUT_FUTEX := $(wildcard core/pthread/*.c tests/core/pthread/*.c)
LEFT_OUT.pthread := $(REFUSED) $(patsubst core/pthread/%,core/%,$(wildcard core/pthread/*.c))
LEFT_OUT.gcc     := $(WITHOUT_FUTEX)
LEFT_OUT.clang   := $(WITHOUT_FUTEX)

# Without it Clang leaves 128 bits to libatomic, of which its sanitizer does not know.
WIDE.x86_64 := -mcx16

$(SANITIZED): arch/order.c $(WITHOUT_FUTEX) $(wildcard tests/face/*.c tests/core/* tests/sharing/* \
    core/*.[ch] core/pthread/*.h arch/generic/*.c include/ordo/*.h $(patsubst %,tests/support/%,\
    *.h threads.c child.c disturber.c census.c plain/* plain/criterion/*))
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$(Q)$(@F:pthread=gcc) -std=gnu17 -O1 -g $(WIDE.$(HOST_ARCH)) -fsanitize=$(SANITIZE.$(notdir $(@D))) \
	    $(DEFINES.generic) -fno-sanitize-recover=undefined -D_GNU_SOURCE \
	    -isystem tests/support/plain -Iinclude -Itests/support -o $@ $(filter-out $(LEFT_OUT.$(@F)),$(filter %.c,$^)) \
	    -lpthread -l:libatomic.a

# ---- what the goals above run, after the set-up --------------------------------------------------

.PHONY: run-demo run-check run-test run-faults run-tsan run-asan run-bench
run-demo: $(DEMO_PROGRAMS) build/host/figure
	$(Q)demo/demo.sh "$(FILE)"

run-check: $(LIBRARIES) build/host/check
	$(Q)tests/check/check.sh $(TARGETS)

run-test: $(LIBRARIES) build/host/check $(TEST_PROGRAMS) $(MODEL) $(SANITIZED) \
    $(DEMO_PROGRAMS) build/host/figure $(FEATURE_BYTES)
	$(Q)RUNS="$(RUNS)" TARGETS="$(TARGETS)" HERE=$(HERE) LONG=$(LONG) tests/all.sh

run-faults: $(LIBRARIES) build/host/check $(TEST_PROGRAMS) $(FEATURE_BYTES)
	$(Q)RUNS="$(RUNS)" tests/faults/faults.sh "$(ONLY)"

run-bench: build/host/bench
	$(Q)$<

run-tsan: build/tsan/pthread
run-tsan run-asan: run-%: build/%/gcc build/%/clang
	$(Q)for program in $^; do echo "$$program:"; $$program || exit 1; done
