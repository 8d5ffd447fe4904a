/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody speculates here. */
#ifndef _LINUX_NOSPEC_H
#define _LINUX_NOSPEC_H

#define array_index_nospec(index, size) ((index) < (size) ? (index) : 0)
#define barrier_nospec() ((void)0)

#endif
