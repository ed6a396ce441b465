# SPDX-License-Identifier: Apache-2.0
$(eval $(call service,sdk,$(wildcard service/sdk/*.c)))
