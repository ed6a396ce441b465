# SPDX-License-Identifier: Apache-2.0
$(eval $(call packaged_app,echo-client))
