# SPDX-License-Identifier: Apache-2.0
# What can be said only when every fragment has been read.
$(eval $(call boot_archive,archive,$(ARCHIVE_FILES)))

# `./nj bench kernel` boots the component that measures instead of a root server.
ifneq ($(filter $(OUT)/component/bench.bin,$(COMPONENTS)),)
$(eval $(call boot_archive,bench-kernel,root=$(OUT)/component/bench.bin))
endif

# Fuzz targets that share the sources of a unit test.
$(foreach t,$(patsubst %_fuzz,%,$(filter-out $(notdir $(FUZZ_TARGETS)),$(basename $(notdir $(wildcard test/fuzz/*_fuzz.c))))),\
    $(eval $(call fuzz_target,$(t),$(UNIT_SOURCES_$(t)),$(UNIT_FLAGS_$(t)))))

# Unit tests that need nothing but their own file.
$(foreach t,$(filter-out $(notdir $(UNIT_TESTS)),$(basename $(notdir $(wildcard test/host/*_test.c)))),\
    $(eval $(call unit_test,$(t:_test=))))
