# tools.mk: the `ordo` command, the compiler wrapper as it is used from the build tree, and their
# tests; part of the Makefile.

#: make tools               the command build/host/ordo, and the compilers ordo-cc and ordo-c++
#:                          beside it, which take the libraries of build/
#: make run-audit           the tests of `ordo audit` and of ordo-cc

ORDO := $(patsubst %,tools/%.c,ordo audit audit_libraries audit_lines audit_print audit_scan known \
    machine_code)
WRAPPER := build/host/ordo-cc build/host/ordo-c++

.PHONY: tools run-audit
tools: build/host/ordo $(WRAPPER)

build/host/tools/%: private DEFINES = -Itools -D_GNU_SOURCE -DORDO_VERSION='"$(VERSION)"' \
    $(LLVM_FLAGS)
build/host/ordo: $(ORDO:%.c=build/host/%.o)
	@echo "  LINK    $@"
	$(Q)gcc -o $@ $^ $(LLVM_LINK)

build/host/ordo-cc: tools/ordo-cc.in
	@mkdir -p $(@D)
	$(Q)sed -e 's#@LIBDIR@#$(CURDIR)/build#; s#@BINDIR@#$(CURDIR)/build/host#' \
	    -e 's#@VERSION@#$(VERSION)#' $< > $@ && chmod +x $@
build/host/ordo-c++: build/host/ordo-cc
	$(Q)ln -sf ordo-cc $@

# ---- tests ---------------------------------------------------------------------------------------

# The command once more, with sanitizers and without its main, for files that are damaged.
build/asan/ordo/%.o: private CC      = gcc -fsanitize=address,undefined
build/asan/ordo/%.o: private DEFINES = -Itools -D_GNU_SOURCE -DORDO_VERSION='"$(VERSION)"' \
    $(LLVM_FLAGS) -Dmain=command_main -fno-sanitize-recover=undefined
build/asan/ordo/tests/audit/damage.o: private DEFINES = -D_GNU_SOURCE
build/asan/ordo/%.o: %.c
	$(compile)
build/asan/damage: $(patsubst %.c,build/asan/ordo/%.o,$(ORDO) tests/audit/damage.c)
	@echo "  LINK    $@"
	$(Q)gcc -fsanitize=address,undefined -o $@ $^ $(LLVM_LINK)

AUDITED := $(foreach file,libordo-atomic.a libordo-atomic.so ordo/libatomic.so.1,\
    build/x86_64-gcc/$(file) build/aarch64-fat-gcc/$(file)) build/aarch64-fat-gcc/libordo-outline.a

run-audit run-test: tools build/asan/damage $(AUDITED)
run-audit:
	$(Q)tests/audit/audit.sh
