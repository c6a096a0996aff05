# atomic.mk: libordo-atomic, the functions of libatomic on ordo's routines, and its tests; part of the
# Makefile. The shared object takes libatomic's place at run time: its soname is libatomic.so.1, and
# under that name it lies in build/TARGET/ordo, for LD_LIBRARY_PATH or -rpath.
#
# The archive has the objects that it needs of libordo.a as they are, so that a program that links
# both takes each from one of them.

# Not NASM, which is the same bytes, nor what has no futexes.
ATOMIC_TARGETS := $(filter-out generic-% %-nasm %-pthread,$(TARGETS))

# On x86-64 libatomic's functions are second names of the routines in these files.
NAMED := $(addprefix names/,load load_u128 exchange exchange_u128 compare_exchange \
    compare_exchange_u128 fetch_add fetch_sub fetch_and fetch_nand fetch_or fetch_xor fetch_u128)

ATOMIC.x86_64 := $(NAMED)
ATOMIC_ARCH.x86_64 := $(patsubst %,x86_64/%.o,load store exchange compare_exchange spin_hint features)

# atomic_objects TARGET: what is here; atomic_members TARGET: and what it needs.
atomic_objects = $(patsubst %,build/$(1)/abi/atomic/%.o,$(ATOMIC.$(CPU.$(1))) \
    $(basename $(notdir $(filter-out %/names.S,$(wildcard abi/atomic/$(CPU.$(1))/*.S abi/atomic/*.c)))))
atomic_members = $(atomic_objects) $(addprefix build/$(1)/,\
    $(or $(ATOMIC_ARCH.$(BACKEND.$(1))),$(OBJECTS.$(BACKEND.$(1)))) \
    $(patsubst %,core/%.o,mutex futex misuse spin_limit))

# The routines' own names are for the object alone.
define assemble_atomic
$(assemble)
$(Q)$(shell $(CC) -print-prog-name=objcopy) --wildcard --localize-symbol='ordo_*' $@
endef

define atomic_rules
build/$(1)/abi/atomic/names/%.o: private SUFFIX = -DBODY='"../../../arch/x86_64/$$*.S"'
build/$(1)/abi/atomic/names/%.o: abi/atomic/x86_64/names.S toolchains/$(1).mk
	$$(assemble_atomic)

build/$(1)/abi/atomic/%.o: abi/atomic/$(CPU.$(1))/%.S toolchains/$(1).mk
	$$(assemble_atomic)

build/$(1)/abi/atomic/%.o: abi/atomic/%.c toolchains/$(1).mk
	$$(compile)

build/$(1)/libordo-atomic.a: $$(call atomic_members,$(1)) $$(wildcard abi/atomic/* arch/* core)
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar qcsD $$@ $$(filter %.o,$$^)

build/$(1)/libordo-atomic.so: build/$(1)/libordo-atomic.a abi/atomic/atomic.map
	@echo "  LINK    $$@"
	$$(Q)$$(CC) -shared -nostartfiles -Wl,-soname,libatomic.so.1,-z,nodelete -Wl,-z,defs \
	    -Wl,--fatal-warnings,--version-script=abi/atomic/atomic.map -o $$@ \
	    $$(call atomic_objects,$(1)) $$<

build/$(1)/ordo/libatomic.so.1: build/$(1)/libordo-atomic.so
	@mkdir -p $$(@D)
	$$(Q)ln -sf ../$$(<F) $$@
endef
$(foreach target,$(ATOMIC_TARGETS),$(eval $(call atomic_rules,$(target))))
