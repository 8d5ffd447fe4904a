/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <linux/errno.h>
#include <linux/types.h>

#define memset(to, byte, size) __builtin_memset(to, byte, size)
#define memcpy(to, from, size) __builtin_memcpy(to, from, size)
#define memmove(to, from, size) __builtin_memmove(to, from, size)
#define memzero_explicit(to, size) __builtin_memset(to, 0, size)

static inline int memcmp(const void *a, const void *b, size_t size)
{
	const u8 *x = a, *y = b;

	for (; size; size--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

static inline void *memchr_inv(const void *start, int byte, size_t size)
{
	for (const u8 *at = start; size; size--, at++)
		if (*at != (u8)byte)
			return (void *)at;
	return NULL;
}

static inline size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

static inline size_t strnlen(const char *text, size_t max)
{
	size_t length = 0;

	while (length < max && text[length])
		length++;
	return length;
}

static inline int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return (u8)*a - (u8)*b;
}

static inline int strncmp(const char *a, const char *b, size_t max)
{
	for (; max && *a && *a == *b; max--, a++, b++)
		;
	return max ? (u8)*a - (u8)*b : 0;
}

static inline char *strchr(const char *text, int character)
{
	for (; *text != (char)character; text++)
		if (!*text)
			return NULL;
	return (char *)text;
}

static inline void *memchr(const void *start, int byte, size_t size)
{
	for (const u8 *at = start; size; size--, at++)
		if (*at == (u8)byte)
			return (void *)at;
	return NULL;
}

/* Copies what there is room for, and ends the text. The value is its length, -E2BIG where something is cut off. */
static inline ssize_t __dpamt_strscpy(char *to, const char *from, size_t size)
{
	for (size_t at = 0; at < size; at++) {
		to[at] = from[at];
		if (!to[at])
			return at;
	}
	if (size)
		to[size - 1] = 0;
	return -E2BIG;
}

/* The size may be left out where `to` is an array. */
#define __dpamt_strscpy_2(to, from) __dpamt_strscpy(to, from, sizeof(to))
#define __dpamt_strscpy_pick(to, from, size, name, ...) name
#define strscpy(arguments...) \
	__dpamt_strscpy_pick(arguments, __dpamt_strscpy, __dpamt_strscpy_2)(arguments)
#define strscpy_pad(arguments...) strscpy(arguments)

#endif
