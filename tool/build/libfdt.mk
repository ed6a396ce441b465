# SPDX-License-Identifier: Apache-2.0
# libfdt for the device, from the source package of the devicetree compiler (tool/fetch checks its hash).
# Kernel boot code and components link the same archive: freestanding code, picolibc's headers only.
LIBFDT := $(OUT)/libfdt.a
LIBFDT_SOURCE := $(BUILD)/source/device-tree-compiler
LIBFDT_CFLAGS := -isystem $(LIBFDT_SOURCE)/libfdt
LIBFDT_PARTS := fdt fdt_ro fdt_wip fdt_rw fdt_sw fdt_strerror fdt_empty_tree fdt_addresses fdt_check

$(LIBFDT_SOURCE)/.fetched: tool/fetch
	$(call say,FETCH,$(LIBFDT_SOURCE)) tool/fetch device-tree-compiler $(LIBFDT_SOURCE) && touch $@
$(OUT)/libfdt/%.o: $(LIBFDT_SOURCE)/.fetched
	$(call say,CC,$(LIBFDT_SOURCE)/libfdt/$*.c) mkdir -p $(@D) && $(CROSS_CC) $(filter-out $(WARNINGS),$(KERNEL_CFLAGS)) \
	    -std=c11 -D_DEFAULT_SOURCE --specs=picolibc.specs -I$(LIBFDT_SOURCE)/libfdt -c -o $@ $(LIBFDT_SOURCE)/libfdt/$*.c
$(LIBFDT): $(LIBFDT_PARTS:%=$(OUT)/libfdt/%.o)
	$(call say,AR,$@) rm -f $@ && $(CROSS)ar rcs $@ $^
# Objects that include libfdt.h wait for the source: $(eval $(call needs_libfdt,objects))
needs_libfdt = $(1): | $(LIBFDT_SOURCE)/.fetched
