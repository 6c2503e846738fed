package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.pno.time.ManualClock;

class FaultPortPropertyTest {
    private static final String FAULTS =
            "loss=0.1,duplicate=0.1,reorder=0.2,corrupt=0.1,delay=1ms,jitter=3ms,rate=1gbit,seed=";

    @Property(tries = 100)
    void shouldNeitherInventNorForgetFrames(
            @ForAll @IntRange(max = 100) final int count, @ForAll @LongRange(min = 0) final long seed) {
        final FramePool pool = new FramePool(512);
        final ManualClock clock = new ManualClock(0);
        final RecordingPort wire = new RecordingPort(pool, PacketPort.IN_ORDER);
        final PacketPort port = new FaultPort(wire, FaultSpec.parse(FAULTS + seed), clock);
        for (int i = 0; i < count; i++) {
            final byte[] frame = TestFrames.tcp(1, i, TestFrames.ACK, new byte[i]);
            port.transmit(TestFrames.put(pool, frame), frame.length);
        }
        clock.advance(50_000_000); // those that wait to be overtaken go on, and are delayed once more
        port.flush();
        clock.advance(50_000_000);
        port.flush();

        final PortCounters counters = port.counters();
        assertEquals(count - counters.faultLost + counters.faultDuplicated, wire.sent.size());
        assertEquals(pool.capacity(), pool.available());
    }
}
