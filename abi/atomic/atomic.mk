# atomic.mk: libordo-atomic, the functions of libatomic on ordo's routines, and its tests; part of the
# Makefile. The shared object takes libatomic's place at run time: its soname is libatomic.so.1, and
# under that name it lies in build/TARGET/ordo, for LD_LIBRARY_PATH or -rpath.
#
# The archive has the objects that it needs of libordo.a as they are, so that a program that links
# both takes each from one of them.

# Files that are assembled more than once. On x86-64 libatomic's functions are second names of the
# routines in these files; on ARM64 they go on to the routines.
ATOMIC.x86_64  := $(addprefix names/,load load_u128 store_u128 exchange exchange_u128 \
    compare_exchange compare_exchange_u128 \
    fetch_add fetch_sub fetch_and fetch_nand fetch_or fetch_xor fetch_u128)
ATOMIC.aarch64 := $(addprefix fetch_,add sub and nand or xor)

# atomic_objects TARGET: what is here. atomic_members TARGET: and what that needs of libordo.a; on
# x86-64 that is what the locks need.
atomic_objects = $(patsubst %,build/$(1)/abi/atomic/%.o,$(ATOMIC.$(CPU.$(1))) \
    $(basename $(notdir $(filter-out %/names.S %/fetch.S,\
    $(wildcard abi/atomic/$(CPU.$(1))/*.[Sc] abi/atomic/*.c)))))
atomic_arch.x86_64  = $(patsubst %,x86_64/%.o,load store exchange compare_exchange spin_hint features)
atomic_arch.aarch64 = $(OBJECTS.$(BACKEND.$(1)))
atomic_members = $(atomic_objects) $(addprefix build/$(1)/,$(call atomic_arch.$(CPU.$(1)),$(1)) \
    $(patsubst %,core/%.o,futex misuse spin_limit))

define atomic_rules
# What ordo calls the routines becomes local to the object.
build/$(1)/abi/atomic/names/%.o: private SUFFIX = -DBODY='"../../../arch/x86_64/$$*.S"'
build/$(1)/abi/atomic/names/%.o: abi/atomic/x86_64/names.S toolchains/$(1).mk abi/atomic/atomic.mk
	$$(assemble)
	$$(Q)$$$$($(gcc.x86_64) -print-prog-name=objcopy) --wildcard --localize-symbol='ordo_*' $$@

build/$(1)/abi/atomic/fetch_%.o: private SUFFIX = -DOPERATION=$$*
build/$(1)/abi/atomic/fetch_%.o: abi/atomic/aarch64/fetch.S toolchains/$(1).mk abi/atomic/atomic.mk
	$$(assemble)

build/$(1)/abi/atomic/%.o: abi/atomic/$(CPU.$(1))/%.S toolchains/$(1).mk abi/atomic/atomic.mk
	$$(assemble)

build/$(1)/abi/atomic/%.o: abi/atomic/$(CPU.$(1))/%.c toolchains/$(1).mk abi/atomic/atomic.mk
	$$(compile)

build/$(1)/abi/atomic/%.o: abi/atomic/%.c toolchains/$(1).mk abi/atomic/atomic.mk
	$$(compile)

build/$(1)/libordo-atomic.a: $$(call atomic_members,$(1)) $$(wildcard abi/atomic/* arch/* core)
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar qcsD $$@ $$(filter %.o,$$^)

build/$(1)/libordo-atomic.so: build/$(1)/libordo-atomic.a abi/atomic/atomic.map
	@echo "  LINK    $$@"
	$$(Q)$$(CC) -shared -nostartfiles -Wl,-soname,libatomic.so.1,-z,nodelete,-z,relro,-z,now,-z,text \
	    -Wl,-z,defs,--fatal-warnings,--version-script=abi/atomic/atomic.map -o $$@ \
	    $$(call atomic_objects,$(1)) $$<

build/$(1)/ordo/libatomic.so.1: build/$(1)/libordo-atomic.so
	@mkdir -p $$(@D)
	$$(Q)ln -sf ../$$(<F) $$@
endef
$(foreach target,$(OTHER_ABIS),$(eval $(call atomic_rules,$(target))))

ATOMIC_LIBRARIES := $(foreach target,$(OTHER_ABIS),\
    $(addprefix build/$(target)/,libordo-atomic.a ordo/libatomic.so.1))
.PHONY: libordo-atomic
#: make libordo-atomic      libatomic's functions, for x86-64 and ARM64
libordo-atomic: $(ATOMIC_LIBRARIES)
all: $(filter build/$(HERE)/%,$(ATOMIC_LIBRARIES))

# tests/atomic_abi/atomic_abi.sh compiles its programs itself.
run-test: $(ATOMIC_LIBRARIES) | build/symbols.inc
