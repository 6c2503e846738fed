package org.pno.bridge;

import java.lang.foreign.MemorySegment;
import org.pno.link.OptionsLine;
import org.pno.link.RecordDescriptor;
import org.pno.stack.SocketOptions;

/** Judges the options line of a record and turns it into the stack's options. */
final class SocketOptionsReader {
    /** Bounds of tcp(7) and socket(7). A shim checks them before, as Linux does, so what exceeds them is forged. */
    private static final int MAX_KEEP_SECONDS = 32767;

    private static final int MAX_KEEP_COUNT = 127;
    private static final int MAX_SEGMENT_BYTES = 32767;
    private static final int MAX_SYN_COUNT = 127;
    private static final int MAX_LINGER2_SECONDS = 120;
    /** SYN-ACKs: as Linux's u8. */
    private static final int MAX_DEFER = 255;

    private static final int ALL_FLAGS = RecordDescriptor.OPTION_NODELAY
            | RecordDescriptor.OPTION_CORK
            | RecordDescriptor.OPTION_KEEPALIVE
            | RecordDescriptor.OPTION_REUSEPORT
            | RecordDescriptor.OPTION_FASTOPEN
            | RecordDescriptor.OPTION_FASTOPEN_NO_COOKIE
            | RecordDescriptor.OPTION_TX_SENT
            | RecordDescriptor.OPTION_HOP_LIMIT
            | -1 << RecordDescriptor.FASTOPEN_QUEUE_SHIFT;

    private final OptionsLine line = new OptionsLine();
    private final SocketOptions options = new SocketOptions();

    /** The options of a private copy of the line, the same carrier each time; null if a value is outside its bounds. */
    SocketOptions read(final MemorySegment memory, final long offset) {
        line.wrap(memory, offset);
        if ((line.flags() & ~ALL_FLAGS) != 0
                || line.receiveBufferBytes() < 0
                || line.userTimeoutMillis() < 0
                || !isWithin(line.keepIdleSeconds(), MAX_KEEP_SECONDS)
                || !isWithin(line.keepIntervalSeconds(), MAX_KEEP_SECONDS)
                || !isWithin(line.keepCount(), MAX_KEEP_COUNT)
                || !isWithin(line.maxSegmentBytes(), MAX_SEGMENT_BYTES)
                || !isWithin(line.synCount(), MAX_SYN_COUNT)
                || !isWithin(line.deferAccept(), MAX_DEFER)
                || line.linger2Seconds() < -1
                || line.linger2Seconds() > MAX_LINGER2_SECONDS
                || line.windowClampBytes() < 0
                || !SocketOptions.isCongestion(line.congestion())) {
            return null;
        }
        options.noDelay = line.has(RecordDescriptor.OPTION_NODELAY);
        options.cork = line.has(RecordDescriptor.OPTION_CORK);
        options.keepAlive = line.has(RecordDescriptor.OPTION_KEEPALIVE);
        options.reusePort = line.has(RecordDescriptor.OPTION_REUSEPORT);
        options.fastOpen = line.has(RecordDescriptor.OPTION_FASTOPEN);
        options.fastOpenWithoutCookie = line.has(RecordDescriptor.OPTION_FASTOPEN_NO_COOKIE);
        options.tellsSent = line.has(RecordDescriptor.OPTION_TX_SENT);
        options.fastOpenQueue = line.fastOpenQueue();
        options.receiveBufferBytes = line.receiveBufferBytes();
        options.keepIdleSeconds = line.keepIdleSeconds();
        options.keepIntervalSeconds = line.keepIntervalSeconds();
        options.keepCount = line.keepCount();
        options.userTimeoutMillis = line.userTimeoutMillis();
        options.maxSegmentBytes = line.maxSegmentBytes();
        options.congestion = line.congestion();
        readRest();
        options.maxPacingRate = line.maxPacingRate(); // Beyond what a long holds is as good as none.
        return options;
    }

    private void readRest() {
        options.synCount = line.synCount();
        options.linger2Seconds = line.linger2Seconds();
        options.deferAccept = line.deferAccept();
        options.windowClampBytes = line.windowClampBytes();
        options.quickAck = line.quickAck();
        options.tos = line.tos();
        options.trafficClass = line.trafficClass();
        options.timeToLive = line.timeToLive() == 0 ? SocketOptions.DEFAULT_HOPS : line.timeToLive();
        options.hopLimit = line.has(RecordDescriptor.OPTION_HOP_LIMIT) ? line.hopLimit() : SocketOptions.DEFAULT_HOPS;
    }

    private static boolean isWithin(final int value, final int max) {
        return value >= 0 && value <= max;
    }
}
