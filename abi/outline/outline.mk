# outline.mk: libordo-outline.a, the helpers that compilers call for outline atomics (ARM64), and
# their tests; part of the Makefile. asm.h beside this file says what the three kinds of it are.

#: make build/TARGET/libordo-outline.a    outline atomics; TARGET is an ARM64 one, such as
#:                          aarch64-fat-gcc

OUTLINE.aarch64     := -DORDO_LLSC
OUTLINE.armv8.1     := -DORDO_LSE
OUTLINE.aarch64-fat := -DORDO_LLSC -DORDO_LSE
OUTLINE_TARGETS := $(foreach target,$(TARGETS),$(if $(OUTLINE.$(BACKEND.$(target))),$(target)))

# A helper is a member of the archive: cas4_acq_rel.o has __aarch64_cas4_acq_rel.
OUTLINE_MEMBERS := have_lse detect $(shell awk '$$1 == "helper" { \
    bytes = split($$3, byte, ","); orders = split($$4, order, ","); \
    for (b = 1; b <= bytes; b++) for (o = 1; o <= orders; o++) print $$2 byte[b] "_" order[o] }' \
    abi/outline/ops.tbl)

define outline_rules
build/$(1)/libordo-outline.a: $(patsubst %,build/$(1)/outline/%.o,$(OUTLINE_MEMBERS)) \
    abi/outline/ops.tbl
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar rcsD $$@ $$(filter %.o,$$^)

build/$(1)/outline/%.o: private SUFFIX = $(OUTLINE.$(BACKEND.$(1))) -DHELPER=__aarch64_$$(@F:.o=)
build/$(1)/outline/cas16_%.o: abi/outline/cas16.S toolchains/$(1).mk
	$$(assemble)
build/$(1)/outline/cas%.o: abi/outline/cas.S toolchains/$(1).mk
	$$(assemble)
build/$(1)/outline/swp%.o: abi/outline/swp.S toolchains/$(1).mk
	$$(assemble)
build/$(1)/outline/ld%.o: abi/outline/fetch.S toolchains/$(1).mk
	$$(assemble)
build/$(1)/outline/%.o: abi/outline/%.c toolchains/$(1).mk
	$$(compile)
endef
$(foreach target,$(OUTLINE_TARGETS),$(eval $(call outline_rules,$(target))))

OUTLINE_LIBRARIES := $(OUTLINE_TARGETS:%=build/%/libordo-outline.a)

# ---- tests ---------------------------------------------------------------------------------------

# build/TARGET/tests/outline: each helper of the archive; tests/outline/back_end.c knows the target.
build/outline.inc:
	@mkdir -p $(@D)
	$(Q)printf 'HELPER(%s)\n' $(filter-out have_lse detect,$(OUTLINE_MEMBERS)) > $@
build/outline.inc: abi/outline/ops.tbl

build/tests/aarch64/outline/helper.o: | build/outline.inc
also.outline = build/$(1)/tests/outline_back_end.o build/$(1)/libordo-outline.a

define outline_test_rules
$(call test_rules,outline,$(1))
build/$(1)/tests/outline_back_end.o: private CC      = $$(call test_compiler,aarch64)
build/$(1)/tests/outline_back_end.o: private DEFINES = \
    -DORDO_BACK_END='"$(BACKEND.$(1))"' $$(TEST_DEFINES)
build/$(1)/tests/outline_back_end.o: tests/outline/back_end.c | $(NEEDS.aarch64)
	$$(compile)
endef
$(foreach target,$(OUTLINE_TARGETS),$(eval $(call outline_test_rules,$(target))))

OUTLINE_TESTS := $(patsubst %,build/%-gcc/tests/outline,aarch64 armv8.1 aarch64-fat)
libraries run-check run-test run-faults: $(OUTLINE_LIBRARIES)
run-test run-faults: $(OUTLINE_TESTS) build/model/enumerator
