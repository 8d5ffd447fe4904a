/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

#define EXPORT_SYMBOL(name) _Static_assert(1, "")
#define EXPORT_SYMBOL_GPL(name) _Static_assert(1, "")
#define EXPORT_SYMBOL_NS(name, space) _Static_assert(1, "")
#define EXPORT_SYMBOL_NS_GPL(name, space) _Static_assert(1, "")
#define EXPORT_SYMBOL_FOR_MODULES(name, modules) _Static_assert(1, "")
#define EXPORT_SYMBOL_FOR_KVM(name) _Static_assert(1, "")
#define EXPORT_SYMBOL_FOR_KVM_INTERNAL(name) _Static_assert(1, "")
#define EXPORT_STATIC_CALL_GPL(name) _Static_assert(1, "")

#endif
