# SPDX-License-Identifier: Apache-2.0
# The cross compiler for riscv64. Zba and Zbb are part of the base line; floating point is left out, so code that needs
# it calls the library and nothing has to save registers for it.
CROSS ?= riscv64-unknown-elf-
CROSS_CC := $(CROSS)gcc
OBJCOPY := $(CROSS)objcopy
SIZE := $(CROSS)size

RISCV64_ARCH := -march=rv64imac_zicsr_zba_zbb -mabi=lp64 -mcmodel=medany
# The library variants are named by plain rv64imac: link with that, or the compiler picks the hard-float ones.
RISCV64_LINK_ARCH := -march=rv64imac -mabi=lp64 -mcmodel=medany

# Headers alone, for freestanding code that includes libfdt.h.
PICOLIBC_INCLUDE := /usr/lib/picolibc/riscv64-unknown-elf/include

# The kernel: freestanding, no library; it brings its own memcpy, memset, memmove, memcmp.
KERNEL_CFLAGS := $(WARNINGS) -march=rv64imac_zicsr_zifencei_zba_zbb -mabi=lp64 -mcmodel=medany -Os -g -I. \
    -ffreestanding -fno-common -fno-pic -ffunction-sections -fdata-sections -fno-strict-aliasing
KERNEL_LDFLAGS := $(RISCV64_LINK_ARCH) -nostdlib -static -Wl,--gc-sections -Wl,--build-id=none -Wl,--fatal-warnings \
    -Wl,--no-warn-rwx-segments

# User space: picolibc.
USER_CFLAGS := $(WARNINGS) $(RISCV64_ARCH) -Os -g -I. --specs=picolibc.specs -fno-common -fno-pic \
    -ffunction-sections -fdata-sections
USER_LDFLAGS := $(RISCV64_LINK_ARCH) --specs=picolibc.specs -nostartfiles -static -Wl,--gc-sections \
    -Wl,--build-id=none -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments

# Objects of one program; they are rebuilt when the fragment that asks for them changes.
# 1 object folder, 2 flags (a variable's value, or $$-quoted to be expanded late)
define riscv64_objects
$(1)/%.c.o: %.c $$(lastword $$(MAKEFILE_LIST)) tool/build/riscv64.mk
	$$(call say,CC,$$<) mkdir -p $$(@D) && $(CROSS_CC) $(2) $(DEPENDENCIES) -c -o $$@ $$<
$(1)/%.S.o: %.S $$(lastword $$(MAKEFILE_LIST)) tool/build/riscv64.mk
	$$(call say,AS,$$<) mkdir -p $$(@D) && $(CROSS_CC) $(2) $(DEPENDENCIES) -c -o $$@ $$<
endef
