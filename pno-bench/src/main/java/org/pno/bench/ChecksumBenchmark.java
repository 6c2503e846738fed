package org.pno.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.pno.wire.Checksum;

/** The Internet checksum: an IPv4 header, a full segment, a super-segment; at the offset of a segment in a frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
    private static final int OFFSET = 34;

    @Param({"20", "1460", "65160"})
    private int length;

    private final MemorySegment memory = Arena.global().allocate(1 << 17, 4096);

    @Setup
    public void fill() {
        final SplittableRandom random = new SplittableRandom(1);
        for (long i = 0; i < memory.byteSize(); i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
    }

    @Benchmark
    public int sum() {
        return Checksum.finish(Checksum.sum(memory, OFFSET, length));
    }
}
