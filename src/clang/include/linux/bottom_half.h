/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_BOTTOM_HALF_H
#define _LINUX_BOTTOM_HALF_H

#include <dpamt/intrinsics.h>

#define local_bh_disable() __dpamt_bh_disable()
#define local_bh_enable() __dpamt_bh_enable()

#endif
