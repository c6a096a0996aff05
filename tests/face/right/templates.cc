/* C++ only: templates, lambdas, references, member functions, nullptr. */
#include "ordo/ordo.h"

template <typename Atomic, typename Value>
Value add(Atomic &object, Value value)
{
    return ordo_fetch_add(&object, value, ordo_relaxed);
}

template <ordo_order order>
uint32_t look(const ordo_atomic_u32 &object)
{
    return ordo_load(&object, order);
}

class Counter {
public:
    uint32_t next() { return ordo_add_fetch(&count, 1u, ordo_relaxed); }
    void forget() { ordo_store(&list, nullptr, ordo_release); }
    uint32_t peek() const { return look<ordo_acquire>(count); }

private:
    ordo_atomic_u32 count = ORDO_ATOMIC_INIT(0);
    ordo_atomic_ptr list = ORDO_ATOMIC_INIT(nullptr);
};

uint64_t right(ordo_order order);
uint64_t right(ordo_order order)
{
    static ordo_atomic_u64 number;
    static ordo_atomic_u8 small;
    Counter counter;
    counter.forget();
    const auto twice = [&] {
        return ordo_fetch_update(&number, ordo_acq_rel, ordo_acquire, old, old * 2);
    };
    return twice() + add(number, uint64_t{5}) + add(small, uint8_t{1}) + counter.next() +
           counter.peek() + ordo_load(&number, order);
}
