/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/dev_printk.h>
