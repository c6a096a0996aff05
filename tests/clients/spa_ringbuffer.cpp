// spa_ringbuffer.cpp: PipeWire's SPA ring buffer (libspa-0.2-dev), C in a
// header, on the compiler's
// __atomic_* builtins. One producer, one consumer; records of 24 bytes in a
// ring of 256, so that most laps have one that goes around the end. A record
// whose words disagree was read before it was written.
#include "client.hpp"
#include <spa/utils/ringbuffer.h>

struct Record {
    std::uint64_t item, inverse, again;
};

static char memory[256];
static spa_ringbuffer ring;

static bool push(std::uint64_t item) {
    std::uint32_t index;
    const std::int32_t filled = spa_ringbuffer_get_write_index(&ring, &index);
    if (sizeof memory - static_cast<std::uint32_t>(filled) < sizeof(Record)) return false;
    const Record record = {item, ~item, item};
    spa_ringbuffer_write_data(&ring, memory, sizeof memory, index % sizeof memory, &record,
                              sizeof record);
    spa_ringbuffer_write_update(&ring, static_cast<std::int32_t>(index + sizeof record));
    return true;
}

int main() {
    long long torn = 0;
    const auto pop = [&torn](std::uint64_t &item) {
        std::uint32_t index;
        const std::int32_t filled = spa_ringbuffer_get_read_index(&ring, &index);
        if (filled < static_cast<std::int32_t>(sizeof(Record))) return false;
        Record record;
        spa_ringbuffer_read_data(&ring, memory, sizeof memory, index % sizeof memory, &record,
                                 sizeof record);
        spa_ringbuffer_read_update(&ring, static_cast<std::int32_t>(index + sizeof record));
        torn += record.inverse != ~record.item || record.again != record.item;
        item = record.item;
        return true;
    };
    client::conserve(1, 1, client::rounds(200000), true, push, pop, __LINE__);
    CHECK_EQUAL(torn, 0);
    CHECK_EQUAL(ring.readindex, ring.writeindex);
    return client::report();
}
