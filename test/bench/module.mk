# SPDX-License-Identifier: Apache-2.0
# The component that measures the kernel, booted in place of the root server: ./nj bench kernel.
BENCH_SOURCES := $(wildcard test/bench/*.c test/bench/*.S)
$(eval $(call component,bench,$(BENCH_SOURCES)))

# A module, compiled as on the device, whose image host_call.S holds.
$(BUILD)/wasm/host_call.image: test/bench/host_call.wat $(BUILD)/host/njc
	$(call say,NJC,$@) mkdir -p $(@D) && wat2wasm -o $(@:.image=.wasm) $< && $(BUILD)/host/njc $(@:.image=.wasm) -o $@
$(OUT)/component/bench.objects/test/bench/host_call.S.o: $(BUILD)/wasm/host_call.image
