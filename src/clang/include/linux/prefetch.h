/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a cache makes no difference here. */
#ifndef _LINUX_PREFETCH_H
#define _LINUX_PREFETCH_H

#define prefetch(address) ((void)(address))
#define prefetchw(address) ((void)(address))

#endif
