# tests.mk: what compares libordo-atomic with GCC's libatomic (tests/atomic_abi, bench/calls.c);
# part of the Makefile.

#: make atomic-abi          libordo-atomic beside GCC's libatomic: random calls, symbols, programs
#: make bench-calls [ARGS=...]  what each function costs, ours beside GCC's; ARGS: --rounds=N,
#:                          --only=SYMBOL, --order=N

ATOMIC_ABI_PROGRAMS := $(foreach cpu,x86_64 aarch64,build/tests/$(cpu)/atomic_abi/differential)
ATOMIC_ABI_FAULTS   := build/tests/$(HOST_ARCH)/atomic_abi/faults.so

define atomic_abi_rules
build/tests/$(1)/atomic_abi/differential: $$(patsubst %,build/tests/$(1)/%.o,\
    atomic_abi/differential atomic_abi/libatomic arch/call arch/call_$(1))
	@echo "  LINK    $$@"
	$$(Q)$$(call test_compiler,$(1)) $$(SYSROOT_LINK.$(1)) -o $$@ $$^ -lm
endef
$(foreach cpu,x86_64 aarch64,$(eval $(call atomic_abi_rules,$(cpu))))

# Linked with GCC's library, which has the functions that stay right.
$(ATOMIC_ABI_FAULTS): build/tests/$(HOST_ARCH)/atomic_abi/faults.o tests/atomic_abi/libatomic.map
	@echo "  LINK    $@"
	$(Q)gcc -shared -Wl,--version-script=tests/atomic_abi/libatomic.map -o $@ $< \
	    -lm -Wl,--no-as-needed -latomic

ATOMIC_ABI_LIBRARIES := $(foreach target,$(OTHER_ABIS),build/$(target)/libordo-atomic.so)

.PHONY: atomic-abi run-atomic-abi bench-calls run-bench-calls
atomic-abi bench-calls:
	$(Q)[ "$(SETUP)" = no ] || HOST_ARCH=$(HOST_ARCH) toolchains/setup
	$(Q)$(MAKE) --no-print-directory run-$@

run-atomic-abi run-test: $(ATOMIC_ABI_LIBRARIES) $(ATOMIC_ABI_PROGRAMS) $(ATOMIC_ABI_FAULTS)
run-atomic-abi:
	$(Q)RUNS="$(RUNS)" tests/atomic_abi/differential.sh
	$(Q)RUNS="$(RUNS)" tests/atomic_abi/programs.sh

build/host/bench-calls: bench/calls.c tests/atomic_abi/libatomic.c tests/atomic_abi/libatomic.h
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$(Q)gcc -std=gnu17 $(CFLAGS) $(WARNINGS) -D_GNU_SOURCE -Itests/atomic_abi -Itests/support \
	    -o $@ $(filter %.c,$^) -lpthread -lm

# Natively only: what an emulator takes says nothing of a CPU.
run-bench-calls: build/host/bench-calls build/$(HERE)/libordo-atomic.so
	$(Q)$< $(ARGS) "$$(gcc -print-file-name=libatomic.so.1)" build/$(HERE)/libordo-atomic.so
	@echo "$(OTHER_ARCH)$(if $(filter aarch64,$(OTHER_ARCH)), and libgcc's outline helpers): not measured, \
	for want of such a machine"
