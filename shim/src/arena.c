/* Making the arena and keeping its holder slots. */
#include "arena.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libc.h"

#define PAGE_BYTES 4096
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
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
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Threads that have no arena yet may look whether there is one. */
static bool map_base(int fd)
{
    uint8_t *base = map_shared(TOTAL_BYTES, fd);
    __atomic_store_n(&pno_arena.base, base, __ATOMIC_RELEASE);
    return base != NULL;
}

/* Maps both parts. False: errno tells why. */
static bool map(int memory, int family)
{
    pno_arena.family = map_shared(sizeof(struct pno_family), family);
    if (pno_arena.family == NULL || !map_base(memory))
        return false;
    pno_arena.records = (struct pno_record *)(pno_arena.base + RECORDS_OFFSET);
    pno_arena.tx_pool = pno_arena.base + TX_POOL_OFFSET;
    pno_arena.rx_pool = pno_arena.base + RX_POOL_OFFSET;
    return true;
}

static int sealed_memfd(const char *name, size_t bytes)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (ftruncate(fd, (off_t)bytes) < 0 || libc_fcntl(fd, F_ADD_SEALS, SEALS) < 0)) {
        int error = errno;
        libc_close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* 0 where it cannot be told: then everybody is in the same. */
static uint64_t pid_namespace(void)
{
    struct stat status;
    return stat("/proc/self/ns/pid", &status) == 0 ? status.st_ino : 0;
}

int pno_arena_create(int memory[2])
{
    memory[0] = sealed_memfd("pno-arena", TOTAL_BYTES);
    memory[1] = memory[0] < 0 ? -1 : sealed_memfd("pno-family", sizeof(struct pno_family));
    if (memory[1] >= 0 && map(memory[0], memory[1])) {
        write_header();
        pno_arena.family->layout = PNO_FAMILY_LAYOUT;
        pno_arena.family->pid_namespace = pid_namespace();
        pno_holder_claim(pno_bitmap_take(&pno_arena.family->holders, pno_arena.family->holder_words, PNO_HOLDER_COUNT));
        return 0;
    }
    int error = errno;
    for (size_t i = 0; i < 2; i++)
        if (memory[i] >= 0)
            libc_close(memory[i]);
    pno_arena_destroy();
    return -error;
}

/* Memory of that size that nobody can cut. */
static bool is_sealed(int fd, size_t bytes)
{
    struct stat status;
    int seals = libc_fcntl(fd, F_GET_SEALS, 0);
    return seals >= 0 && (seals & SEALS) == SEALS && fstat(fd, &status) == 0 && (uint64_t)status.st_size == bytes;
}

static bool is_of_this_build(void)
{
    const struct pno_arena_header *header = (const struct pno_arena_header *)pno_arena.base;
    return header->magic == PNO_ARENA_MAGIC && header->version == PNO_ARENA_VERSION &&
           header->records_offset == RECORDS_OFFSET && header->tx_pool_offset == TX_POOL_OFFSET &&
           pno_arena.family->layout == PNO_FAMILY_LAYOUT;
}

int pno_arena_join(int memory, int family)
{
    if (!is_sealed(memory, TOTAL_BYTES) || !is_sealed(family, sizeof(struct pno_family)))
        return -EPROTO;
    int error = map(memory, family) ? 0 : -errno;
    if (error == 0 && !is_of_this_build())
        error = -EPROTO;
    if (error == 0 && pno_arena.family->pid_namespace != pid_namespace())
        error = -EXDEV; /* who is alive cannot be told */
    if (error < 0)
        pno_arena_destroy();
    return error;
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
    for (size_t i = 0; i < PNO_BITMAP_WORDS(PNO_RECORD_COUNT); i++) {
        uint64_t bits =
            pno_arena.holder == NULL ? 0 : atomic_load_explicit(&pno_arena.holder->bits[i], memory_order_relaxed);
        atomic_store_explicit(&next->bits[i], bits, memory_order_relaxed);
    }
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

static void clear_locks(struct pno_socket *socket)
{
    uint32_t self = (uint32_t)getpid();
    atomic_compare_exchange_strong(&socket->tx_lock.owner, &(uint32_t){self}, 0);
    atomic_compare_exchange_strong(&socket->rx_lock.owner, &(uint32_t){self}, 0);
}

void pno_arena_clear_past(void)
{
    struct pno_family *family = pno_arena.family;
    for (uint32_t word = 0; word < PNO_BITMAP_WORDS(PNO_RECORD_COUNT); word++)
        for (uint64_t taken = atomic_load(&family->record_words[word]); taken != 0; taken &= taken - 1)
            clear_locks(&family->sockets[word * 64 + (uint32_t)__builtin_ctzll(taken)]);
    for (uint32_t number = 0; number < PNO_CHANNEL_COUNT; number++)
        if (atomic_load(&family->channel_owners[number]) == (uint32_t)getpid()) {
            atomic_store(&family->channel_owners[number], 0);
            pno_bitmap_give(&family->channels, family->channel_words, number);
        }
    for (uint32_t slot = 0; slot < PNO_HOLDER_COUNT; slot++) {
        uint64_t state = PNO_HOLDER_STATE_LIVE;
        if (slot != pno_arena.holder_slot && atomic_load(&holder(slot)->pid) == (uint64_t)getpid() &&
            atomic_compare_exchange_strong(&holder(slot)->state, &state, PNO_HOLDER_STATE_FREE))
            pno_bitmap_give(&family->holders, family->holder_words, slot);
    }
}

void pno_hold(uint32_t record)
{
    atomic_fetch_or_explicit(&pno_arena.holder->bits[record / 64], 1ULL << record % 64, memory_order_release);
}

void pno_unhold(uint32_t record)
{
    atomic_fetch_and_explicit(&pno_arena.holder->bits[record / 64], ~(1ULL << record % 64), memory_order_release);
}

bool pno_is_held(uint32_t record)
{
    for (uint32_t slot = 0; slot < PNO_HOLDER_COUNT; slot++)
        if (atomic_load(&holder(slot)->state) != PNO_HOLDER_STATE_FREE &&
            (atomic_load(&holder(slot)->bits[record / 64]) & 1ULL << record % 64) != 0)
            return true;
    return false;
}

/* A slot may be left of a process that has died. */
static bool is_held_in(struct pno_holder *slot, uint32_t record)
{
    uint64_t state = atomic_load(&slot->state);
    if ((uint32_t)state == PNO_HOLDER_STATE_FREE ||
        (atomic_load_explicit(&slot->bits[record / 64], memory_order_acquire) >> record % 64 & 1) == 0)
        return false;
    if ((uint32_t)state == PNO_HOLDER_STATE_FORKING)
        return true;
    int saved = errno;
    bool dead = kill((pid_t)atomic_load(&slot->pid), 0) < 0 && errno == ESRCH;
    errno = saved;
    return !dead;
}

bool pno_held_by_others(uint32_t record)
{
    atomic_thread_fence(memory_order_seq_cst);
    for (uint32_t word = 0; word < PNO_BITMAP_WORDS(PNO_HOLDER_COUNT); word++)
        for (uint64_t taken = atomic_load(&pno_arena.family->holder_words[word]); taken != 0; taken &= taken - 1) {
            struct pno_holder *slot = holder(word * 64 + (uint32_t)__builtin_ctzll(taken));
            if (slot != pno_arena.holder && is_held_in(slot, record))
                return true;
        }
    return false;
}
