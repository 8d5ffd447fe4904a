// SPDX-License-Identifier: Apache-2.0
/* Stands in for the file of this name that the kernel's tdx.c includes. */
#include <asm/tdx.h>
