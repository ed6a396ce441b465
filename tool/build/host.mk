# SPDX-License-Identifier: Apache-2.0
# Programs that run on the build machine.
#
#   $(eval $(call host_tool,NAME,sources,flags,libraries))    build/host/NAME
#   $(eval $(call unit_test,NAME,sources,flags,libraries))    build/unit/NAME_test, from test/host/NAME_test.c and the
#                                                             sources under test, with the sanitizers on
#   $(eval $(call fuzz_target,NAME,sources,flags,seeds))      build/fuzz/NAME_fuzz, from test/fuzz/NAME_fuzz.c, with
#                                                             libFuzzer; seeds: files to start from
# Tests without an entry are built from their own file alone; a fuzz target without one, from the sources of the unit test
# of that name. Objects are per program: flags may differ.
HOST_CC ?= gcc
HOST_CFLAGS := $(WARNINGS) -O2 -g -I. -D_GNU_SOURCE
UNIT_CFLAGS := $(WARNINGS) -O1 -g -I. -D_GNU_SOURCE -fsanitize=address,undefined -fno-sanitize-recover=all \
    -fno-omit-frame-pointer
FUZZ_CC ?= clang-14
FUZZ_CFLAGS := $(WARNINGS) -Wno-unused-but-set-variable -O1 -g -I. -D_GNU_SOURCE \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# 1 output, 2 object folder, 3 sources, 4 flags, 5 libraries, 6 compiler
define host_program
$(1): $(patsubst %.c,$(2)/%.o,$(3))
	$$(call say,LINK,$$@) mkdir -p $$(@D) && $(6) $(4) -o $$@ $$(filter %.o,$$^) $(5)
$(2)/%.o: %.c $$(lastword $$(MAKEFILE_LIST)) tool/build/host.mk
	$$(call say,HOSTCC,$$<) mkdir -p $$(@D) && $(6) $(4) $(DEPENDENCIES) -c -o $$@ $$<
endef

define host_tool
HOST_TOOLS += $(BUILD)/host/$(1)
$(call host_program,$(BUILD)/host/$(1),$(BUILD)/host/$(1).objects,$(2),$(HOST_CFLAGS) $(3),$(4),$(HOST_CC))
endef

define unit_test
UNIT_TESTS += $(BUILD)/unit/$(1)_test
UNIT_SOURCES_$(1) := $(2)
UNIT_FLAGS_$(1) := $(3)
$(call host_program,$(BUILD)/unit/$(1)_test,$(BUILD)/unit/$(1).objects,test/host/$(1)_test.c test/host/main.c $(2),$(UNIT_CFLAGS) $(3),$(4),$(HOST_CC))
endef

define fuzz_target
FUZZ_TARGETS += $(BUILD)/fuzz/$(1)_fuzz
$(call host_program,$(BUILD)/fuzz/$(1)_fuzz,$(BUILD)/fuzz/$(1).objects,test/fuzz/$(1)_fuzz.c $(2),$(FUZZ_CFLAGS) $(3),,$(FUZZ_CC))
$(BUILD)/fuzz/seeds/$(1): $(4) $$(lastword $$(MAKEFILE_LIST))
	$$(Q)rm -rf $$@ && mkdir -p $$@ && $(if $(4),cp $(4) $$@,:)
endef
