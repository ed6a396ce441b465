# SPDX-License-Identifier: Apache-2.0
# Programs that run on the build machine.
#
#   $(eval $(call host_tool,NAME,sources,flags,libraries))    build/host/NAME
#   $(eval $(call unit_test,NAME,sources,flags,libraries))    build/unit/NAME_test, from test/host/NAME_test.c and the
#                                                             sources under test, with the sanitizers on
# Tests without a fragment entry are built from their own file alone. Objects are per program: flags may differ.
HOST_CC ?= gcc
HOST_CFLAGS := $(WARNINGS) -O2 -g -I. -D_GNU_SOURCE
UNIT_CFLAGS := $(WARNINGS) -O1 -g -I. -D_GNU_SOURCE -fsanitize=address,undefined -fno-sanitize-recover=all \
    -fno-omit-frame-pointer

# 1 output, 2 object folder, 3 sources, 4 flags, 5 libraries
define host_program
$(1): $(patsubst %.c,$(2)/%.o,$(3))
	$$(call say,LINK,$$@) mkdir -p $$(@D) && $(HOST_CC) $(4) -o $$@ $$(filter %.o,$$^) $(5)
$(2)/%.o: %.c $$(lastword $$(MAKEFILE_LIST)) tool/build/host.mk
	$$(call say,HOSTCC,$$<) mkdir -p $$(@D) && $(HOST_CC) $(4) $(DEPENDENCIES) -c -o $$@ $$<
endef

define host_tool
HOST_TOOLS += $(BUILD)/host/$(1)
$(call host_program,$(BUILD)/host/$(1),$(BUILD)/host/$(1).objects,$(2),$(HOST_CFLAGS) $(3),$(4))
endef

define unit_test
UNIT_TESTS += $(BUILD)/unit/$(1)_test
$(call host_program,$(BUILD)/unit/$(1)_test,$(BUILD)/unit/$(1).objects,test/host/$(1)_test.c test/host/main.c $(2),$(UNIT_CFLAGS) $(3),$(4))
endef
