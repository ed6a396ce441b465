# SPDX-License-Identifier: Apache-2.0
$(eval $(call unit_test,image,service/process/image.c))
