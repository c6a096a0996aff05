// xenium.cpp: Manuel Poeter's Xenium (libxenium-dev): queues and a set, which free
// their nodes under hazard pointers, epochs and counted references. x86-64 only: it takes the time
// stamp counter for random numbers. A node that is freed too early is written over by the allocator,
// and the items then do not add up. (Its work-stealing deque and its sequence lock
// are left out: they hand out null pointers and torn values with the compiler's own atomics too.)
#include "client.hpp"
#include <cassert> // which its headers forget
#include <optional>
#include <xenium/harris_michael_list_based_set.hpp>
#include <xenium/michael_scott_queue.hpp>
#include <xenium/ramalhete_queue.hpp>
#include <xenium/reclamation/generic_epoch_based.hpp>
#include <xenium/reclamation/hazard_pointer.hpp>
#include <xenium/reclamation/lock_free_ref_count.hpp>
#include <xenium/vyukov_bounded_queue.hpp>

namespace reclamation = xenium::reclamation;
using Hazard = reclamation::hazard_pointer<>;
using Epochs = reclamation::epoch_based<>;
using Counted = reclamation::lock_free_ref_count<>;

template <typename Queue> void conserve(Queue &queue, unsigned each, int line) {
    client::conserve(
        2, 2, each, true,
        [&](std::uint64_t item) {
            queue.push(item);
            return true;
        },
        [&](std::uint64_t &item) { return queue.try_pop(item); }, line);
}

// Each number is put in by all and taken out by all: exactly one thread succeeds in each.
template <typename Reclaimer> void set(unsigned each) {
    xenium::harris_michael_list_based_set<unsigned, xenium::policy::reclaimer<Reclaimer>> numbers;
    unsigned long long in[3] = {}, out[3] = {};
    client::in_threads(3, [&](unsigned i) {
        for (unsigned n = 0; n < each; n++) {
            in[i] += numbers.emplace(n % 31);
            out[i] += numbers.erase((n + 7) % 31);
        }
    });
    unsigned left = 0;
    for (auto at = numbers.begin(); at != numbers.end(); ++at) left++;
    CHECK_EQUAL(in[0] + in[1] + in[2], out[0] + out[1] + out[2] + left);
    for (unsigned n = 0; n < 31; n++) left -= numbers.erase(n);
    CHECK_EQUAL(left, 0);
}

int main() {
    const unsigned each = client::rounds(20000);
    {
        xenium::michael_scott_queue<std::uint64_t, xenium::policy::reclaimer<Hazard>> queue;
        conserve(queue, each, __LINE__);
    }
    {
        xenium::michael_scott_queue<std::uint64_t, xenium::policy::reclaimer<Epochs>> queue;
        conserve(queue, each, __LINE__);
    }
    {
        xenium::michael_scott_queue<std::uint64_t, xenium::policy::reclaimer<Counted>> queue;
        conserve(queue, each, __LINE__);
    }
    {
        xenium::vyukov_bounded_queue<std::uint64_t> queue(64);
        client::conserve(
            2, 2, each, true, [&](std::uint64_t item) { return queue.try_push(item); },
            [&](std::uint64_t &item) { return queue.try_pop(item); }, __LINE__);
    }
    set<Hazard>(each);
    set<Epochs>(each);
    return client::report();
}
