/* SPDX-License-Identifier: Apache-2.0 */
/* Words for yes and no. */
#ifndef _LINUX_STRING_CHOICES_H
#define _LINUX_STRING_CHOICES_H

#define str_yes_no(value) ((value) ? "yes" : "no")
#define str_true_false(value) ((value) ? "true" : "false")
#define str_on_off(value) ((value) ? "on" : "off")
#define str_enabled_disabled(value) ((value) ? "enabled" : "disabled")
#define str_enable_disable(value) ((value) ? "enable" : "disable")
#define str_plural(number) ((number) == 1 ? "" : "s")

#endif
