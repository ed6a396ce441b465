# SPDX-License-Identifier: Apache-2.0
$(eval $(call service,timer,service/timer/main.c service/timer/deadline.c))
$(eval $(call unit_test,deadline,service/timer/deadline.c))
