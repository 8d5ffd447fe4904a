/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that are put together. Nobody reads them here: each is empty, and written all the same. */
#ifndef _LINUX_SPRINTF_H
#define _LINUX_SPRINTF_H

#include <linux/compiler.h>
#include <linux/stdarg.h>
#include <linux/types.h>

static inline int __dpamt_text(char *to, size_t size, const char *format, ...)
{
	if (size)
		to[0] = 0;
	return 0;
}

#define snprintf(to, size, arguments...) __dpamt_text(to, size, arguments)
#define scnprintf(to, size, arguments...) __dpamt_text(to, size, arguments)
#define sprintf(to, arguments...) __dpamt_text(to, 1, arguments)
#define sysfs_emit(to, arguments...) __dpamt_text(to, 1, arguments)
#define sysfs_emit_at(to, at, arguments...) __dpamt_text((to) + (at), 1, arguments)
#define vsnprintf(to, size, format, list) __dpamt_text(to, size, format)
#define vscnprintf(to, size, format, list) __dpamt_text(to, size, format)

#endif
