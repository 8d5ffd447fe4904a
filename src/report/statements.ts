/** What each requirement says, as its page in docs/requirements does at the top. */

/** Without links and marks of emphasis. A test keeps them equal to the pages. */
export const statements: Readonly<Record<string, string>> = {
  R1:
    "No SEAMCALL made on a put or free path returns an error, BUSY included; the kernel does not warn there; " +
    "the module does not shut down during a call made there.",
  R2:
    "tdx_pamt_get returns 0 or -ENOMEM, and -ENOMEM only if an allocation failed during the call. " +
    "tdx_alloc_page returns null only if one did. Losing a race against another get or put is not an error, " +
    "and the kernel does not warn on these paths.",
  R3:
    "From the return of a successful get until the matching put begins, the region's page pair is installed. " +
    "No SEAMCALL on the page finds the pair missing, and none finds the page BUSY because of an ADD or REMOVE. " +
    "The module does not shut down.",
  R4:
    "When a region has no user and no helper is running, its page pair has been removed. (That the two pages " +
    "are freed as well is R6.)",
  R5:
    "While no helper is running, the count of a region is the number of its users, and it is 0 exactly when " +
    "the module has no page pair for the region.",
  R6:
    "While no helper is running, every allocated page belongs to a user, lies in a vCPU's cache of pairs, is " +
    "in an installed pair, or is set aside for pairs by the design. Charges to memory cgroups match. This " +
    "includes runs in which an allocation failed at any point.",
  R7:
    "No page is freed twice. No page is freed or overwritten while the module owns it. No page is given to the " +
    "module twice. No address that was never set is handed to free or to the module. What the module left in a " +
    "page is overwritten before the page is freed. The struct page of a page is read and written only while the page " +
    "is allocated, and the module does not have it.",
  R8:
    "No allocation that may sleep is made while a spinlock is held or in softirq context. A lock that is taken " +
    "in softirq context is taken with softirqs disabled everywhere else.",
  R9: "Every helper call finishes under any fair schedule. Loops that retry are bounded.",
  R10:
    "Conflicting plain accesses are ordered by something. The algorithm is right under the memory model of x86 " +
    "(TSO), not only when all CPUs agree on one order of all accesses.",
  R11:
    "A get whose region is in use by somebody else from beginning to end of the call needs no memory, so it " +
    "should not be able to fail. Reported as a warning: it does not make a check fail, because the merged code " +
    "does it.",
  R12:
    "On a host whose module does not run with Dynamic PAMT the helpers return success, make no SEAMCALL and " +
    "allocate nothing but the page that tdx_alloc_page is asked for.",
  R13:
    "A put although no user is left, a bug of the caller, is reported where it happens, and cannot make a " +
    "later get succeed without a pair. The counter of a region is inside the array of counters, also for a " +
    "last region that memory only partly fills.",
  R14:
    "After a PAMT.ADD that failed by nobody's fault, get returns an error, counts nothing and leaks nothing. After a " +
    "PAMT.REMOVE that failed so, the page pair stays the module's and is not freed, and a later get still works.",
};
