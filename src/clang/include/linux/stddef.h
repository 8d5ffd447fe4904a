/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_STDDEF_H
#define _LINUX_STDDEF_H

#ifndef NULL
#define NULL ((void *)0)
#endif

#ifndef __bool_true_false_are_defined
#define __bool_true_false_are_defined 1
typedef _Bool bool;
#define true 1
#define false 0
#endif

#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define typeof_member(type, member) __typeof__(((type *)0)->member)
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))

/* The same members twice: one by one, and together under a name. */
#define struct_group(name, members...) \
	union {                        \
		struct {               \
			members        \
		};                     \
		struct {               \
			members        \
		} name;                \
	}

#endif
