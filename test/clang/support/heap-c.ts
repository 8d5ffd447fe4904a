/**
 * Random C on memory of the heap: cells in variables, on a list, and one behind the other. Each statement may stand after any
 * other, and each cell is freed once, so programs have one result. `sequential-c.ts` says what `$e` and the like stand for.
 */
import type fc from "fast-check";
import { statementsLike } from "./sequential-c.js";

/** What programs on the heap have in common, by name. */
export const HEAP_VARIABLES: Readonly<Record<string, string>> = {
  cell: "struct cell { s32 value; u8 tag; struct list_head list; struct cell *next; struct rcu_head rcu; };",
  ha: "static struct cell *ha[2];",
  hl: "static LIST_HEAD(hl);",
  hn: "static struct cell *hn;",
  made: "static noinline struct cell *made(s32 value) { struct cell *cell = kzalloc(sizeof(*cell), GFP_ATOMIC); cell->value = value; return cell; }",
  heap_sum: `static noinline u64 heap_sum(void)
{
	u64 sum = 0;
	struct cell *each;

	for (int at = 0; at < 2; at++)
		if (ha[at])
			sum = sum * 31 + ha[at]->value + ha[at]->tag;
	list_for_each_entry(each, &hl, list)
		sum = sum * 33 + each->value;
	for (each = hn; each; each = each->next)
		sum = sum * 35 + each->value;
	return sum;
}`,
};

/** The kernel's names of the heap in user space. */
export const HEAP_NATIVELY = `#define GFP_KERNEL 0
#define GFP_ATOMIC 0
#define kmalloc(size, gfp) malloc(size)
#define kzalloc(size, gfp) calloc(1, size)
#define kcalloc(count, size, gfp) calloc(count, size)
#define kfree(p) free(p)
#define kvfree(p) free(p)
struct rcu_head { void *next; };
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define rcu_dereference(p) READ_ONCE(p)
#define rcu_assign_pointer(p, v) smp_store_release(&(p), v)
#define synchronize_rcu() ((void)0)
#define kfree_rcu(p, member) ((void)0)
struct list_head { struct list_head *next, *prev; };
#define LIST_HEAD(name) struct list_head name = { &name, &name }
static void list_add(struct list_head *one, struct list_head *head)
{ one->prev = head; one->next = head->next; head->next->prev = one; head->next = one; }
static void list_add_tail(struct list_head *one, struct list_head *head) { list_add(one, head->prev); }
static void list_del(struct list_head *one) { one->prev->next = one->next; one->next->prev = one->prev; }
static bool list_empty(const struct list_head *head) { return head->next == head; }
static void list_move_tail(struct list_head *one, struct list_head *head) { list_del(one); list_add_tail(one, head); }
#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_for_each_entry(each, head, member) \\
	for (each = list_first_entry(head, __typeof__(*each), member); &each->member != (head); \\
	     each = list_entry(each->member.next, __typeof__(*each), member))
#define list_for_each_entry_safe(each, then, head, member) \\
	for (each = list_first_entry(head, __typeof__(*each), member), then = list_entry(each->member.next, __typeof__(*each), member); \\
	     &each->member != (head); each = then, then = list_entry(then->member.next, __typeof__(*then), member))
`;

const STATEMENTS: readonly string[] = [
  "kfree(ha[0]); ha[0] = made($e);",
  "kfree(xchg(&ha[1], made($e)));",
  "kfree(ha[1]); ha[1] = NULL;",
  "swap(ha[0], ha[1]);",
  "if (ha[0]) { ha[0]->value += $e; ha[0]->tag ^= $e; $l = ha[0]->tag; }",
  "if (ha[$c & 1] && ha[0] != ha[1]) $l ^= 9;",
  "if (cmpxchg(&ha[0], NULL, ha[1]) == NULL) ha[1] = NULL;",
  "list_add(&made($e)->list, &hl);",
  "list_add_tail(&made($e)->list, &hl);",
  "{ struct cell *had = made($e); list_add_tail(&had->list, &hl); had->value += 2; }",
  "if (!list_empty(&hl)) { struct cell *had = list_first_entry(&hl, struct cell, list); list_del(&had->list); $l = had->value; kfree(had); }",
  "if (!list_empty(&hl)) list_move_tail(hl.next, &hl);",
  "if (!list_empty(&hl)) { struct cell *had = list_last_entry(&hl, struct cell, list); list_del(&had->list); had->next = hn; hn = had; }",
  "{ struct cell *each, *then; list_for_each_entry_safe(each, then, &hl, list) if (each->value & 1) { list_del(&each->list); kfree(each); } }",
  "{ struct cell *each; list_for_each_entry(each, &hl, list) each->value = each->value * 3 + $c; }",
  "{ struct cell *had = made($e); had->next = hn; hn = had; }",
  "if (hn) { struct cell *had = hn; hn = had->next; $l = had->value; kfree(had); }",
  "{ struct cell **at = &hn, *had = made($e); while (*at && (*at)->value > had->value) at = &(*at)->next; had->next = *at; *at = had; }",
  "{ struct cell *turned = NULL; while (hn) { struct cell *had = hn; hn = had->next; had->next = turned; turned = had; } hn = turned; }",
  "if (ha[1]) { struct cell *copy = kmalloc(sizeof(*copy), GFP_KERNEL); *copy = *ha[1]; copy->next = hn; hn = copy; }",
  "{ u16 *many = kcalloc(4, 2, GFP_KERNEL); many[$e & 3] = $e; memmove(many, many + 1, 6); $l = many[$c]; kvfree(many); }",
  "{ u8 *bytes = kmalloc(8, GFP_KERNEL); memset(bytes, $e, 8); bytes[$c] = $e; memcpy(&gh, bytes, 8); kfree(bytes); }",
  "{ struct cell *had; rcu_read_lock(); had = rcu_dereference(ha[0]); if (had) $l = had->value; rcu_read_unlock(); }",
  "{ struct cell *had = ha[1]; rcu_assign_pointer(ha[1], NULL); synchronize_rcu(); kfree(had); }",
  "{ struct cell *had = xchg(&ha[0], NULL); if (had) kfree_rcu(had, rcu); }",
];

/** Some statements on the heap. @param most of them */
export const heapCode = (most: number): fc.Arbitrary<string[]> => statementsLike(STATEMENTS, most);
