# SPDX-License-Identifier: Apache-2.0
ROOT_SOURCES := $(addprefix service/root/,main.c description.c memory.c objects.c load.c grant.c startup.c trouble.c)
$(eval $(call service,root,$(ROOT_SOURCES),$$(LIBFDT_CFLAGS),$$(LIBFDT)))
$(eval $(call unit_test,description,service/root/description.c,,-lfdt))
