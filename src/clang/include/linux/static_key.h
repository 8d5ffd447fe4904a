/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/jump_label.h>
