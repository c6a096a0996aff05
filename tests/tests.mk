# tests.mk: the test programs, the structural checks and the demonstration. Included by the Makefile.
#
# Test objects are compiled once for each flavour: a CPU, or `generic`, whose header passes both
# orderings of a compare-exchange. Each target links them with its own library. A run is a target on a
# CPU model: `native`, or the name of the model that QEMU plays.

#: make demo [FILE=...]     counts words on three instruction sets, then prints the book's Figure 7-1
#: make test [LONG=1]       everything: checks, and the tests of every target on every CPU model
#: make check               the structural checks of all libraries
#: make faults              seeds faults into the assembly and reports which the tests find
#: make tsan asan           the C face on the generic back end, under the sanitizers

.PHONY: demo test check faults tsan asan check-file
demo: check-file
check-file:
	$(Q)demo/demo.sh --check "$(FILE)"
demo test check faults tsan asan:
	$(Q)[ "$(SETUP)" = no ] || HOST_ARCH=$(HOST_ARCH) toolchains/setup
	$(Q)$(MAKE) --no-print-directory run-$@

FLAVOURS         := x86_64 aarch64 generic
CPU_OF.x86_64    := x86_64
CPU_OF.aarch64   := aarch64
CPU_OF.generic   := $(HOST_ARCH)
flavour           = $(if $(filter generic,$(BACKEND.$(1))),generic,$(CPU.$(1)))

EMULATED.x86_64      := qemu64
EMULATED.aarch64     := cortex-a57
EMULATED.armv8.1     := neoverse-n1 cortex-a57
EMULATED.aarch64-fat := cortex-a57 neoverse-n1
models = $(if $(filter $(HOST_ARCH),$(CPU.$(1))),native,$(EMULATED.$(BACKEND.$(1))))
RUNS  := $(foreach target,$(TARGETS),$(foreach model,$(call models,$(target)),$(target)@$(CPU.$(target))@$(model)))

# ---- the other CPU's libraries ----------------------------------------------------------------------

SYSROOT := build/sysroot/$(OTHER_ARCH)
$(SYSROOT).done: toolchains/sysroot
	@echo "  SYSROOT $(SYSROOT)"
	$(Q)toolchains/sysroot $(OTHER_ARCH) $(SYSROOT)
	@touch $@

SYSROOT_FLAGS.$(OTHER_ARCH) := --sysroot=$(abspath $(SYSROOT))
SYSROOT_LINK.$(OTHER_ARCH)  := $(patsubst %,-L$(SYSROOT)/%/$(OTHER_ARCH)-linux-gnu,usr/lib lib)

# ---- test programs: build/TARGET/tests/SUITE --------------------------------------------------------

# arch: each routine. face: the header's operations by their results. calls: which symbols they call.
SUITES := arch face calls

build/symbols.inc: arch/ops.tbl arch/symbols.awk
	@mkdir -p $(@D)
	$(Q)awk -f arch/symbols.awk $< > $@

test_sources = $(basename $(filter-out %/back_end.c,$(wildcard tests/$(1)/*.c)) \
    $(wildcard tests/support/*.c tests/$(1)/*_$(2).S))

define flavour_rules
build/tests/$(1)/%: CC         = $$(gcc.$(CPU_OF.$(1))) $$(SYSROOT_FLAGS.$(CPU_OF.$(1)))
build/tests/$(1)/%: PROTECTION = $$(PROTECTION.$(CPU_OF.$(1)))
build/tests/$(1)/%: DEFINES    = $$(DEFINES.$(1)) -Itests/support -Ibuild -D_GNU_SOURCE

build/tests/$(1)/%.o: tests/%.c | build/symbols.inc $(if $(filter $(OTHER_ARCH),$(CPU_OF.$(1))),$(SYSROOT).done)
	$$(compile)
build/tests/$(1)/%.o: tests/%.S
	$$(assemble)
build/tests/$(1)/oracle.o: DEFINES = -DORDO_SUFFIX=_generic
build/tests/$(1)/oracle.o: arch/generic/atomics.c
	$$(compile)
endef
$(foreach flavour,$(FLAVOURS),$(eval $(call flavour_rules,$(flavour))))

# The arch suite has two more objects: back_end.o, which knows the target, and the oracle: the generic
# back end under other names, whose 128-bit operations are libatomic's.
define test_rules
build/$(1)/tests/$(2): $$(patsubst tests/%,build/tests/$(call flavour,$(1))/%.o,$(call test_sources,$(2),$(CPU.$(1)))) \
    $(if $(filter arch,$(2)),build/$(1)/tests/back_end.o build/tests/$(call flavour,$(1))/oracle.o) \
    build/$(1)/libordo.a
	@mkdir -p $$(@D)
	@echo "  LINK    $$@"
	$$(Q)$$(gcc.$(CPU.$(1))) $$(SYSROOT_FLAGS.$(CPU.$(1))) $$(SYSROOT_LINK.$(CPU.$(1))) \
	    -rdynamic -o $$@ $$^ -lcriterion -lpthread -l:libatomic.a
TEST_PROGRAMS += build/$(1)/tests/$(2)
endef
$(foreach target,$(TARGETS),$(foreach suite,$(SUITES),$(eval $(call test_rules,$(target),$(suite)))))

define back_end_rules
build/$(1)/tests/back_end.o: CC      = $$(gcc.$(CPU.$(1))) $$(SYSROOT_FLAGS.$(CPU.$(1)))
build/$(1)/tests/back_end.o: DEFINES = -DORDO_BACK_END='"$(BACKEND.$(1))"' -Itests/support -Ibuild -D_GNU_SOURCE
build/$(1)/tests/back_end.o: tests/arch/back_end.c | build/symbols.inc $(if $(filter $(OTHER_ARCH),$(CPU.$(1))),$(SYSROOT).done)
	$$(compile)
endef
$(foreach target,$(TARGETS),$(eval $(call back_end_rules,$(target))))

# ---- host programs ----------------------------------------------------------------------------------

LLVM_FLAGS = $(shell llvm-config-14 --cflags)
LLVM_LINK  = $(shell llvm-config-14 --ldflags --libs) -lelf

build/host/%: CC      = gcc
build/host/%: DEFINES = -Itools $(LLVM_FLAGS)
build/host/%.o: %.c
	$(compile)

build/host/check: $(patsubst %.c,build/host/%.o,$(wildcard tests/check/*.c) tools/machine_code.c)
	@echo "  LINK    $@"
	$(Q)gcc -o $@ $^ $(LLVM_LINK)
build/host/figure: build/host/demo/figure.o build/host/tools/machine_code.o
	@echo "  LINK    $@"
	$(Q)gcc -o $@ $^ $(LLVM_LINK)

# ---- the demonstration: static programs, one for each instruction set --------------------------------

DEMO_TARGETS := x86_64-gcc aarch64-gcc armv8.1-gcc
define static_rules
build/$(1)/demo/count: demo/count.c build/$(1)/libordo.a
	@mkdir -p $$(@D)
	@echo "  LINK    $$@"
	$$(Q)$$(gcc.$(CPU.$(1))) -std=gnu17 -O2 $$(WARNINGS) -Iinclude -static -o $$@ $$^ -lpthread
build/$(1)/tests/feature_bytes: tests/arch/static/feature_bytes.c build/$(1)/libordo.a
	@mkdir -p $$(@D)
	@echo "  LINK    $$@"
	$$(Q)$$(gcc.$(CPU.$(1))) -std=gnu17 -O2 $$(WARNINGS) -Iinclude -static -o $$@ $$^
endef
$(foreach target,$(TARGETS),$(eval $(call static_rules,$(target))))
DEMO_PROGRAMS := $(patsubst %,build/%/demo/count,$(DEMO_TARGETS))

# ---- sanitizers: the face suite on the generic back end, with a plain main --------------------------

SANITIZE.tsan := thread
SANITIZE.asan := address,undefined
SANITIZED     := $(foreach kind,tsan asan,$(foreach compiler,gcc clang,build/$(kind)/$(compiler)))

sanitized_sources := $(wildcard tests/face/*.c arch/generic/*.c) arch/order.c tests/support/threads.c \
    tests/support/plain/plain.c
$(SANITIZED): $(sanitized_sources) $(wildcard include/ordo/*.h tests/support/*.h tests/support/plain/criterion/*.h)
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$(Q)$(@F) -std=gnu17 -O1 -g -fsanitize=$(SANITIZE.$(notdir $(@D))) \
	    -fno-sanitize-recover=undefined $(DEFINES.generic) -D_GNU_SOURCE -isystem tests/support/plain \
	    -Iinclude -Itests/support -o $@ $(filter %.c,$^) -lpthread -l:libatomic.a

.PHONY: run-tsan run-asan
run-tsan run-asan: run-%: build/%/gcc build/%/clang
	$(Q)for program in $^; do echo "$$program:"; $$program || exit 1; done

.PHONY: run-demo run-check run-test run-faults
run-demo: $(DEMO_PROGRAMS) build/host/figure
	$(Q)demo/demo.sh "$(FILE)"

run-check: $(LIBRARIES) build/host/check
	$(Q)tests/check/check.sh $(TARGETS)

run-faults: $(TEST_PROGRAMS) $(LIBRARIES) build/host/check build/aarch64-fat-gcc/tests/feature_bytes
	$(Q)RUNS="$(RUNS)" tests/faults/faults.sh "$(ONLY)"

run-test: $(LIBRARIES) $(SANITIZED) build/host/check $(TEST_PROGRAMS) $(DEMO_PROGRAMS) build/host/figure \
    build/aarch64-fat-gcc/tests/feature_bytes
	$(Q)RUNS="$(RUNS)" TARGETS="$(TARGETS)" HERE=$(HERE) LONG=$(LONG) tests/all.sh
