/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _ASM_SET_MEMORY_H
#define _ASM_SET_MEMORY_H

#define set_direct_map_invalid_noflush(page) ((void)(page), 0)
#define set_direct_map_default_noflush(page) ((void)(page), 0)

#endif
