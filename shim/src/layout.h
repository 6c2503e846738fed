/* The arena's parts as C structs. Their numbers are those of include/pno_layout.h; layout.c asserts each of them.
 * docs/link-protocol.md says who writes which word, and when. */
#ifndef PNO_LAYOUT_STRUCTS_H
#define PNO_LAYOUT_STRUCTS_H

#include <stdatomic.h>
#include <stdint.h>

#include "pno_layout.h"

struct pno_arena_header {
    uint64_t magic;
    uint32_t version;
    uint32_t channel_count;
    uint32_t record_count;
    uint32_t holder_count;
    uint32_t tx_chunks;
    uint32_t rx_chunks;
    uint64_t channels_offset;
    uint64_t records_offset;
    uint64_t holders_offset;
    uint64_t tx_pool_offset;
    uint64_t rx_pool_offset;
    uint64_t total_bytes;
};

struct pno_submission {
    uint32_t record;
    uint32_t generation;
    uint64_t tx_written;
    uint64_t rx_read;
    uint32_t tx_chunk;
    uint32_t flags;
};

enum { PNO_SUB_WORDS = PNO_SUB_BYTES / 8 };

/* A submission in SUB, as the DPU sees it. */
struct pno_sub_slot {
    _Atomic uint64_t words[PNO_SUB_WORDS];
};

struct pno_gring {
    /* the host's line */
    _Atomic uint64_t sub_tail;
    _Atomic uint64_t ev_head;
    _Atomic uint64_t overflow;
    _Atomic uint64_t sleep_seq;
    _Atomic uint64_t confirmed_epoch;
    uint64_t host_reserved[3];
    /* the DPU's line */
    _Atomic uint64_t sub_head;
    _Atomic uint64_t asleep;
    _Atomic uint64_t epoch;
    _Atomic uint64_t fenced;
    uint64_t dpu_reserved[4];

    struct pno_sub_slot sub[PNO_CHAN_SUB_CAPACITY];
    _Atomic uint64_t evt[PNO_CHAN_EVT_CAPACITY];
};

struct pno_address_line {
    uint8_t local[16];
    uint8_t remote[16];
    uint16_t local_port;
    uint16_t remote_port;
    uint16_t family; /* 4 or 6 */
    uint8_t reserved[26];
};

struct pno_options_line {
    uint32_t flags;
    uint8_t tos; /* IP_TOS */
    uint8_t traffic_class;
    uint8_t ttl;       /* 0: the default */
    uint8_t hop_limit; /* with PNO_REC_OPTION_HOP_LIMIT */
    uint32_t rcvbuf;
    uint32_t keep_idle;
    uint32_t keep_intvl;
    uint32_t keep_cnt;
    uint32_t user_timeout;
    uint32_t max_seg;
    uint32_t congestion; /* PNO_REC_CONGESTION_ of TCP_CONGESTION */
    uint32_t syn_count;
    int32_t linger2;
    uint32_t defer_accept; /* in SYN-ACKs */
    uint32_t window_clamp;
    uint32_t quick_ack;       /* bit 0: what it was set to last; above: how often */
    uint64_t max_pacing_rate; /* 0 for none */
};

struct pno_record {
    /* the host's line */
    _Atomic uint64_t tx_written;
    _Atomic uint64_t rx_read;
    _Atomic uint64_t tx_fin;
    _Atomic uint64_t tx_wait;
    _Atomic uint64_t request;
    _Atomic uint64_t channel_and_generation; /* evChannel below, generation above: one word */
    _Atomic uint64_t info_asked;
    _Atomic uint64_t tx_urgent;
    /* the DPU's line */
    _Atomic uint64_t tx_acked;
    _Atomic uint64_t rx_committed;
    _Atomic uint64_t rx_fin;
    _Atomic uint64_t status;
    _Atomic uint64_t request_done;
    _Atomic uint64_t info_told;
    _Atomic uint64_t rx_urgent;
    _Atomic uint64_t tx_sent;

    struct pno_options_line options;
    struct pno_address_line wanted; /* the host's */
    struct pno_address_line actual; /* the DPU's */
    _Atomic uint32_t tx_map[PNO_ARENA_MAP_ENTRIES];
    _Atomic uint32_t rx_map[PNO_ARENA_MAP_ENTRIES];
    uint8_t tcp_info[256]; /* the DPU's: Linux's struct tcp_info */
};

struct pno_holder {
    _Atomic uint64_t state;
    _Atomic uint64_t pid;
    uint64_t reserved[6];
    _Atomic uint64_t bits[];
};

/* Bytes written, without the flag that stands in the same word. */
static inline uint64_t pno_record_written(const struct pno_record *record)
{
    return atomic_load_explicit(&record->tx_written, memory_order_relaxed) & ~PNO_REC_WRITTEN_URGENT;
}

/* The status word. */
static inline uint32_t pno_status_state(uint64_t status)
{
    return status & 0xFF;
}

static inline int pno_status_error(uint64_t status)
{
    return (int)(status >> PNO_STATUS_ERROR_SHIFT & 0xFFFF);
}

static inline uint32_t pno_status_generation(uint64_t status)
{
    return (uint32_t)(status >> PNO_STATUS_GENERATION_SHIFT);
}

#endif
