package org.pno.fuzz;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import org.pno.sys.Errno;
import org.pno.tcp.Connection;
import org.pno.wire.SeqNum;
import org.pno.wire.TcpHeader;

/**
 * Segments for an engine alone: no IP before it, no bridge behind it, so that every byte of an input is TCP's. Input:
 * pieces of kind, then what the kind wants; a segment's numbers are told from where its connection stands. What the
 * engine intends is checked by {@link SegmentBed}; in the end everything is back.
 */
public final class SegmentTarget {
    private static final int MAX_PIECES = 48;
    private static final int LEAST_BYTES = 4;
    private static final int SEGMENT_BYTES = 10;
    private static final int MAX_OPTIONS = 40;
    private static final int MAX_PAYLOAD = 3_000;
    private static final int MAX_SUPER = 40_000;
    private static final int FIRST_PEER_PORT = 40_000;
    private static final int TIME_UNIT_NS = 20_000_000;
    private static final int OPTIONS_UNIT = 4;

    private final SegmentBed bed = new SegmentBed();

    private SegmentTarget() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        new SegmentTarget().play(ByteBuffer.wrap(data));
    }

    private void play(final ByteBuffer input) {
        for (int i = 0; i < MAX_PIECES && input.remaining() >= LEAST_BYTES; i++) {
            final int kind = input.get() & 15;
            if (kind < 10) {
                if (input.remaining() < SEGMENT_BYTES) {
                    break;
                }
                segment(input);
            } else {
                final Connection connection = one(input.get());
                final int value = input.getChar();
                switch (kind) {
                    case 10 -> bed.pass((long) value * TIME_UNIT_NS);
                    case 11 -> connect(value);
                    case 12 -> switches(value);
                    case 13 -> router(connection, value);
                    default -> host(connection, value);
                }
            }
        }
        bed.requireRest();
    }

    /** One of the connections, or null if there is none. */
    private Connection one(final int number) {
        final List<Connection> all = bed.connections();
        return all.isEmpty() ? null : all.get(Math.floorMod(number, all.size()));
    }

    private void segment(final ByteBuffer input) {
        final int who = input.get();
        final Connection connection = who < 0 ? null : one(who);
        final int how = input.get();
        final int flags = input.get() & 0xFF;
        final int nudge = input.get();
        final int ackNudge = input.get();
        final int window = input.getChar();
        final int length = input.getChar();
        final int optionsLength = Math.min(input.get() & 0xFF, Math.min(MAX_OPTIONS, input.remaining()));
        final TcpHeader header = bed.incoming()
                .sourcePort(connection == null ? FIRST_PEER_PORT + (who & 7) : connection.remotePort())
                .destinationPort(connection == null ? SegmentBed.OUR_PORT : connection.localPort())
                .sequence(sequence(connection, how) + nudge)
                .acknowledgment(acknowledgment(connection, how >> 2) + ackNudge)
                .flags(flags)
                .window(window);
        header.urgentPointer(length & 0xFF);
        final int headerLength = TcpHeader.MIN_BYTES + options(connection, how, input, optionsLength);
        header.headerLength(headerLength);
        final boolean isSuper = (how & 32) != 0;
        final int payload = isSuper ? length % MAX_SUPER : length % MAX_PAYLOAD;
        bed.receive(headerLength + payload, isSuper ? 1 + (window & 0x7FF) : 0, how >> 6 & 3);
    }

    private static int sequence(final Connection connection, final int how) {
        if (connection == null) {
            return how << 24;
        }
        final int irs = connection.initialReceiveSequence();
        return switch (how & 3) {
            case 0, 1 -> SeqNum.ofPosition(irs, connection.receiveNext());
            case 2 -> SeqNum.ofPosition(irs, connection.receiveEdge());
            default -> irs;
        };
    }

    private static int acknowledgment(final Connection connection, final int how) {
        if (connection == null) {
            return how;
        }
        final int iss = connection.initialSendSequence();
        return switch (how & 3) {
            case 0, 1 -> SeqNum.ofPosition(iss, connection.sendNext());
            case 2 -> SeqNum.ofPosition(iss, connection.sendUnacknowledged());
            default -> iss;
        };
    }

    /** Options as the input has them, behind timestamps that are right perhaps; the answer is their length. */
    private int options(final Connection connection, final int how, final ByteBuffer input, final int lengthWanted) {
        final MemorySegment options = bed.incomingOptions();
        int at = 0;
        if ((how & 16) != 0) {
            final int clock = (int) (bed.nowNs / 1_000_000);
            final ByteBuffer timestamps =
                    ByteBuffer.allocate(12).putInt(0x0101_080A).putInt(clock);
            timestamps.putInt(connection == null ? 0 : clock + connection.timestampOffset());
            MemorySegment.copy(timestamps.array(), 0, options, ValueLayout.JAVA_BYTE, 0, 12);
            at = 12;
        }
        for (int i = 0; i < lengthWanted; i++) {
            final byte option = input.get();
            if (at < MAX_OPTIONS) {
                options.set(ValueLayout.JAVA_BYTE, at++, option);
            }
        }
        for (; at % OPTIONS_UNIT != 0; at++) {
            options.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
        }
        return at;
    }

    private void connect(final int value) {
        final int number = bed.engine.connect(
                0, SegmentBed.OUR_LO, value >> 8, 0, SegmentBed.PEER_LO, FIRST_PEER_PORT + (value & 3), bed.settings);
        if (number >= 0 && (value & 4) != 0) {
            bed.engine.onTxWritten(bed.engine.connection(number), value & 0xFFF);
        }
        bed.flush();
    }

    private void switches(final int value) {
        bed.hasFrames = (value & 1) == 0;
        bed.hasMemory = (value & 2) == 0;
        bed.hasCredits = (value & 4) == 0;
        bed.publishes = (value & 8) == 0;
        bed.settings.fastOpen = (value & 16) != 0;
        bed.settings.noDelay = (value & 32) != 0;
        bed.settings.cork = (value & 64) != 0;
        bed.settings.tellsSent = (value & 128) != 0;
        bed.flush();
    }

    private void router(final Connection connection, final int value) {
        if (connection == null) {
            bed.widen();
            return;
        }
        final int sequence = acknowledgment(connection, value) - (value >> 2 & 0xFF);
        bed.icmp(connection, sequence, value >> 4, (value & 8) != 0 ? Errno.EHOSTUNREACH : 0);
    }

    private void host(final Connection connection, final int value) {
        if (connection == null) {
            return;
        }
        switch (value & 7) {
            case 0, 1 -> bed.write(connection, value >> 3);
            case 2 -> {
                bed.engine.onTxUrgent(connection, connection.sendNext() + (value >> 3));
                bed.write(connection, value >> 3);
            }
            case 3 -> bed.engine.onRxRead(connection, connection.receiveNext());
            case 4 -> bed.engine.shutdown(connection);
            case 5 -> bed.engine.configure(connection, bed.settings);
            case 6 -> bed.publish(connection);
            default -> {
                if ((value & 8) != 0) {
                    bed.engine.abort(connection);
                } else {
                    bed.engine.close(connection);
                }
            }
        }
        bed.flush();
    }
}
