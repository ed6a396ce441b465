# SPDX-License-Identifier: Apache-2.0
# Runs images under qemu-riscv64: a program for riscv64 Linux.
LINUX_CC ?= riscv64-linux-gnu-gcc
WASM_EXECUTE := $(BUILD)/wasm/execute
WASM_EXECUTE_SOURCES := $(addprefix test/wasm/,execute.c sandbox.c system.c)
$(WASM_EXECUTE): $(WASM_EXECUTE_SOURCES) test/wasm/sandbox.h $(wildcard abi/*.h)
	$(call say,CC,$@) mkdir -p $(@D) && $(LINUX_CC) $(WARNINGS) -std=gnu11 -O2 -g -static -I. -o $@ $(WASM_EXECUTE_SOURCES)

# Programs for it, with the compiler and the library that applications use.
$(BUILD)/wasm/program/%.wasm: test/wasm/program/%.c
	$(call say,WASMCC,$@) mkdir -p $(@D) && $(WASM_CC) $(APP_CFLAGS) -c -o $(@:.wasm=.o) $< && \
	    $(WASM_LD) $(APP_LDFLAGS) -L$(WASI_LIB) -o $@ $(WASI_LIB)/crt1-command.o $(@:.wasm=.o) -lc $(WASM_BUILTINS)
$(BUILD)/wasm/program/%.njimage: $(BUILD)/wasm/program/%.wasm $(BUILD)/host/njc
	$(call say,NJC,$@) $(BUILD)/host/njc $< -o $@ >/dev/null

$(eval $(call fuzz_target,wasm_compile,$(filter-out wasm/arena.c,$(WASM_DECODE)) $(WASM_COMPILE) kernel/check/check.c,,$(addprefix $(BUILD)/wasm/,every_instruction.wasm execute.wasm program/text.wasm program/floats.wasm)))
$(BUILD)/wasm/execute.wasm: test/wasm/execute.wast
	$(call say,WAT,$@) mkdir -p $(@D) && wast2json $< -o $(@:.wasm=.json) && mv $(@:.wasm=.0.wasm) $@
