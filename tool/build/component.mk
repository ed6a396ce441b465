# SPDX-License-Identifier: Apache-2.0
# Native components: programs for processes, linked by lib/component.ld (abi/component.h describes the result).
#
#   $(eval $(call component,NAME,sources,flags,libraries))   $(OUT)/component/NAME.elf and NAME.bin
#   $(eval $(call service,NAME,sources,flags,libraries))     the same, and NAME goes into the boot archive
#
# The runtime, LIB_SOURCES (lib/module.mk; by default lib/*.c lib/*.S), is linked into each; what is not used is dropped.
# libfdt: add $(LIBFDT) to the libraries and $(LIBFDT_CFLAGS) to the flags.
COMPONENT_LINKER_SCRIPT := lib/component.ld
LIB_SOURCES ?= $(wildcard lib/*.c lib/*.S)
LIB_OBJECTS = $(patsubst %,$(OUT)/lib/%.o,$(LIB_SOURCES))
$(eval $(call riscv64_objects,$(OUT)/lib,$$(USER_CFLAGS)))

define component
COMPONENTS += $(OUT)/component/$(1).bin
$(call riscv64_objects,$(OUT)/component/$(1).objects,$$(USER_CFLAGS) $(3))
$(if $(findstring LIBFDT,$(4))$(filter $(LIBFDT),$(4)),$(call needs_libfdt,$(patsubst %,$(OUT)/component/$(1).objects/%.o,$(2))))
$(OUT)/component/$(1).elf: $(patsubst %,$(OUT)/component/$(1).objects/%.o,$(2)) $$(LIB_OBJECTS) \
    $(COMPONENT_LINKER_SCRIPT) $$(filter %.a,$(4))
	$$(call say,LINK,$$@) mkdir -p $$(@D) && $(CROSS_CC) $$(USER_LDFLAGS) -T $(COMPONENT_LINKER_SCRIPT) \
	    -Wl,-Map,$$(@:.elf=.map) -o $$@ $$(filter %.o,$$^) $(4)
$(OUT)/component/$(1).bin: $(OUT)/component/$(1).elf
	$$(call say,BIN,$$@) $(OBJCOPY) -O binary $$< $$@
endef

define service
$(call component,$(1),$(2),$(3),$(4))
ARCHIVE_FILES += $(1)=$(OUT)/component/$(1).bin
endef
