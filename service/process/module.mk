# SPDX-License-Identifier: Apache-2.0
$(eval $(call service,process,$(wildcard service/process/*.c)))
$(eval $(call unit_test,image,service/process/image.c))
$(eval $(call unit_test,process,$(addprefix service/process/,archive.c event.c outcome.c crash.c image.c)))
$(eval $(call fuzz_target,image,service/process/image.c))
