/* SPDX-License-Identifier: Apache-2.0 */
/* Code that runs at boot is told by its section. */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

#include <linux/compiler.h>
#include <linux/types.h>

#define __init __section(".init.text")
#define __exit __section(".exit.text")
#define __initdata
#define __initconst
#define __exitdata
#define __meminit
#define __cpuinit
#define __head __section(".init.text")

/* Whoever drives the file under test decides what runs at boot. */
#define __dpamt_initcall(function) \
	static __maybe_unused const void *const __PASTE(__initcall_, function) = (const void *)(function)
#define early_initcall(function) __dpamt_initcall(function)
#define core_initcall(function) __dpamt_initcall(function)
#define arch_initcall(function) __dpamt_initcall(function)
#define subsys_initcall(function) __dpamt_initcall(function)
#define fs_initcall(function) __dpamt_initcall(function)
#define device_initcall(function) __dpamt_initcall(function)
#define late_initcall(function) __dpamt_initcall(function)
#define module_init(function) __dpamt_initcall(function)
#define module_exit(function) __dpamt_initcall(function)

#define __setup(text, function) __dpamt_initcall(function)
#define early_param(text, function) __dpamt_initcall(function)

#endif
