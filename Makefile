# SPDX-License-Identifier: Apache-2.0
# The whole build, out of tree and non-recursive. `./nj` is the front door; this is what it calls.
#
#   make            kernel, components, apps and the boot archive of $(BOARD)
#   make kernel | components | apps | wasm | host | archive | unit | fuzz
#
# Each part describes itself in a fragment of about ten lines, module.mk in its folder, with the macros of tool/build/:
#   host.mk       host_tool, unit_test, fuzz_target
#   riscv64.mk    the cross compiler and its flags
#   component.mk  component, service
#   app.mk        app, packaged_app
#   archive.mk    boot_archive
# A part that is absent is simply not built.
BOARD ?= virt-riscv64
BUILD := build
OUT := $(BUILD)/$(BOARD)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory

# make V=1 shows the commands; make -s says nothing unless PROGRESS=1, which is how `./nj` builds.
ifneq ($(V),1)
Q := @
ifneq ($(if $(PROGRESS),,$(findstring s,$(firstword -$(MAKEFLAGS)))),)
say = @
else
say = @printf '%-9s %s\n' $(1) $(2) &&
endif
else
say :=
endif

# What every C file is held to, wherever it runs.
WARNINGS := -std=c11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
DEPENDENCIES = -MMD -MP

include tool/build/host.mk
include tool/build/riscv64.mk
include tool/build/libfdt.mk
include tool/build/component.mk
include tool/build/app.mk
include tool/build/archive.mk
-include $(wildcard abi/module.mk lib/module.mk wasm/module.mk kernel/module.mk)
-include $(wildcard service/module.mk service/*/module.mk sdk/module.mk app/module.mk app/*/module.mk)
-include $(wildcard system/module.mk tool/module.mk test/module.mk test/*/module.mk)
include tool/build/last.mk

.PHONY: all kernel components apps wasm host unit fuzz archive clean format
all: kernel components apps archive
kernel: $(KERNEL)
components: $(COMPONENTS)
apps: $(APPS)
host: $(HOST_TOOLS)
wasm: $(WASM)
unit: $(UNIT_TESTS)
fuzz: $(FUZZ_TARGETS)
archive: $(ARCHIVE)

clean:
	$(Q)rm -rf $(BUILD)

FORMATTED = $(wildcard $(foreach d,kernel kernel/arch/* kernel/check wasm lib service/* sdk app/* tool test/*,$d/*.[ch]))
format:
	$(Q)clang-format -i $(FORMATTED)

-include $(shell test -d $(BUILD) && find $(BUILD) -type f -name '*.d' -not -path '*/source/*')
