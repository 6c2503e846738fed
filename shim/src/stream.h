/* S-rings: copying in and out of the chunks that a record's maps name. Nothing here is published; callers hold the
 * direction's lock and store the position. */
#ifndef PNO_STREAM_H
#define PNO_STREAM_H

#include "arena.h"

/* Copies bytes to a position of the transmit stream, taking chunks as needed. Answers how many: fewer than asked only
 * when the pool is empty. */
size_t pno_stream_write(struct pno_record *record, struct pno_socket *socket, uint64_t position, const void *source,
                        size_t length);

/* Copies bytes from a position of the receive stream, all of them below rxCommitted. False if the map names a chunk
 * that does not exist. */
bool pno_stream_read(const struct pno_record *record, uint64_t position, void *target, size_t length);

/* The chunk that holds the byte before a transmit position, or PNO_REC_NO_CHUNK. */
uint32_t pno_stream_last_chunk(const struct pno_record *record, const struct pno_socket *socket, uint64_t position);

/* Gives back the chunks that the peer has acknowledged to their end. */
void pno_stream_trim(struct pno_record *record, struct pno_socket *socket, uint64_t tx_acked);

/* Gives back all chunks, of a stream that is drained or has ended. */
void pno_stream_drop(struct pno_record *record, struct pno_socket *socket);

#endif
