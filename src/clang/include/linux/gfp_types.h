/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an allocation may do. The bits are our own. The checker looks at three of them: DIRECT_RECLAIM (may sleep),
 * ACCOUNT (charged to the memory cgroup) and ZERO.
 */
#ifndef _LINUX_GFP_TYPES_H
#define _LINUX_GFP_TYPES_H

#include <linux/types.h>

#define __GFP_DIRECT_RECLAIM ((gfp_t)0x00001)
#define __GFP_ACCOUNT ((gfp_t)0x00002)
#define __GFP_ZERO ((gfp_t)0x00004)
#define __GFP_KSWAPD_RECLAIM ((gfp_t)0x00008)
#define __GFP_HIGH ((gfp_t)0x00010)
#define __GFP_IO ((gfp_t)0x00020)
#define __GFP_FS ((gfp_t)0x00040)
#define __GFP_NOWARN ((gfp_t)0x00080)
#define __GFP_RETRY_MAYFAIL ((gfp_t)0x00100)
#define __GFP_NOFAIL ((gfp_t)0x00200)
#define __GFP_NORETRY ((gfp_t)0x00400)
#define __GFP_HARDWALL ((gfp_t)0x00800)
#define __GFP_HIGHMEM ((gfp_t)0x01000)
#define __GFP_MOVABLE ((gfp_t)0x02000)
#define __GFP_DMA ((gfp_t)0x04000)
#define __GFP_DMA32 ((gfp_t)0x08000)
#define __GFP_COMP ((gfp_t)0x10000)
#define __GFP_THISNODE ((gfp_t)0x20000)
#define __GFP_NOMEMALLOC ((gfp_t)0x40000)
#define __GFP_MEMALLOC ((gfp_t)0x80000)
#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO __GFP_RECLAIM
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_USER (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_DMA32 __GFP_DMA32

#endif
