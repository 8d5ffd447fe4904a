/** What intrinsics leave in `Host.facts` for the subject to know of its C. */

/** The module was asked whether it has Dynamic PAMT. */
export const ASKED_FOR_DYNAMIC_PAMT = "the module was asked whether it has Dynamic PAMT";
/** Blocks of pages have been allocated. */
export const ALLOCATED_BLOCKS = "blocks of pages were allocated";
