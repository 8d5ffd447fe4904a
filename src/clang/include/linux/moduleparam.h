/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#define module_param(name, type, mode) _Static_assert(1, "")
#define module_param_named(name, variable, type, mode) _Static_assert(1, "")
#define core_param(name, variable, type, mode) _Static_assert(1, "")
#define MODULE_PARM_DESC(name, text) _Static_assert(1, "")
#define __MODULE_PARM_TYPE(name, type) _Static_assert(1, "")

#endif
