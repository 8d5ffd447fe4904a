/* SPDX-License-Identifier: Apache-2.0 */
/* What these assert of other CPUs is not checked; data races are, everywhere. */
#ifndef _LINUX_KCSAN_CHECKS_H
#define _LINUX_KCSAN_CHECKS_H

#define ASSERT_EXCLUSIVE_WRITER(variable) ((void)(sizeof(variable)))
#define ASSERT_EXCLUSIVE_WRITER_SCOPED(variable) ((void)(sizeof(variable)))
#define ASSERT_EXCLUSIVE_ACCESS(variable) ((void)(sizeof(variable)))
#define ASSERT_EXCLUSIVE_ACCESS_SCOPED(variable) ((void)(sizeof(variable)))
#define ASSERT_EXCLUSIVE_BITS(variable, mask) ((void)(sizeof(variable)))

#endif
