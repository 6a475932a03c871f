// SPDX-License-Identifier: Apache-2.0
// Exports something else.
extern "C" int another_function(void);
int another_function(void) { return 1; }
