/* The fake DPU's side of arenas. Every record in use is looked at in every round, so submissions are merely counted. */
#include "fakedpu.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENAS 256
#define SLOTS 64
#define DEFAULT_RCVBUF (256 * 1024)
#define STREAM_MASK (PNO_ARENA_CHUNK_BYTES - 1)

enum role { ROLE_NONE, ROLE_CONNECTION, ROLE_LISTENER, ROLE_CREDIT };

struct fake_record {
    enum role role;
    uint32_t generation;
    uint32_t channel; /* where events go, as last read */
    uint32_t request; /* last one answered */
    bool fin_sent, closed, dirty, released, waited;
    uint64_t tx_wait;
    uint64_t rx_mapped; /* chunks are mapped below */
    uint64_t rx_freed;
    struct fake_arena *peer_arena;
    uint32_t peer;
    uint32_t listener;    /* of a credit */
    uint64_t accepted_at; /* the listener's rxRead that has passed its entry */
    uint16_t family;      /* of a listener: 4, 6, or 0 for both */
    uint8_t address[16];
    uint16_t port;
};

struct fake_channel {
    int bell; /* -1: not announced */
    uint64_t sub_head, events, overflow;
    bool owes;
};

struct fake_arena {
    uint8_t *base;
    struct pno_arena_header header;
    struct fake_channel channels[PNO_ARENA_MAX_CHANNELS];
    struct fake_record *records;
    uint32_t *free_chunks;
    uint32_t free_count;
    uint32_t end; /* no record beyond is in use */
    bool live[SLOTS];
    bool fenced;
    int memory[2]; /* descriptors of the arena and of the family's memory */
};

static struct fake_arena *arenas[ARENAS];
static uint32_t arena_count;
static uint16_t next_port = 40000;

static struct pno_record *record_of(const struct fake_arena *arena, uint32_t number)
{
    return (struct pno_record *)(arena->base + arena->header.records_offset) + number;
}

static struct pno_gring *gring_of(const struct fake_arena *arena, uint32_t channel)
{
    return (struct pno_gring *)(arena->base + arena->header.channels_offset) + channel;
}

static struct pno_holder *holder_of(const struct fake_arena *arena, uint32_t slot)
{
    size_t stride = PNO_HOLDER_BITMAP_OFFSET + (arena->header.record_count + 511) / 512 * 64;
    return (struct pno_holder *)(arena->base + arena->header.holders_offset + slot * stride);
}

struct fake_arena *fake_arena_add(int fd)
{
    struct stat status;
    if (arena_count == ARENAS || fstat(fd, &status) < 0)
        return NULL;
    uint8_t *base = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    struct fake_arena *arena = calloc(1, sizeof(*arena));
    arena->base = base;
    memcpy(&arena->header, base, sizeof(arena->header));
    if (arena->header.magic != PNO_ARENA_MAGIC || arena->header.total_bytes != (uint64_t)status.st_size)
        return NULL;
    for (size_t i = 0; i < PNO_ARENA_MAX_CHANNELS; i++)
        arena->channels[i].bell = -1;
    arena->records = calloc(arena->header.record_count, sizeof(*arena->records));
    arena->free_chunks = calloc(arena->header.rx_chunks, sizeof(*arena->free_chunks));
    arena->free_count = arena->header.rx_chunks;
    for (uint32_t i = 0; i < arena->free_count; i++)
        arena->free_chunks[i] = arena->free_count - 1 - i;
    arenas[arena_count++] = arena;
    return arena;
}

struct fake_arena *fake_arena_of(uint32_t number)
{
    return number < arena_count ? arenas[number] : NULL;
}

uint32_t fake_arena_number(const struct fake_arena *arena)
{
    uint32_t number = 0;
    while (arenas[number] != arena)
        number++;
    return number;
}

void fake_arena_keep(struct fake_arena *arena, int memory, int family)
{
    arena->memory[0] = memory;
    arena->memory[1] = family;
}

const int *fake_arena_memory(const struct fake_arena *arena)
{
    return arena->memory;
}

bool fake_is_connection(struct fake_arena *arena, uint32_t record, uint32_t generation)
{
    return record < arena->header.record_count && arena->records[record].generation == generation &&
           (arena->records[record].role == ROLE_CONNECTION || arena->records[record].role == ROLE_CREDIT);
}

void fake_released(struct fake_arena *arena, uint32_t record)
{
    arena->records[record].released = true;
}

bool fake_channel_add(struct fake_arena *arena, uint32_t channel, int bell)
{
    if (channel >= arena->header.channel_count)
        return false;
    if (arena->channels[channel].bell >= 0)
        close(arena->channels[channel].bell); /* of a process that has died */
    arena->channels[channel].bell = bell;
    return true;
}

bool fake_holder_live(struct fake_arena *arena, uint32_t slot, bool live)
{
    if (slot >= SLOTS)
        return false;
    arena->live[slot] = live;
    if (live)
        atomic_store(&holder_of(arena, slot)->state, PNO_HOLDER_STATE_LIVE);
    for (uint32_t i = 0; i < arena->end; i++)
        arena->records[i].released = true;
    return true;
}

bool fake_holder_is_forking(struct fake_arena *arena, uint32_t slot)
{
    return (uint32_t)atomic_load(&holder_of(arena, slot)->state) == PNO_HOLDER_STATE_FORKING;
}

/* As a process lives as long as its connection here, so does the slot that it filled for a child. */
static bool holder_counts(const struct fake_arena *arena, uint32_t slot)
{
    uint64_t state = atomic_load(&holder_of(arena, slot)->state);
    if ((uint32_t)state != PNO_HOLDER_STATE_FORKING)
        return arena->live[slot];
    for (uint32_t parent = 0; parent < arena->header.holder_count && parent < SLOTS; parent++)
        if (arena->live[parent] &&
            atomic_load(&holder_of(arena, parent)->pid) == state >> PNO_HOLDER_STATE_FILLED_BY_SHIFT)
            return true;
    return false;
}

/* --- publishing --- */

static void set_status(struct fake_arena *arena, uint32_t number, uint32_t state, int error)
{
    struct fake_record *own = &arena->records[number];
    atomic_store(&record_of(arena, number)->status, state | (uint64_t)error << PNO_STATUS_ERROR_SHIFT |
                                                        (uint64_t)own->generation << PNO_STATUS_GENERATION_SHIFT);
    own->dirty = true;
}

static bool send_event_to(struct fake_arena *arena, uint32_t at, uint32_t number)
{
    struct fake_record *own = &arena->records[number];
    struct fake_channel *channel = &arena->channels[at];
    struct pno_gring *gring = gring_of(arena, at);
    if (channel->bell < 0)
        return true; /* nobody listens there */
    if (channel->events - atomic_load(&gring->ev_head) >= PNO_CHAN_EVT_CAPACITY) {
        channel->owes = true;
        return false;
    }
    uint64_t event = channel->events++;
    uint64_t lap = (event / PNO_CHAN_EVT_CAPACITY + 1) & 0xFFFF;
    atomic_store(&gring->evt[event % PNO_CHAN_EVT_CAPACITY],
                 number | (uint64_t)(own->generation & 0xFFFF) << PNO_EVT_GENERATION_SHIFT | lap << PNO_EVT_LAP_SHIFT);
    atomic_thread_fence(memory_order_seq_cst);
    uint64_t one = 1;
    if (atomic_load(&gring->sleep_seq) % 2 != 0 && write(channel->bell, &one, sizeof(one)) < 0)
        perror("fakedpu: bell");
    return true;
}

static bool send_event(struct fake_arena *arena, uint32_t number)
{
    uint32_t channel = arena->records[number].channel;
    bool sent = true;
    if (channel != PNO_REC_ALL_CHANNELS)
        return send_event_to(arena, channel, number);
    for (uint32_t at = 0; at < arena->header.channel_count; at++)
        sent &= send_event_to(arena, at, number);
    return sent;
}

/* --- S-rings --- */

static uint32_t entry_of(uint64_t position)
{
    return (uint32_t)(position >> PNO_ARENA_CHUNK_SHIFT) % PNO_ARENA_MAP_ENTRIES;
}

static uint8_t *tx_byte(struct fake_arena *arena, uint32_t number, uint64_t position)
{
    uint32_t chunk = atomic_load(&record_of(arena, number)->tx_map[entry_of(position)]);
    if (chunk >= arena->header.tx_chunks)
        return NULL;
    return arena->base + arena->header.tx_pool_offset + ((uint64_t)chunk << PNO_ARENA_CHUNK_SHIFT) +
           (position & STREAM_MASK);
}

static uint8_t *rx_byte(struct fake_arena *arena, uint32_t number, uint64_t position)
{
    struct fake_record *own = &arena->records[number];
    if (position >= own->rx_mapped) {
        if (arena->free_count == 0)
            return NULL;
        atomic_store(&record_of(arena, number)->rx_map[entry_of(position)], arena->free_chunks[--arena->free_count]);
        own->rx_mapped = (position & ~(uint64_t)STREAM_MASK) + PNO_ARENA_CHUNK_BYTES;
    }
    uint32_t chunk = atomic_load(&record_of(arena, number)->rx_map[entry_of(position)]);
    return arena->base + arena->header.rx_pool_offset + ((uint64_t)chunk << PNO_ARENA_CHUNK_SHIFT) +
           (position & STREAM_MASK);
}

static void free_rx(struct fake_arena *arena, uint32_t number, uint64_t below)
{
    struct fake_record *own = &arena->records[number];
    for (; own->rx_freed + PNO_ARENA_CHUNK_BYTES <= below && own->rx_freed < own->rx_mapped;
         own->rx_freed += PNO_ARENA_CHUNK_BYTES)
        arena->free_chunks[arena->free_count++] =
            atomic_load(&record_of(arena, number)->rx_map[entry_of(own->rx_freed)]);
}

static uint64_t window_of(const struct fake_arena *arena, uint32_t number)
{
    const struct pno_record *record = record_of(arena, number);
    uint64_t size = record->options.rcvbuf != 0 ? record->options.rcvbuf : DEFAULT_RCVBUF;
    uint64_t used = atomic_load(&record->rx_committed) - atomic_load(&record->rx_read);
    return used < size ? size - used : 0;
}

static void fence(struct fake_arena *arena, uint32_t reason)
{
    uint64_t one = 1;
    arena->fenced = true;
    for (uint32_t i = 0; i < arena->header.channel_count; i++) {
        if (arena->channels[i].bell < 0)
            continue;
        atomic_store(&gring_of(arena, i)->fenced, reason);
        if (write(arena->channels[i].bell, &one, sizeof(one)) < 0)
            perror("fakedpu: bell");
    }
}

/* Tells the peer of urgent data, before it can see the byte. Both streams begin at 0. True if that is news. */
static bool tell_urgent(struct pno_record *from, struct pno_record *to, uint64_t moved)
{
    uint64_t behind = atomic_load(&from->tx_urgent);
    if (behind == 0)
        return false;
    uint64_t word = behind <= moved ? behind | PNO_REC_URGENT_HERE : behind;
    return atomic_exchange(&to->rx_urgent, word) != word;
}

/* All that is acknowledged was sent; nothing else is told by this DPU. */
static void tell_sent(struct pno_record *record, uint64_t acked)
{
    if (record->options.flags & PNO_REC_OPTION_TX_SENT)
        atomic_store(&record->tx_sent, acked);
}

/* Moves what was written to the peer, as far as its window reaches. */
static bool move_bytes(struct fake_arena *arena, uint32_t number)
{
    struct fake_record *own = &arena->records[number];
    struct pno_record *from = record_of(arena, number);
    struct pno_record *to = record_of(own->peer_arena, own->peer);
    uint64_t acked = atomic_load(&from->tx_acked);
    uint64_t written = pno_record_written(from);
    uint64_t committed = atomic_load(&to->rx_committed);
    uint64_t window = window_of(own->peer_arena, own->peer);
    if (written - acked > PNO_ARENA_STREAM_BYTES) {
        fence(arena, PNO_FENCE_TX_WRITTEN);
        return true;
    }
    uint64_t length = written - acked < window ? written - acked : window;
    for (uint64_t done = 0, run; done < length; done += run) {
        uint64_t tx_room = PNO_ARENA_CHUNK_BYTES - ((acked + done) & STREAM_MASK);
        uint64_t rx_room = PNO_ARENA_CHUNK_BYTES - ((committed + done) & STREAM_MASK);
        run = length - done < tx_room ? length - done : tx_room;
        run = run < rx_room ? run : rx_room;
        const uint8_t *source = tx_byte(arena, number, acked + done);
        uint8_t *target = rx_byte(own->peer_arena, own->peer, committed + done);
        if (source == NULL || target == NULL) {
            fence(arena, PNO_FENCE_TX_CHUNK);
            return true;
        }
        memcpy(target, source, run);
    }
    bool told = tell_urgent(from, to, acked + length);
    own->peer_arena->records[own->peer].dirty |= told;
    if (length == 0)
        return told;
    atomic_store(&to->rx_committed, committed + length);
    atomic_store(&from->tx_acked, acked + length);
    tell_sent(from, acked + length);
    own->peer_arena->records[own->peer].dirty = true;
    return true;
}

/* --- connections --- */

static void take(struct fake_arena *arena, uint32_t number, enum role role, uint32_t generation)
{
    struct pno_record *record = record_of(arena, number);
    arena->records[number] = (struct fake_record){
        .role = role,
        .generation = generation,
        .channel = (uint32_t)atomic_load(&record->channel_and_generation),
    };
    if (number >= arena->end)
        arena->end = number + 1;
}

static void free_record(struct fake_arena *arena, uint32_t number)
{
    struct fake_record *own = &arena->records[number];
    struct pno_record *record = record_of(arena, number);
    free_rx(arena, number, UINT64_MAX - PNO_ARENA_CHUNK_BYTES);
    atomic_store(&record->tx_acked, 0);
    atomic_store(&record->rx_committed, 0);
    atomic_store(&record->rx_fin, 0);
    atomic_store(&record->request_done, 0);
    atomic_store(&record->info_told, 0);
    atomic_store(&record->rx_urgent, 0);
    atomic_store(&record->tx_sent, 0);
    set_status(arena, number, PNO_STATUS_FREE, 0);
    send_event(arena, number);
    own->role = ROLE_NONE;
    own->dirty = false;
}

static void close_with(struct fake_arena *arena, uint32_t number, int error)
{
    if (arena->records[number].closed)
        return;
    arena->records[number].closed = true;
    set_status(arena, number, PNO_STATUS_CLOSED, error);
}

static bool shares_port(const struct fake_arena *arena, uint32_t number)
{
    return record_of(arena, number)->options.flags & PNO_REC_OPTION_REUSEPORT;
}

int fake_listen(struct fake_arena *arena, uint32_t number, uint32_t generation, uint16_t family, const uint8_t *address,
                uint16_t port)
{
    if (number >= arena->header.record_count)
        return EINVAL;
    if (arena->records[number].role == ROLE_LISTENER && arena->records[number].generation == generation)
        return 0; /* another backlog */
    for (uint32_t a = 0; a < arena_count; a++)
        for (uint32_t i = 0; i < arenas[a]->end; i++)
            if (arenas[a]->records[i].role == ROLE_LISTENER && arenas[a]->records[i].port == port &&
                !(shares_port(arenas[a], i) && shares_port(arena, number)))
                return EADDRINUSE;
    take(arena, number, ROLE_LISTENER, generation);
    arena->records[number].family = family;
    memcpy(arena->records[number].address, address, 16);
    arena->records[number].port = port;
    set_status(arena, number, PNO_STATUS_LISTENING, 0);
    return 0;
}

/* The listener that an address and port reach, its number in *found. Those that share a port take turns. */
static struct fake_arena *find_listener(const struct pno_address_line *wanted, uint32_t *found)
{
    static const uint8_t any[16];
    static uint32_t turn;
    struct fake_arena *best = NULL;
    uint32_t count = 0;
    turn++;
    for (uint32_t a = 0; a < arena_count; a++)
        for (uint32_t i = 0; i < arenas[a]->end; i++) {
            const struct fake_record *own = &arenas[a]->records[i];
            if (own->role == ROLE_LISTENER && own->port == wanted->remote_port &&
                (own->family == 0 || own->family == wanted->family) &&
                (memcmp(own->address, any, 16) == 0 || memcmp(own->address, wanted->remote, 16) == 0)) {
                count++;
                if (best == NULL || turn % count == 0) {
                    *found = i;
                    best = arenas[a];
                }
            }
        }
    return best;
}

/* Takes the next credit of a listener. False: there is none. */
static bool take_credit(struct fake_arena *arena, uint32_t listener, uint32_t *number)
{
    struct pno_record *record = record_of(arena, listener);
    uint64_t acked = atomic_load(&record->tx_acked);
    if (atomic_load(&record->tx_written) - acked < PNO_ENTRY_BYTES)
        return false;
    uint32_t entry[2];
    memcpy(entry, tx_byte(arena, listener, acked), sizeof(entry));
    atomic_store(&record->tx_acked, acked + PNO_ENTRY_BYTES);
    take(arena, entry[0], ROLE_CREDIT, entry[1]);
    arena->records[entry[0]].listener = listener;
    *number = entry[0];
    return true;
}

static void answer_connect(struct fake_arena *arena, uint32_t number, int error)
{
    struct fake_record *own = &arena->records[number];
    struct pno_record *record = record_of(arena, number);
    own->request = (uint32_t)atomic_load(&record->request);
    if (error != 0)
        close_with(arena, number, error);
    else
        set_status(arena, number, PNO_STATUS_ESTABLISHED, 0);
    atomic_store(&record->request_done, own->request | (uint64_t)error << 32);
    own->dirty = true;
}

static bool is_loopback(const struct pno_address_line *line)
{
    return line->family == 4 ? line->remote[0] == 127 : memcmp(line->remote, &in6addr_loopback, 16) == 0;
}

static bool connect_record(struct fake_arena *arena, uint32_t number)
{
    struct pno_record *record = record_of(arena, number);
    uint32_t listener, accepted;
    struct fake_arena *other = find_listener(&record->wanted, &listener);
    if (record->wanted.remote_port == FAKE_BLACKHOLE_PORT)
        return false;
    if (other == NULL) {
        answer_connect(arena, number, ECONNREFUSED);
        return true;
    }
    if (!take_credit(other, listener, &accepted))
        return false;
    record->actual = record->wanted;
    bool ipv6 = record->actual.family == 6;
    if (is_loopback(&record->actual))
        memcpy(record->actual.local, record->actual.remote, 16);
    else
        inet_pton(ipv6 ? AF_INET6 : AF_INET, ipv6 ? FAKE_ADDRESS6 : FAKE_ADDRESS, record->actual.local);
    if (record->actual.local_port == 0)
        record->actual.local_port = next_port++;
    struct pno_address_line *mirror = &record_of(other, accepted)->actual;
    *mirror = record->actual;
    memcpy(mirror->local, record->actual.remote, 16);
    memcpy(mirror->remote, record->actual.local, 16);
    mirror->local_port = record->actual.remote_port;
    mirror->remote_port = record->actual.local_port;
    struct fake_record *mine = &arena->records[number], *its = &other->records[accepted];
    mine->peer_arena = other;
    mine->peer = accepted;
    its->peer_arena = arena;
    its->peer = number;
    set_status(other, accepted, PNO_STATUS_ESTABLISHED, 0);
    struct pno_record *queue = record_of(other, listener);
    uint64_t committed = atomic_load(&queue->rx_committed);
    uint32_t entry[2] = {accepted, its->generation};
    memcpy(rx_byte(other, listener, committed), entry, sizeof(entry));
    atomic_store(&queue->rx_committed, committed + sizeof(entry));
    its->accepted_at = committed + sizeof(entry);
    other->records[listener].dirty = true;
    answer_connect(arena, number, 0);
    return true;
}

static bool is_held(const struct fake_arena *arena, uint32_t number)
{
    for (uint32_t slot = 0; slot < arena->header.holder_count && slot < SLOTS; slot++) {
        struct pno_holder *holder = holder_of(arena, slot);
        if (holder_counts(arena, slot) && atomic_load(&holder->bits[number / 64]) >> number % 64 & 1)
            return true;
    }
    return fake_name_holds(arena, number, arena->records[number].generation);
}

/* Nobody reads any more: FIN after what was written, or RST if bytes were left unread. True if anything was done. */
static bool orphan(struct fake_arena *arena, uint32_t number)
{
    struct fake_record *own = &arena->records[number];
    struct pno_record *record = record_of(arena, number);
    bool unread = atomic_load(&record->rx_committed) > atomic_load(&record->rx_read);
    bool peer_open = own->peer_arena != NULL && own->peer_arena->records[own->peer].role != ROLE_NONE;
    if (own->role == ROLE_LISTENER) {
        for (uint32_t i = 0; i < arena->end; i++) {
            struct fake_record *credit = &arena->records[i];
            if (credit->role != ROLE_CREDIT || credit->listener != number)
                continue;
            if (credit->accepted_at <= atomic_load(&record->rx_read))
                credit->role = ROLE_CONNECTION;
            else
                orphan(arena, i);
        }
        uint64_t acked = atomic_load(&record->tx_acked), written = atomic_load(&record->tx_written);
        for (; acked < written; acked += PNO_ENTRY_BYTES) {
            uint32_t entry[2];
            memcpy(entry, tx_byte(arena, number, acked), sizeof(entry));
            take(arena, entry[0], ROLE_CREDIT, entry[1]);
            free_record(arena, entry[0]);
        }
    } else if (peer_open && !own->closed && (unread || own->role == ROLE_CREDIT)) {
        close_with(own->peer_arena, own->peer, ECONNRESET);
    } else if (peer_open && !own->closed) {
        bool moved = move_bytes(arena, number);
        if (atomic_load(&record->tx_acked) < pno_record_written(record))
            return moved; /* the peer has no room yet: later */
        struct pno_record *to = record_of(own->peer_arena, own->peer);
        if (!own->fin_sent)
            atomic_store(&to->rx_fin, 1 + atomic_load(&to->rx_committed));
        own->peer_arena->records[own->peer].dirty = true;
        own->peer_arena->records[own->peer].peer_arena = NULL;
    }
    if (own->peer_arena != NULL)
        own->peer_arena->records[own->peer].peer_arena = NULL;
    free_record(arena, number);
    return true;
}

/* --- the round --- */

static bool end_stream(struct fake_arena *arena, uint32_t number)
{
    struct fake_record *own = &arena->records[number];
    struct pno_record *record = record_of(arena, number);
    uint64_t fin = atomic_load(&record->tx_fin);
    if (fin == PNO_REC_TX_FIN_ABORT && !own->closed) {
        if (own->peer_arena != NULL)
            close_with(own->peer_arena, own->peer, ECONNRESET);
        close_with(arena, number, 0);
        return true;
    }
    if (fin == 0 || fin == PNO_REC_TX_FIN_ABORT || own->fin_sent || own->peer_arena == NULL ||
        atomic_load(&record->tx_acked) != fin - 1)
        return false;
    own->fin_sent = true;
    struct pno_record *to = record_of(own->peer_arena, own->peer);
    atomic_store(&to->rx_fin, 1 + atomic_load(&to->rx_committed));
    own->peer_arena->records[own->peer].dirty = true;
    if (own->peer_arena->records[own->peer].fin_sent) {
        close_with(arena, number, 0);
        close_with(own->peer_arena, own->peer, 0);
    }
    return true;
}

/* Numbers of struct tcp_info, of which linux/tcp.h has no names. */
enum { ESTABLISHED = 1, FIN_WAIT_2 = 5, CLOSE_WAIT = 8, LAST_ACK = 9, ALL_OPTIONS = 7 };

/* What this TCP knows of itself. */
static void tell_info(struct fake_arena *arena, uint32_t number)
{
    struct pno_record *record = record_of(arena, number);
    struct tcp_info info = {.tcpi_options = ALL_OPTIONS};
    bool ended = atomic_load(&record->rx_fin) != 0, finished = atomic_load(&record->tx_fin) != 0;
    info.tcpi_state = ended ? (finished ? LAST_ACK : CLOSE_WAIT) : finished ? FIN_WAIT_2 : ESTABLISHED;
    info.tcpi_snd_mss = 1448;
    info.tcpi_pmtu = 1500;
    info.tcpi_bytes_received = atomic_load(&record->rx_committed);
    info.tcpi_bytes_sent = atomic_load(&record->tx_acked);
    memset(record->tcp_info, 0, sizeof(record->tcp_info));
    memcpy(record->tcp_info, &info, sizeof(info));
}

static bool pump_record(struct fake_arena *arena, uint32_t number)
{
    struct fake_record *own = &arena->records[number];
    struct pno_record *record = record_of(arena, number);
    bool busy = false;
    uint32_t channel = (uint32_t)atomic_load(&record->channel_and_generation);
    if (own->role == ROLE_CREDIT && atomic_load(&record_of(arena, own->listener)->rx_read) >= own->accepted_at)
        own->role = ROLE_CONNECTION;
    if (channel != own->channel && (channel < arena->header.channel_count || channel == PNO_REC_ALL_CHANNELS)) {
        own->channel = channel;
        own->dirty = true; /* an event may have gone to the old channel */
    }
    if (own->role == ROLE_CONNECTION && own->request != (uint32_t)atomic_load(&record->request) && !own->closed)
        busy |= connect_record(arena, number);
    free_rx(arena, number, atomic_load(&record->rx_read));
    if (own->role == ROLE_CONNECTION && own->peer_arena != NULL && !own->closed) {
        busy |= move_bytes(arena, number);
        if (arena->fenced)
            return true;
    }
    if (own->role == ROLE_CONNECTION)
        busy |= end_stream(arena, number);
    uint64_t wait = atomic_load(&record->tx_wait);
    if (wait != own->tx_wait) {
        own->tx_wait = wait;
        own->waited = wait == 0;
    }
    tell_sent(record, atomic_load(&record->tx_acked));
    uint64_t level = atomic_load(wait & PNO_REC_TX_WAIT_SENT ? &record->tx_sent : &record->tx_acked);
    if (!own->waited && wait != 0 && level >= (wait & ~PNO_REC_TX_WAIT_SENT)) {
        own->waited = true;
        own->dirty = true;
    }
    uint64_t asked = atomic_load(&record->info_asked);
    if (asked != atomic_load(&record->info_told)) {
        tell_info(arena, number);
        atomic_store(&record->info_told, asked);
        own->dirty = true;
    }
    if (own->role != ROLE_CREDIT && own->released && !is_held(arena, number))
        return orphan(arena, number) | busy;
    if (own->dirty && send_event(arena, number)) {
        own->dirty = false;
        busy = true;
    }
    return busy;
}

/* A record that a submission names for the first time asks for a connection. */
static void look_at(struct fake_arena *arena, uint32_t number, uint32_t generation)
{
    if (number >= arena->header.record_count)
        return;
    struct fake_record *own = &arena->records[number];
    struct pno_record *record = record_of(arena, number);
    if (own->role == ROLE_NONE && atomic_load(&record->request) != 0 &&
        pno_status_generation(atomic_load(&record->status)) != generation) {
        take(arena, number, ROLE_CONNECTION, generation);
        set_status(arena, number, PNO_STATUS_CONNECTING, 0);
    }
}

/* Every word must be of the submission's lap: sub_tail has told of it. */
static struct pno_submission submission_at(struct pno_gring *gring, uint64_t number)
{
    uint64_t words[PNO_SUB_WORDS];
    for (int i = 0; i < PNO_SUB_WORDS; i++)
        words[i] = atomic_load(&gring->sub[number % PNO_CHAN_SUB_CAPACITY].words[i]);
    struct pno_submission sub;
    memcpy(&sub, words, sizeof sub);
    bool lap = number / PNO_CHAN_SUB_CAPACITY % 2 == 0;
    if (((sub.record & PNO_SUB_LAP_OF_RECORD) != 0) != lap ||
        ((sub.tx_written & PNO_SUB_LAP_OF_POSITION) != 0) != lap ||
        ((sub.rx_read & PNO_SUB_LAP_OF_POSITION) != 0) != lap || ((sub.flags & PNO_SUB_LAP_OF_FLAGS) != 0) != lap) {
        fprintf(stderr, "submission %" PRIu64 " has words of another lap\n", number);
        abort();
    }
    sub.record &= ~PNO_SUB_LAP_OF_RECORD;
    return sub;
}

static bool pump_channel(struct fake_arena *arena, uint32_t at)
{
    struct fake_channel *channel = &arena->channels[at];
    struct pno_gring *gring = gring_of(arena, at);
    uint64_t tail = atomic_load(&gring->sub_tail);
    uint64_t overflow = atomic_load(&gring->overflow);
    bool busy = channel->sub_head != tail || channel->overflow != overflow;
    if (channel->overflow != overflow)
        for (uint32_t i = 0; i < arena->header.record_count; i++) {
            look_at(arena, i, (uint32_t)(atomic_load(&record_of(arena, i)->channel_and_generation) >> 32));
            arena->records[i].released = true; /* perhaps: its holders are asked */
        }
    channel->overflow = overflow;
    for (; channel->sub_head != tail; channel->sub_head++) {
        struct pno_submission sub = submission_at(gring, channel->sub_head);
        look_at(arena, sub.record, sub.generation);
        if (sub.flags & PNO_SUB_FLAG_RELEASED)
            arena->records[sub.record].released = true;
    }
    atomic_store(&gring->sub_head, tail);
    return busy;
}

bool fake_pump(void)
{
    bool busy = false;
    for (uint32_t a = 0; a < arena_count; a++) {
        for (uint32_t i = 0; i < arenas[a]->header.channel_count; i++)
            if (arenas[a]->channels[i].bell >= 0 && !arenas[a]->fenced)
                busy |= pump_channel(arenas[a], i);
        for (uint32_t i = 0; i < arenas[a]->end && !arenas[a]->fenced; i++)
            if (arenas[a]->records[i].role != ROLE_NONE)
                busy |= pump_record(arenas[a], i);
    }
    return busy;
}

bool fake_park(void)
{
    for (uint32_t a = 0; a < arena_count; a++)
        for (uint32_t i = 0; i < arenas[a]->header.channel_count; i++)
            if (arenas[a]->channels[i].bell >= 0)
                atomic_store(&gring_of(arenas[a], i)->asleep,
                             arenas[a]->channels[i].owes ? PNO_CHAN_ASLEEP_OWING : PNO_CHAN_ASLEEP_PARKED);
    atomic_thread_fence(memory_order_seq_cst);
    return !fake_pump();
}

void fake_unpark(void)
{
    for (uint32_t a = 0; a < arena_count; a++)
        for (uint32_t i = 0; i < arenas[a]->header.channel_count; i++)
            if (arenas[a]->channels[i].bell >= 0) {
                atomic_store(&gring_of(arenas[a], i)->asleep, PNO_CHAN_ASLEEP_NOT);
                arenas[a]->channels[i].owes = false;
            }
}
