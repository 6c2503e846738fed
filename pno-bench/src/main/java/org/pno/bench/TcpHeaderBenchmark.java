package org.pno.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/** A TCP header judged, read and written, with the options that every segment has, and with those of a SYN. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TcpHeaderBenchmark {
    private static final int SEGMENT = 34;
    private static final int SYN = 1024 + 34;
    private static final int WRITTEN = 2048 + 34;

    private final MemorySegment memory = Arena.global().allocate(4096, 64);
    private final TcpHeader header = new TcpHeader();
    private final TcpOptions options = new TcpOptions();

    @Setup
    public void write() {
        write(SEGMENT, TcpHeader.ACK, new TcpOptions().timestamps(77, 78));
        write(
                SYN,
                TcpHeader.SYN,
                new TcpOptions().mss(1460).windowScale(7).sackPermitted(true).timestamps(77, 0));
    }

    private int write(final long offset, final int flags, final TcpOptions written) {
        final int headerLength = TcpHeader.MIN_BYTES + written.encode(memory, offset + TcpHeader.MIN_BYTES);
        header.wrap(memory, offset)
                .sourcePort(40_000)
                .destinationPort(6_379)
                .sequence(0x1234_5678)
                .acknowledgment(0x9ABC_DEF0)
                .headerLength(headerLength)
                .flags(flags)
                .window(502)
                .checksum(0)
                .urgentPointer(0);
        return headerLength;
    }

    private int read(final long offset) {
        if (TcpHeader.validate(memory, offset, 100) != null) {
            return -1;
        }
        header.wrap(memory, offset);
        options.parse(memory, header.optionsOffset(), header.optionsLength());
        return header.sourcePort()
                ^ header.destinationPort()
                ^ header.sequence()
                ^ header.acknowledgment()
                ^ header.flags()
                ^ header.window()
                ^ options.timestampValue()
                ^ options.timestampEcho();
    }

    @Benchmark
    public int readSegment() {
        return read(SEGMENT);
    }

    @Benchmark
    public int readSyn() {
        return read(SYN);
    }

    @Benchmark
    public int writeSegment() {
        return write(WRITTEN, TcpHeader.ACK, options.clear().timestamps(77, 78));
    }
}
