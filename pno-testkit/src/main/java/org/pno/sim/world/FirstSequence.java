package org.pno.sim.world;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pno.counters.Counters;
import org.pno.counters.CountersDescriptor;
import org.pno.stack.NetworkStack;
import org.pno.stack.SocketOptions;
import org.pno.stack.StackConfiguration;
import org.pno.stack.StackOutput;
import org.pno.wire.IpAddress;

/** Asks a stack that sends nothing which initial sequence number it would give a connection at a time. */
final class FirstSequence {
    /** The clock of initial sequence numbers ticks once in 2^12 ns. */
    static final int TICK_SHIFT = 12;

    private FirstSequence() {}

    static int of(final StackConfiguration configuration, final Dialogue dialogue, final long timeNs) {
        final long bytes = CountersDescriptor.segmentBytes(NetworkStack.COUNTER_COUNT);
        final Counters counters = new Counters(Arena.ofAuto().allocate(bytes, 64), NetworkStack.COUNTER_COUNT);
        final NetworkStack stack = new NetworkStack(configuration, new Mute(), counters, timeNs);
        final IpAddress client = dialogue.clientAddress();
        final IpAddress server = dialogue.serverAddress();
        final int connection = stack.connect(
                client.hi(),
                client.lo(),
                dialogue.opensAtOnce() ? dialogue.port() : dialogue.options().localPort(),
                server.hi(),
                server.lo(),
                dialogue.port(),
                new SocketOptions());
        return stack.tcp().connection(connection).initialSendSequence();
    }

    /** Has no frames. */
    private static final class Mute implements StackOutput {
        private final MemorySegment none = MemorySegment.ofArray(new byte[0]);

        @Override
        public MemorySegment memory() {
            return none;
        }

        @Override
        public int frameBytes() {
            return 0;
        }

        @Override
        public long allocate() {
            return NO_FRAME;
        }

        @Override
        public void release(final long frame) {
            throw new IllegalStateException("a frame from nowhere");
        }

        @Override
        public void transmit(final long frame, final int length) {
            throw new IllegalStateException("a frame from nowhere");
        }

        @Override
        public void transmit(
                final long frame,
                final int headerLength,
                final int connection,
                final long position,
                final int payloadLength) {
            throw new IllegalStateException("a frame from nowhere");
        }

        @Override
        public boolean place(final int connection, final long position, final int length, final long payload) {
            return false;
        }

        @Override
        public void changed(final int connection) {
            // Nobody asks.
        }

        @Override
        public boolean accept(final int listener, final int connection) {
            return false;
        }

        @Override
        public void established(final int connection) {
            // Never.
        }

        @Override
        public void advertised(final int connection, final long edge) {
            // Nobody asks.
        }

        @Override
        public void released(final int connection) {
            // Nobody asks.
        }
    }
}
