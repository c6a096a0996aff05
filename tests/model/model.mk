# model.mk: the model checker and what it checks; part of the Makefile.
#
# Code under test is compiled as for ThreadSanitizer, but linked with the checker's own hooks: so
# every plain access reaches it. Its data get sections of their own, which are put back before each
# execution, and its calls into libc are renamed to the checker's versions; a call that the checker
# does not have is refused, and so are thread-local data, which would be one object of all its
# threads. Core is code under test too, but for its seams, which the checker has in versions of its
# own. All at fixed addresses, so that a seed means the same in every run.

#: make model [LONG=1]      the model tests, and the checker against the enumerator and itself
#: make mutate FILE=...     weakens each ordering of a file and reports which the model tests find

ENGINE := $(patsubst arch/model/%.c,build/model/engine/%.o,$(wildcard arch/model/*.c)) \
    build/model/engine/context_$(HOST_ARCH).o build/model/engine/features.o
CHECKER := $(filter-out %/main.o,$(ENGINE))
MODEL_PROGRAMS := $(patsubst tests/model/%.c,build/model/%,$(wildcard tests/model/*.c)) \
    build/model/guard/guard
ENUMERATOR := $(patsubst tests/model/enumerate/%.c,build/model/enumerate/%.o,\
    $(wildcard tests/model/enumerate/*.c))

build/model/%: private CC         = gcc
build/model/%: private PROTECTION = $(PROTECTION.$(HOST_ARCH))
build/model/%: private DEFINES    = $(DEFINES.generic) -fno-pic -Iarch/model -Ibuild
build/model/enumerate/%: private DEFINES = -fno-pic -Iarch/model -Itests/check -Itools -Itests/support

build/model/engine/%.o: arch/model/%.c | build/symbols.inc
	$(compile)
# There is no CPU feature to choose by, as in the generic back end.
build/model/engine/features.o: arch/generic/features.c
	$(compile)
build/model/engine/%.o: arch/model/%.S
	$(assemble)
build/model/enumerate/%.o: tests/model/enumerate/%.c
	$(compile)
build/model/checker/%.o: tests/model/checker/%.c
	$(compile)

# Clang, because it tells the hooks of every access; -O0, because an access that the compiler leaves
# out cannot be checked.
define compile_subject
@mkdir -p $(@D)
$(if $(V),,@echo "  MODEL   $@")
$(Q)clang -std=gnu17 -O0 -g $(WARNINGS) $(DEFINES.generic) -Iinclude -Iarch/model -Itests/model \
    -MMD -MP -fno-pic -fno-common -fsanitize=thread -mllvm -tsan-instrument-func-entry-exit=0 \
    -mllvm -tsan-instrument-read-before-write=1 $(EVERY_LOCAL) -c -o $(@:.o=.raw.o) \
    -MF $(@:.o=.d) -MT $@ $<
$(Q)objcopy --redefine-syms=arch/model/libc.names --rename-section .data=model_data \
    --rename-section .bss=model_bss $(@:.o=.raw.o) $@
endef

# Clang leaves accesses of a local struct's field out if the field's address stays in the function.
# That is wrong where the place was an atomic object's, of an earlier call, and the struct's address
# is given away. So there all accesses of local variables are seen; it takes twice as long.
define every_local
build/model/subject/$(1).o build/model/subject/core/$(1).o: private \
    EVERY_LOCAL = -mllvm -capture-tracking-max-uses-to-explore=0
endef
$(foreach name,bucket_lock parking_lot byte_mutex byte_condition_variable futex_on_parking_lot,\
    $(eval $(call every_local,$(name))))

# Files of core that arch/model has under the same name are replaced by those.
SEAMS := $(patsubst arch/model/%,core/%,$(wildcard arch/model/*.c))
CORE_SUBJECTS := $(patsubst core/%.c,build/model/subject/core/%.o,\
    $(filter-out $(SEAMS),$(wildcard core/*.c)))

build/model/subject/%.o: tests/model/%.c arch/model/libc.names
	$(compile_subject)
build/model/subject/core/%.o: core/%.c arch/model/libc.names
	$(compile_subject)
# An archive, so that a program has only what it uses: fewer data to put back.
build/model/subject/core.a: $(CORE_SUBJECTS)
	$(Q)rm -f $@ && ar rcsD $@ $^
build/model/subject/order.o: arch/order.c arch/model/libc.names
	$(compile_subject)

$(MODEL_PROGRAMS): build/model/%: build/model/subject/%.o build/model/subject/order.o \
    build/model/subject/core.a $(ENGINE)
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$(Q)ld -r -o $@.all.o $(filter build/model/subject/%,$^)
	$(Q)! nm -u $@.all.o | awk '{ print $$2 }' | grep -vE '^(__tsan_|ordo_|model_)' || \
	    { echo "$@: the model checker does not have these functions" >&2; exit 1; }
	$(Q)! readelf -SW $@.all.o | grep -qE ' \.t(data|bss)' || \
	    { echo "$@: the model checker does not have _Thread_local" >&2; exit 1; }
	$(Q)gcc -no-pie -o $@ $@.all.o $(ENGINE)

# The enumerator reads ordering.tbl as the structural checks do.
build/model/enumerator: $(filter-out %/agreement.o,$(ENUMERATOR)) \
    $(patsubst %,build/host/%.o,tests/check/table tests/check/operations arch/order)
build/model/agreement: $(patsubst %,build/model/enumerate/%.o,\
    agreement candidates common generate program rc11 tally) $(CHECKER) build/host/arch/order.o
# The checker against itself: forward and in reverse.
build/model/both_ways: build/model/checker/both_ways.o $(CHECKER) build/host/arch/order.o
build/model/enumerator build/model/agreement build/model/both_ways:
	@echo "  LINK    $@"
	$(Q)gcc -no-pie -o $@ $^

.PHONY: run-model run-mutate
MODEL := $(MODEL_PROGRAMS) build/model/enumerator build/model/agreement build/model/both_ways
run-model: $(MODEL)
	$(Q)LONG=$(LONG) tests/model/model.sh

run-mutate: $(MODEL_PROGRAMS)
	$(Q)tests/model/mutate.sh "$(FILE)"
