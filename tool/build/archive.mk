# SPDX-License-Identifier: Apache-2.0
# The boot archive (abi/boot.h): what service, packaged_app and ARCHIVE_FILES += NAME=PATH put in, the root server first.
ARCHIVE := $(OUT)/archive.img
ARCHIVE_TOOL := $(BUILD)/host/archive
ARCHIVE_ORDERED = $(filter root=%,$(ARCHIVE_FILES)) $(filter-out root=%,$(ARCHIVE_FILES))
archive_paths = $(foreach pair,$(1),$(word 2,$(subst =, ,$(pair))))

# The list is a file, so that a component added to or taken out of it makes a new archive, and so that
# `./nj run --with` can add to it.
ARCHIVE_LIST := $(OUT)/archive.list
.PHONY: force
$(ARCHIVE_LIST): force
	$(Q)mkdir -p $(@D) && printf '%s\n' $(ARCHIVE_ORDERED) | cmp -s - $@ || printf '%s\n' $(ARCHIVE_ORDERED) >$@
$(ARCHIVE): $(ARCHIVE_LIST) $(ARCHIVE_TOOL) $(call archive_paths,$(ARCHIVE_FILES))
	$(call say,ARCHIVE,$@) $(ARCHIVE_TOOL) $@ $(ARCHIVE_ORDERED)

# Tests without a unit_test of their own.
$(foreach t,$(filter-out $(notdir $(UNIT_TESTS)),$(basename $(notdir $(wildcard test/host/*_test.c)))),\
    $(eval $(call unit_test,$(t:_test=))))
