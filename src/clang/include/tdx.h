/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the header beside the kernel's tdx.c where that is not given. */
#include <asm/tdx.h>
