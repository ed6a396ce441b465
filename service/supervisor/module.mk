# SPDX-License-Identifier: Apache-2.0
$(eval $(call service,supervisor,$(addprefix service/supervisor/,main.c component.c fault.c)))
