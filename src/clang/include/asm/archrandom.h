/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _ASM_ARCHRANDOM_H
#define _ASM_ARCHRANDOM_H

/* How often something is tried again that lacked entropy. */
#define RDRAND_RETRY_LOOPS 10

#endif
