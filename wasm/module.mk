# SPDX-License-Identifier: Apache-2.0
# Decoder and validator; freestanding but for memcpy and memset, the same for host and device.
WASM_DECODE := $(addprefix wasm/,arena.c utf8.c reader.c instruction.c body.c section.c type.c signature.c constant.c \
    declaration.c export.c segment.c names.c module.c validate.c validate_control.c validate_special.c)

$(eval $(call host_tool,wasm-check,tool/wasm_check.c $(WASM_DECODE)))
$(eval $(call unit_test,wasm_reader,wasm/reader.c wasm/utf8.c))
$(eval $(call unit_test,wasm_module,$(WASM_DECODE)))
$(eval $(call unit_test,wasm_instruction,$(WASM_DECODE)))
$(eval $(call unit_test,wasm_validate,$(WASM_DECODE)))

# Its arena is the fuzz target's own.
$(eval $(call fuzz_target,wasm_validate,$(filter-out wasm/arena.c,$(WASM_DECODE)),,$(BUILD)/wasm/every_instruction.wasm))
$(BUILD)/wasm/%.wasm: test/wasm/%.wat
	$(call say,WAT,$@) mkdir -p $(@D) && wat2wasm -o $@ $<

# Compiler to images of checked code; freestanding but for memcpy, memmove, memset, memcmp, strlen.
WASM_COMPILE := $(addprefix wasm/,compile.c survey.c function.c operand.c condition.c emit.c control.c branch.c call.c number.c \
    float.c convert.c memory_access.c variable.c table.c state.c link.c stub.c routine.c image_write.c)

$(eval $(call host_tool,njc,tool/njc.c $(WASM_DECODE) $(WASM_COMPILE) kernel/check/check.c))
$(eval $(call unit_test,wasm_compile,$(WASM_DECODE) $(WASM_COMPILE) kernel/check/check.c))
