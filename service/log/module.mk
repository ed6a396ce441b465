# SPDX-License-Identifier: Apache-2.0
$(eval $(call service,log,service/log/main.c service/log/ring.c))
$(eval $(call unit_test,log_ring,service/log/ring.c))
