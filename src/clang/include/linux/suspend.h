/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing here is needed by the code under test. */
