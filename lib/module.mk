# SPDX-License-Identifier: Apache-2.0
LIB_SOURCES := $(wildcard lib/*.c) lib/arch/riscv64/start.S
