# SPDX-License-Identifier: Apache-2.0
# Tests of the first services: two systems of their own.
$(eval $(call component,tester,$(filter-out test/service/victim.c,$(wildcard test/service/*.c))))
$(eval $(call component,victim,test/service/victim.c))

SERVICE_TEST_IMAGES := $(foreach c,timer uart log supervisor memory tester victim root,$c=$(OUT)/component/$c.bin)
$(OUT)/service-test-%.dtb: test/service/%.dts test/service/components.dtsi system/board/virt-riscv64.dtsi
	$(call say,DTC,$@) mkdir -p $(@D) && $(DTC) -q -W no-interrupts_property -I dts -O dtb -o $@ $<
$(eval $(call boot_archive,service-test-system,$(SERVICE_TEST_IMAGES) system.dtb=$(OUT)/service-test-system.dtb))
$(eval $(call boot_archive,service-test-silent,$(SERVICE_TEST_IMAGES) system.dtb=$(OUT)/service-test-silent.dtb))
