# SPDX-License-Identifier: Apache-2.0
# Boot archives (abi/boot.h). The system's own holds what service, packaged_app and ARCHIVE_FILES += NAME=PATH put in.
#
#   $(eval $(call boot_archive,NAME,root=PATH NAME=PATH...))    $(OUT)/NAME.img
ARCHIVE := $(OUT)/archive.img
ARCHIVE_TOOL := $(BUILD)/host/archive
archive_order = $(filter root=%,$(1)) $(filter-out root=%,$(1))
archive_paths = $(foreach pair,$(1),$(word 2,$(subst =, ,$(pair))))

# The list is a file, so that adding or removing a component makes a new archive, and `./nj run --with` can extend it.
define boot_archive
BOOT_ARCHIVES += $(1)
$(OUT)/$(1).list: force
	$$(Q)mkdir -p $$(@D) && printf '%s\n' $(call archive_order,$(2)) >$$@.new && \
	    if cmp -s $$@.new $$@; then rm $$@.new; else mv $$@.new $$@; fi
$(OUT)/$(1).img: $(OUT)/$(1).list $(ARCHIVE_TOOL) $(call archive_paths,$(2))
	$$(call say,ARCHIVE,$$@) $(ARCHIVE_TOOL) $$@ $(call archive_order,$(2))
endef
.PHONY: force list-archives
list-archives:
	@printf '%s\n' $(BOOT_ARCHIVES)
