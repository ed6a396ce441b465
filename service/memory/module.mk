# SPDX-License-Identifier: Apache-2.0
$(eval $(call service,memory,service/memory/main.c service/memory/block.c service/memory/buddy.c))
$(eval $(call unit_test,buddy,service/memory/buddy.c))
