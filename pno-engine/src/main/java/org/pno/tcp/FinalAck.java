package org.pno.tcp;

/** What has become of the ACK that completes a passive open. */
enum FinalAck {
    /** It has not come. */
    AWAITED,
    /** It has come without the data that the listener waits for (TCP_DEFER_ACCEPT). */
    WITHOUT_DATA,
    /** It has come, and the listener's host had no room for one more. */
    WITHOUT_ROOM
}
