/* Making the arena and keeping its holder slots. */
#include "arena.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libc.h"

#define PAGE_BYTES 4096
#define HOLDER_STRIDE (PNO_HOLDER_BITMAP_OFFSET + (PNO_RECORD_COUNT + 511) / 512 * 64)
#define CHANNELS_OFFSET PNO_ARENA_HEADER_BYTES
#define RECORDS_OFFSET (CHANNELS_OFFSET + (size_t)PNO_CHANNEL_COUNT * PNO_CHAN_BYTES)
#define HOLDERS_OFFSET (RECORDS_OFFSET + (size_t)PNO_RECORD_COUNT * PNO_REC_BYTES)
#define HOLDERS_END (HOLDERS_OFFSET + (size_t)PNO_HOLDER_COUNT * HOLDER_STRIDE)
#define TX_POOL_OFFSET ((HOLDERS_END + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES)
#define RX_POOL_OFFSET (TX_POOL_OFFSET + (size_t)PNO_TX_CHUNK_COUNT * PNO_ARENA_CHUNK_BYTES)
#define TOTAL_BYTES (RX_POOL_OFFSET + (size_t)PNO_RX_CHUNK_COUNT * PNO_ARENA_CHUNK_BYTES)

struct pno_arena pno_arena;

static struct pno_holder *holder(uint32_t slot)
{
    return (struct pno_holder *)(pno_arena.base + HOLDERS_OFFSET + (size_t)slot * HOLDER_STRIDE);
}

struct pno_gring *pno_arena_gring(uint32_t channel)
{
    return (struct pno_gring *)(pno_arena.base + CHANNELS_OFFSET + (size_t)channel * PNO_CHAN_BYTES);
}

static void write_header(void)
{
    *(struct pno_arena_header *)pno_arena.base = (struct pno_arena_header){
        .magic = PNO_ARENA_MAGIC,
        .version = PNO_ARENA_VERSION,
        .channel_count = PNO_CHANNEL_COUNT,
        .record_count = PNO_RECORD_COUNT,
        .holder_count = PNO_HOLDER_COUNT,
        .tx_chunks = PNO_TX_CHUNK_COUNT,
        .rx_chunks = PNO_RX_CHUNK_COUNT,
        .channels_offset = CHANNELS_OFFSET,
        .records_offset = RECORDS_OFFSET,
        .holders_offset = HOLDERS_OFFSET,
        .tx_pool_offset = TX_POOL_OFFSET,
        .rx_pool_offset = RX_POOL_OFFSET,
        .total_bytes = TOTAL_BYTES,
    };
}

static void *map_shared(size_t bytes, int fd)
{
    int flags = MAP_SHARED | MAP_NORESERVE | (fd < 0 ? MAP_ANONYMOUS : 0);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Threads that have no arena yet may look whether there is one. */
static bool map_base(int fd)
{
    uint8_t *base = map_shared(TOTAL_BYTES, fd);
    __atomic_store_n(&pno_arena.base, base, __ATOMIC_RELEASE);
    return base != NULL;
}

int pno_arena_create(void)
{
    int fd = memfd_create("pno-arena", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    if (ftruncate(fd, (off_t)TOTAL_BYTES) == 0 &&
        libc_fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0 &&
        (pno_arena.family = map_shared(sizeof(struct pno_family), -1)) != NULL && map_base(fd)) {
        pno_arena.records = (struct pno_record *)(pno_arena.base + RECORDS_OFFSET);
        pno_arena.tx_pool = pno_arena.base + TX_POOL_OFFSET;
        pno_arena.rx_pool = pno_arena.base + RX_POOL_OFFSET;
        write_header();
        pno_holder_claim(pno_bitmap_take(&pno_arena.family->holders, pno_arena.family->holder_words, PNO_HOLDER_COUNT));
        return fd;
    }
    int error = errno;
    libc_close(fd);
    pno_arena_destroy();
    return -error;
}

void pno_arena_destroy(void)
{
    if (pno_arena.family != NULL)
        munmap(pno_arena.family, sizeof(struct pno_family));
    if (pno_arena.base != NULL)
        munmap(pno_arena.base, TOTAL_BYTES);
    memset(&pno_arena, 0, sizeof(pno_arena));
}

/* A slot whose process has died without giving it back. The DPU no longer counts it. */
static uint32_t take_dead_slot(void)
{
    for (uint32_t slot = 0; slot < PNO_HOLDER_COUNT; slot++) {
        uint64_t state = PNO_HOLDER_STATE_LIVE;
        if (kill((pid_t)atomic_load(&holder(slot)->pid), 0) < 0 && errno == ESRCH &&
            atomic_compare_exchange_strong(&holder(slot)->state, &state, PNO_HOLDER_STATE_FREE))
            return slot;
    }
    return PNO_NO_NUMBER;
}

uint32_t pno_holder_prepare(void)
{
    uint32_t slot = pno_bitmap_take(&pno_arena.family->holders, pno_arena.family->holder_words, PNO_HOLDER_COUNT);
    if (slot == PNO_NO_NUMBER)
        slot = take_dead_slot();
    if (slot == PNO_NO_NUMBER)
        return slot;
    struct pno_holder *next = holder(slot);
    for (size_t i = 0; i < PNO_BITMAP_WORDS(PNO_RECORD_COUNT); i++)
        atomic_store_explicit(&next->bits[i], atomic_load_explicit(&pno_arena.holder->bits[i], memory_order_relaxed),
                              memory_order_relaxed);
    atomic_store(&next->state, (uint64_t)getpid() << PNO_HOLDER_STATE_FILLED_BY_SHIFT | PNO_HOLDER_STATE_FORKING);
    return slot;
}

void pno_holder_cancel(uint32_t slot)
{
    atomic_store(&holder(slot)->state, PNO_HOLDER_STATE_FREE);
    pno_bitmap_give(&pno_arena.family->holders, pno_arena.family->holder_words, slot);
}

void pno_holder_claim(uint32_t slot)
{
    pno_arena.holder_slot = slot;
    pno_arena.holder = holder(slot);
    atomic_store(&pno_arena.holder->pid, (uint64_t)getpid());
}

void pno_hold(uint32_t record)
{
    atomic_fetch_or_explicit(&pno_arena.holder->bits[record / 64], 1ULL << record % 64, memory_order_release);
}

void pno_unhold(uint32_t record)
{
    atomic_fetch_and_explicit(&pno_arena.holder->bits[record / 64], ~(1ULL << record % 64), memory_order_release);
}
