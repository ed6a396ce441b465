# SPDX-License-Identifier: Apache-2.0
# The system description, compiled, for the root server. Interrupts are named by number alone: there is one controller.
DTC ?= dtc
SYSTEM_DTB := $(OUT)/system.dtb
$(SYSTEM_DTB): system/$(BOARD).dts $(wildcard system/board/$(BOARD).dtsi)
	$(call say,DTC,$@) mkdir -p $(@D) && $(DTC) -W no-interrupts_property -I dts -O dtb -o $@ $<
ARCHIVE_FILES += system.dtb=$(SYSTEM_DTB)
