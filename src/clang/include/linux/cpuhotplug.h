/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_CPUHOTPLUG_H
#define _LINUX_CPUHOTPLUG_H

enum cpuhp_state {
	CPUHP_AP_ONLINE_DYN = 100,
};

#define cpuhp_setup_state(state, name, up, down) 0
#define cpuhp_remove_state(state) ((void)0)

#endif
