# tools.mk: the `ordo` command, and the compiler wrapper as it is used from the build tree.

ORDO_OBJECTS := $(patsubst %,build/host/tools/%.o,ordo machine_code known audit audit_scan audit_lines \
    audit_libraries audit_print)

build/host/tools/ordo.o: private DEFINES = -DORDO_VERSION='"$(VERSION)"'
build/host/tools/audit%.o build/host/tools/known.o: private DEFINES = -Itools -D_GNU_SOURCE
build/host/ordo: $(ORDO_OBJECTS)
	@echo "  LINK    $@"
	$(Q)gcc -o $@ $^ $(LLVM_LINK)

.PHONY: tools
tools: build/host/ordo build/host/ordo-cc build/host/ordo-c++

build/host/ordo-cc: tools/ordo-cc.in
	@mkdir -p $(@D)
	$(Q)sed -e 's#@LIBDIR@#$(CURDIR)/build#; s#@BINDIR@#$(CURDIR)/build/host#' \
	    -e 's#@VERSION@#$(VERSION)#' $< > $@ && chmod +x $@
build/host/ordo-c++: build/host/ordo-cc
	$(Q)ln -sf ordo-cc $@
