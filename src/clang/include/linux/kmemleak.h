/* SPDX-License-Identifier: Apache-2.0 */
/* Advice to a tool that looks for lost memory. The checker looks for itself, and takes none. */
#ifndef _LINUX_KMEMLEAK_H
#define _LINUX_KMEMLEAK_H

#define kmemleak_not_leak(address) ((void)(address))
#define kmemleak_ignore(address) ((void)(address))
#define kmemleak_transient_leak(address) ((void)(address))
#define kmemleak_alloc(address, size, count, gfp) ((void)(address))
#define kmemleak_free(address) ((void)(address))

#endif
