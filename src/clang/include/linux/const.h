/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_CONST_H
#define _LINUX_CONST_H

#define _AC(x, suffix) x##suffix
#define _AT(type, x) ((type)(x))
#define _UL(x) (x##UL)
#define _ULL(x) (x##ULL)
#define UL(x) (_UL(x))
#define ULL(x) (_ULL(x))
#define _BITUL(n) (_UL(1) << (n))
#define _BITULL(n) (_ULL(1) << (n))

#endif
