# SPDX-License-Identifier: Apache-2.0
# The kernel's test suite: a component that the kernel boots in place of the root server.
KERNEL_TEST_SOURCES := $(wildcard test/kernel/*.c test/kernel/*.S) kernel/check/check.c test/fuzz/mutate.c
$(eval $(call component,kernel-test,$(KERNEL_TEST_SOURCES)))
$(eval $(call boot_archive,kernel-test,root=$(OUT)/component/kernel-test.bin))
