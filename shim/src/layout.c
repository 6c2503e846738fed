/* Holds the structs of layout.h to the generated numbers. */
#include "layout.h"

#include <stddef.h>

#define AT(type, field, offset) _Static_assert(offsetof(struct type, field) == (offset), #type "." #field)
#define SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)

AT(pno_arena_header, magic, PNO_ARENA_MAGIC_OFFSET);
AT(pno_arena_header, version, PNO_ARENA_VERSION_OFFSET);
AT(pno_arena_header, channel_count, PNO_ARENA_CHANNEL_COUNT_OFFSET);
AT(pno_arena_header, record_count, PNO_ARENA_RECORD_COUNT_OFFSET);
AT(pno_arena_header, holder_count, PNO_ARENA_HOLDER_COUNT_OFFSET);
AT(pno_arena_header, tx_chunks, PNO_ARENA_TX_CHUNKS_OFFSET);
AT(pno_arena_header, rx_chunks, PNO_ARENA_RX_CHUNKS_OFFSET);
AT(pno_arena_header, channels_offset, PNO_ARENA_CHANNELS_OFFSET);
AT(pno_arena_header, records_offset, PNO_ARENA_RECORDS_OFFSET);
AT(pno_arena_header, holders_offset, PNO_ARENA_HOLDERS_OFFSET);
AT(pno_arena_header, tx_pool_offset, PNO_ARENA_TX_POOL_OFFSET);
AT(pno_arena_header, rx_pool_offset, PNO_ARENA_RX_POOL_OFFSET);
AT(pno_arena_header, total_bytes, PNO_ARENA_TOTAL_BYTES_OFFSET);
_Static_assert(PNO_ARENA_CHUNK_BYTES == 1 << PNO_ARENA_CHUNK_SHIFT, "chunk");
_Static_assert(PNO_ARENA_STREAM_BYTES == (PNO_ARENA_MAP_ENTRIES - 1) * PNO_ARENA_CHUNK_BYTES, "stream");

AT(pno_gring, sub_tail, PNO_CHAN_SUB_TAIL_OFFSET);
AT(pno_gring, ev_head, PNO_CHAN_EV_HEAD_OFFSET);
AT(pno_gring, overflow, PNO_CHAN_OVERFLOW_OFFSET);
AT(pno_gring, sleep_seq, PNO_CHAN_SLEEP_SEQ_OFFSET);
AT(pno_gring, confirmed_epoch, PNO_CHAN_CONFIRMED_EPOCH_OFFSET);
AT(pno_gring, sub_head, PNO_CHAN_SUB_HEAD_OFFSET);
AT(pno_gring, asleep, PNO_CHAN_ASLEEP_OFFSET);
AT(pno_gring, epoch, PNO_CHAN_EPOCH_OFFSET);
AT(pno_gring, fenced, PNO_CHAN_FENCED_OFFSET);
AT(pno_gring, sub, PNO_CHAN_SUB_OFFSET);
AT(pno_gring, evt, PNO_CHAN_EVT_OFFSET);
SIZE(pno_gring, PNO_CHAN_BYTES);

AT(pno_submission, record, PNO_SUB_RECORD_OFFSET);
AT(pno_submission, generation, PNO_SUB_GENERATION_OFFSET);
AT(pno_submission, tx_written, PNO_SUB_TX_WRITTEN_OFFSET);
AT(pno_submission, rx_read, PNO_SUB_RX_READ_OFFSET);
AT(pno_submission, tx_chunk, PNO_SUB_TX_CHUNK_OFFSET);
AT(pno_submission, flags, PNO_SUB_FLAGS_OFFSET);
SIZE(pno_submission, PNO_SUB_BYTES);

AT(pno_record, tx_written, PNO_REC_TX_WRITTEN_OFFSET);
AT(pno_record, rx_read, PNO_REC_RX_READ_OFFSET);
AT(pno_record, tx_fin, PNO_REC_TX_FIN_OFFSET);
AT(pno_record, tx_wait, PNO_REC_TX_WAIT_OFFSET);
AT(pno_record, request, PNO_REC_REQUEST_OFFSET);
AT(pno_record, channel_and_generation, PNO_REC_EV_CHANNEL_OFFSET);
_Static_assert(PNO_REC_GENERATION_OFFSET == PNO_REC_EV_CHANNEL_OFFSET + 4, "one word");
AT(pno_record, info_asked, PNO_REC_INFO_ASKED_OFFSET);
AT(pno_record, tx_acked, PNO_REC_TX_ACKED_OFFSET);
AT(pno_record, rx_committed, PNO_REC_RX_COMMITTED_OFFSET);
AT(pno_record, rx_fin, PNO_REC_RX_FIN_OFFSET);
AT(pno_record, status, PNO_REC_STATUS_OFFSET);
AT(pno_record, request_done, PNO_REC_REQUEST_DONE_OFFSET);
AT(pno_record, info_told, PNO_REC_INFO_TOLD_OFFSET);
AT(pno_record, tx_urgent, PNO_REC_TX_URGENT_OFFSET);
AT(pno_record, rx_urgent, PNO_REC_RX_URGENT_OFFSET);
AT(pno_record, tx_sent, PNO_REC_TX_SENT_OFFSET);
AT(pno_record, options, PNO_REC_OPTIONS_LINE_OFFSET);
AT(pno_record, options.flags, PNO_REC_OPTION_FLAGS_OFFSET);
AT(pno_record, options.tos, PNO_REC_TOS_OFFSET);
AT(pno_record, options.traffic_class, PNO_REC_TRAFFIC_CLASS_OFFSET);
AT(pno_record, options.ttl, PNO_REC_TTL_OFFSET);
AT(pno_record, options.hop_limit, PNO_REC_HOP_LIMIT_OFFSET);
AT(pno_record, options.rcvbuf, PNO_REC_RCVBUF_OFFSET);
AT(pno_record, options.keep_idle, PNO_REC_KEEP_IDLE_OFFSET);
AT(pno_record, options.keep_intvl, PNO_REC_KEEP_INTVL_OFFSET);
AT(pno_record, options.keep_cnt, PNO_REC_KEEP_CNT_OFFSET);
AT(pno_record, options.user_timeout, PNO_REC_USER_TIMEOUT_OFFSET);
AT(pno_record, options.max_seg, PNO_REC_MAX_SEG_OFFSET);
AT(pno_record, options.congestion, PNO_REC_CONGESTION_OFFSET);
AT(pno_record, options.syn_count, PNO_REC_SYN_COUNT_OFFSET);
AT(pno_record, options.linger2, PNO_REC_LINGER2_OFFSET);
AT(pno_record, options.defer_accept, PNO_REC_DEFER_ACCEPT_OFFSET);
AT(pno_record, options.window_clamp, PNO_REC_WINDOW_CLAMP_OFFSET);
AT(pno_record, options.quick_ack, PNO_REC_QUICK_ACK_OFFSET);
AT(pno_record, options.max_pacing_rate, PNO_REC_MAX_PACING_RATE_OFFSET);
AT(pno_record, wanted, PNO_REC_HOST_ADDRESS_LINE_OFFSET);
AT(pno_record, actual, PNO_REC_INFO_LINE_OFFSET);
AT(pno_record, tx_map, PNO_REC_TX_MAP_OFFSET);
AT(pno_record, rx_map, PNO_REC_RX_MAP_OFFSET);
AT(pno_record, tcp_info, PNO_REC_TCP_INFO_OFFSET);
SIZE(pno_record, PNO_REC_BYTES);

AT(pno_address_line, local, PNO_REC_ADDRESS_LOCAL);
AT(pno_address_line, remote, PNO_REC_ADDRESS_REMOTE);
AT(pno_address_line, local_port, PNO_REC_ADDRESS_LOCAL_PORT);
AT(pno_address_line, remote_port, PNO_REC_ADDRESS_REMOTE_PORT);
AT(pno_address_line, family, PNO_REC_ADDRESS_FAMILY);

AT(pno_holder, state, PNO_HOLDER_STATE_OFFSET);
AT(pno_holder, pid, PNO_HOLDER_PID_OFFSET);
AT(pno_holder, bits, PNO_HOLDER_BITMAP_OFFSET);
