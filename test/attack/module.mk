# SPDX-License-Identifier: Apache-2.0
# The attack on the kernel: a component booted in place of the root server. Its run script adds a file of parameters.
ATTACK_SOURCES := $(wildcard test/attack/*.c test/attack/*.S) test/fuzz/kernel_calls.c test/fuzz/mutate.c kernel/check/check.c
$(eval $(call component,attack,$(ATTACK_SOURCES)))
