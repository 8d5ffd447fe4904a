/* SPDX-License-Identifier: Apache-2.0 */
#include <asm/shared/tdx_errno.h>
