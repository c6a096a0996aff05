#!/bin/sh
# mutants.sh: checks mutants.awk on a program that has every kind of place where an ordering may
# stand, or seem to. Prints how many mutants were expected and found.
set -eu
cd "$(dirname "$0")"
LC_ALL=C
export LC_ALL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/sample.c" <<'END'
/* ordo_load(&a, ordo_acquire) */ // ordo_load(&a, ordo_acquire)
const char *s = "ordo_load(&a, ordo_acquire) \" /*"; char c = '"';
enum ordo_order not_passed_to_an_operation = ordo_seq_cst;
#define LOOK(object, order) \
    (ordo_load(object, order) + 1)
#define LIMIT 3
#define PASTED(object, name) \
    ordo_exchange(object##_##name, 1, ordo_release)
static void put(int value, enum ordo_order order)
{
    ordo_store(&a, value, order);
}
static void other(int value, enum ordo_order order)
{
    note(value, order);
}
void operations(void)
{
    ordo_load(&a, ordo_seq_cst);
    ordo_load(&a, ordo_relaxed);
    ordo_store(
        &a, f(1, 2), ordo_release);
    ordo_fetch_add(&a, 1, ordo_full);
    ordo_exchange(&a, ordo_load(&b, ordo_acquire), ordo_acq_rel);
    ordo_compare_exchange_weak(&a, &b, 1, ordo_seq_cst, ordo_acquire);
    ordo_fetch_update(&a, ordo_release, ordo_relaxed, old, old + 1);
    ordo_load(&a, unless(x, ordo_acquire));
    ordo_store(&a, 1, downgraded(x, ordo_release, ordo_seq_cst));
    ordo_store(&a, 1, last ? ordo_release : ordo_relaxed);
    ordo_thread_fence(ordo_acq_rel);
    ordo_fence_heavy();
    ordo_bit_test_and_set(&a, 3, ordo_acquire);
    ordo_load_bytes(to, from, 8, ordo_acquire);
    ordo_compiler_fence(ordo_seq_cst);
    put(1, ordo_release);
    other(1, ordo_release);
    LOOK(&a, ordo_acquire);
}
void ordo_fence_light(void);
END

cat > "$work/expected" <<'END'
8: ordo_exchange: release -> relaxed
19: ordo_load: seq_cst -> acquire
22: ordo_store: release -> relaxed
23: ordo_fetch_add: full -> seq_cst
24: ordo_load: acquire -> relaxed
24: ordo_exchange: acq_rel -> acquire
24: ordo_exchange: acq_rel -> release
25: ordo_compare_exchange_weak: seq_cst -> acq_rel
25: ordo_compare_exchange_weak: acquire -> relaxed
26: ordo_fetch_update: release -> relaxed
27: ordo_load: acquire -> relaxed
28: ordo_store: seq_cst -> release
29: ordo_store: release -> relaxed
30: ordo_thread_fence: removed
30: ordo_thread_fence: acq_rel -> acquire
30: ordo_thread_fence: acq_rel -> release
31: heavy fence -> light
31: ordo_fence_heavy: removed
32: ordo_bit_test_and_set: acquire -> relaxed
33: ordo_load_bytes: acquire -> relaxed
35: put: release -> relaxed
37: LOOK: acquire -> relaxed
END

awk -f mutants.awk "$work/sample.c" > "$work/found"
# In the order of the text; and what is replaced must be an ordering or a whole call.
sort -t'|' -k2,2n -k5,5 "$work/found" | sed -E 's/^([0-9]+)\|.*\|(.*)$/\1: \2/' > "$work/listed"
sort -n "$work/expected" > "$work/a"
sort -n "$work/listed" > "$work/b"
diff "$work/a" "$work/b"
while IFS='|' read -r line offset size replacement description; do
    tail -c +$((offset + 1)) "$work/sample.c" | head -c "$size" | grep -qxE \
        'ordo_(full|seq_cst|acq_rel|acquire|release|fence_heavy)|ordo_[a-z_]*fence[a-z_]*\(.*\)' ||
        { echo "mutants.awk: $line: $description replaces the wrong text by $replacement"; exit 1; }
done < "$work/found"
echo "mutants.awk: $(wc -l < "$work/a") mutants expected and found"
