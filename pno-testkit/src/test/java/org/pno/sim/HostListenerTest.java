package org.pno.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pno.link.ArenaGeometry;

/** Credits of a listener whose process has sent all its transmit chunks away. */
class HostListenerTest {
    private static final int CHUNKS = 4;

    private final SimulatedHost host = new SimulatedHost(ArenaGeometry.of(1, 64, 2, CHUNKS, CHUNKS), () -> {});
    private final HostChannel channel = host.openChannel();
    private final HostListener listener = new HostListener(host, channel);

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void shouldOfferNoRecordWithoutRoomForTheCredit() {
        final HostSocket greedy = host.takeRecord(channel);
        while (host.freeTxChunks() > 0) {
            greedy.send(new byte[4_096], 0, 4_096);
        }
        final int records = host.untakenRecords();
        assertFalse(listener.postCredit());
        assertEquals(0, listener.credits());
        assertEquals(records, host.untakenRecords());
        greedy.giveUpChunks();
        assertTrue(listener.postCredit());
        assertEquals(1, listener.credits());
    }
}
