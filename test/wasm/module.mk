# SPDX-License-Identifier: Apache-2.0
# Runs images under qemu-riscv64: a program for riscv64 Linux.
LINUX_CC ?= riscv64-linux-gnu-gcc
WASM_EXECUTE := $(BUILD)/wasm/execute
WASM_EXECUTE_SOURCES := $(addprefix test/wasm/,execute.c sandbox.c system.c)
$(WASM_EXECUTE): $(WASM_EXECUTE_SOURCES) test/wasm/sandbox.h $(wildcard abi/*.h)
	$(call say,CC,$@) mkdir -p $(@D) && $(LINUX_CC) $(WARNINGS) -std=gnu11 -O2 -g -static -I. -o $@ $(WASM_EXECUTE_SOURCES)
