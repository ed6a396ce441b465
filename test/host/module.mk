# SPDX-License-Identifier: Apache-2.0
# The portable kernel on the build machine: object arrays overlay one array that plays RAM (kernel/arch/host).
KERNEL_HOST_SOURCES := $(filter-out kernel/main.c,$(wildcard kernel/*.c)) kernel/check/check.c $(wildcard kernel/arch/host/*.c)
KERNEL_HOST_FLAGS := -Wno-unused-command-line-argument -Ikernel/arch/riscv64 -fno-pie -no-pie -fno-strict-aliasing
$(eval $(call unit_test,kernel_capability,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_memory,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_sched,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_message,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call fuzz_target,kernel,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
