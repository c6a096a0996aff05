# freestanding.mk: libordo-freestanding.a, for kernels and firmware (include/ordo/freestanding.h):
# the routines of the target, and those locks of core whose waiters do not sleep. Part of the
# Makefile.
#
# What needs an operating system is a file here in the place of one there: features.c (who asks for
# the CPU's features), misuse.c (how a wrong use ends), futex.c (what waits), hooks.c (the rest);
# and what touches vector registers: x86_64/load_u128.S and store_u128.S.

FREESTANDING_LOCKS := spin_limit spin_lock ticket_lock mcs_lock process_shared_mutex sequence_lock
FREESTANDING_SEAMS := $(patsubst freestanding/%.c,%.o,$(wildcard freestanding/*.c))
FREESTANDING_ASSEMBLY.x86_64 := $(patsubst freestanding/%.S,%.o,$(wildcard freestanding/x86_64/*.S))

# Hidden names and addresses relative to the code, so that the program may be linked for any address
# or none. No guard of the stack, which is checked by a library.
FREESTANDING.x86_64  := -mno-red-zone -mgeneral-regs-only
FREESTANDING.aarch64 := -mgeneral-regs-only
FREESTANDING          = -ffreestanding -fPIE -include freestanding/hidden.h -fno-stack-protector \
    $(FREESTANDING.$(1))

define freestanding_rules
build/$(1)/freestanding/%: private CODE_MODEL = $$(call FREESTANDING,$(CPU.$(1)))

build/$(1)/freestanding/core/%.o: core/%.c toolchains/$(1).mk
	$$(compile)
build/$(1)/freestanding/$(CPU.$(1))/cpu.o: arch/$(CPU.$(1))/cpu.c toolchains/$(1).mk
	$$(compile)
build/$(1)/freestanding/%.o: freestanding/%.c toolchains/$(1).mk
	$$(compile)
build/$(1)/freestanding/%.o: freestanding/%.S toolchains/$(1).mk
	$$(assemble)

build/$(1)/libordo-freestanding.a: \
    $$(addprefix build/$(1)/,$$(filter-out %/cpu.o %/features.o \
        $$(FREESTANDING_ASSEMBLY.$(CPU.$(1))),$$(OBJECTS.$(BACKEND.$(1))))) \
    $$(addprefix build/$(1)/freestanding/,$$(FREESTANDING_ASSEMBLY.$(CPU.$(1))) $(CPU.$(1))/cpu.o \
        $$(FREESTANDING_SEAMS) $$(FREESTANDING_LOCKS:%=core/%.o)) \
    $$(wildcard freestanding freestanding/* arch/*)
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar rcsD $$@ $$(filter %.o,$$^)
endef
$(foreach target,$(OTHER_ABIS),$(eval $(call freestanding_rules,$(target))))

run-test: $(OTHER_ABIS:%=build/%/libordo-freestanding.a)
