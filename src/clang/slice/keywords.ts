/** Words of C, of clang and of the kernel's annotations that are no names to look for. */

const set = (words: string) => new Set(words.split(/\s+/));

/** Keywords of C and of the extensions that the kernel uses. */
export const KEYWORDS: ReadonlySet<string> = set(
  `auto break case char const continue default do double else enum extern float for goto if inline int long register
  restrict return short signed sizeof static struct switch typedef union unsigned void volatile while _Alignas _Alignof
  _Atomic _Bool _Generic _Noreturn _Static_assert _Thread_local typeof typeof_unqual __typeof__ __typeof asm __asm__
  __asm __volatile__ __volatile __inline__ __inline __const __const__ __restrict __restrict__ __signed__ __extension__
  __attribute__ __attribute __alignof__ __label__ __auto_type __func__ __FUNCTION__ __PRETTY_FUNCTION__ static_assert
  alignas alignof bool true false nullptr constexpr __int128 __int128_t __uint128_t __VA_ARGS__ __VA_OPT__ __FILE__
  __LINE__ __COUNTER__ defined __has_attribute __has_builtin`,
);

/** Annotations that stand alone. They are no part of C's grammar. */
const ATTRIBUTES = set(
  `__init __exit __initdata __initconst __exitdata __meminit __refdata __ref __ro_after_init __read_mostly __always_inline
  __must_check __maybe_unused __always_unused __percpu __iomem __user __kernel __rcu __force __bitwise __nocast __packed
  __weak __cold __hot __noreturn __visible __used __unused __pure __attribute_const__ __malloc __deprecated noinstr
  noinline noinline_for_stack notrace asmlinkage __cacheline_aligned __cacheline_aligned_in_smp __page_aligned_data
  __page_aligned_bss ____cacheline_aligned ____cacheline_aligned_in_smp __flatten __gnu_inline __init_or_module __private
  __no_sanitize_address __no_kasan_or_inline __nocfi __no_kcsan __randomize_layout __no_randomize_layout __designated_init
  __noclone __latent_entropy __cpuidle __head __ro_after_init_data __guarded noreturn fallthrough`,
);

/** Annotations with arguments. */
const CALLED_ATTRIBUTES = set(
  `__attribute__ __attribute __aligned __section __free __acquires __releases __must_hold __acquire __release
  __cond_acquires __printf __scanf __alloc_size __assume_aligned __diagnose_as __nonstring __counted_by __counted_by_le
  __counted_by_ptr __guarded_by __pt_guarded_by __alias __assigns __cleanup __realloc_size __compiletime_error
  __compiletime_warning _Alignas alignas __acquires_shared __releases_shared __must_hold_shared __no_sanitize __asm__ asm
  __asm __context_unsafe`,
);

export const isAttribute = (word: string): boolean => ATTRIBUTES.has(word);
export const isCalledAttribute = (word: string): boolean => CALLED_ATTRIBUTES.has(word);

/** Names that the compiler knows by itself. */
export const isBuiltin = (word: string): boolean => /^(?:__builtin_|__sync_|__atomic_|__c11_|__x86_64)/.test(word);

/** A name in capitals: by convention a macro. */
export const isCapital = (word: string): boolean => /^[A-Z_][A-Z0-9_]*$/.test(word);
