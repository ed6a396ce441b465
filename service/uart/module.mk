# SPDX-License-Identifier: Apache-2.0
$(eval $(call service,uart,service/uart/main.c service/uart/ns16550.c))
