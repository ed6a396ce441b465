# SPDX-License-Identifier: Apache-2.0
# Tests and attacks of the code checker. The programs are assembled once, for host and target alike.
CHECKED_PROGRAMS := $(BUILD)/check/checked_programs.bin
CHECK_MODEL := test/fuzz/capsule_model.c test/fuzz/rv64_decode.c test/fuzz/rv64_arithmetic.c

$(eval $(call unit_test,check,kernel/check/check.c,-DCHECKED_PROGRAMS='"$(CHECKED_PROGRAMS)"'))
$(eval $(call unit_test,capsule_model,$(CHECK_MODEL),-DCHECKED_PROGRAMS='"$(CHECKED_PROGRAMS)"',-lm))
$(BUILD)/unit/check_test $(BUILD)/unit/capsule_model_test: $(CHECKED_PROGRAMS)

$(eval $(call host_tool,check_table,test/check/check_table.c))
$(eval $(call host_tool,check_words,test/fuzz/check_words.c test/fuzz/rv64_decode.c kernel/check/check.c))
$(eval $(call host_tool,check_attack,test/fuzz/check_attack.c test/fuzz/mutate.c $(CHECK_MODEL) kernel/check/check.c,,-lm))

# The model's arithmetic against another implementation of the ISA.
$(eval $(call host_tool,model_reference,test/check/model_reference.c test/fuzz/rv64_decode.c test/fuzz/rv64_arithmetic.c,,-lm))
$(BUILD)/check/model_reference.elf: $(BUILD)/host/model_reference
	$(Q)mkdir -p $(@D) && $< assembly >$(@:.elf=.S)
	$(call say,LINK,$@) $(CROSS_CC) -march=rv64gc -mabi=lp64d -nostdlib -static -o $@ $(@:.elf=.S)

# Linked, for the offsets between its parts; then the bare bytes.
$(BUILD)/check/checked_programs.bin: test/kernel/checked_programs.S test/kernel/checked_programs.h abi/capsule.h \
    abi/check.h abi/syscall.h
	$(call say,AS,$<) mkdir -p $(@D) && $(CROSS_CC) $(RISCV64_ARCH) -I. -c -o $(@:.bin=.o) $<
	$(Q)$(CROSS)ld --no-relax -e 0 -o $(@:.bin=.elf) $(@:.bin=.o)
	$(Q)$(OBJCOPY) -O binary -j .rodata $(@:.bin=.elf) $@

# Real code to start from, made by the compiler.
$(BUILD)/check/sample.image: test/check/sample.wat $(BUILD)/host/njc
	$(call say,NJC,$@) mkdir -p $(@D) && wat2wasm -o $(@:.image=.wasm) $<
	$(Q)$(BUILD)/host/njc $(@:.image=.wasm) -o $@ >/dev/null
