/** Error numbers that the helpers return, negated, as the kernel does. */

/** Out of memory. */
export const ENOMEM = 12;
/** Input or output error: a SEAMCALL failed. */
export const EIO = 5;
