package org.pno.bench;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.pno.link.ArenaGeometry;
import org.pno.link.EventWriter;
import org.pno.link.Fence;
import org.pno.link.MappedHostMemory;
import org.pno.link.SubmissionReader;
import org.pno.sim.HostChannel;
import org.pno.sim.HostSocket;
import org.pno.sim.SimulatedHost;

/**
 * One channel over mapped memory, both sides on one thread: a submission there and an event back, alone and in batches.
 * What two caches add is not in it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark {
    private static final int BATCH = 32;

    private final MappedHostMemory memory = new MappedHostMemory();
    private SimulatedHost host;
    private HostChannel channel;
    private HostSocket socket;
    private SubmissionReader reader;
    private EventWriter writer;

    @Setup
    public void open() {
        final ArenaGeometry geometry = SimulatedHost.smallGeometry();
        host = new SimulatedHost(geometry, () -> {});
        channel = host.openChannel();
        socket = host.takeRecord(channel);
        final int region = memory.addRegion(host.descriptor(), geometry.totalBytes());
        final long offset = geometry.channelOffset(channel.number());
        reader = new SubmissionReader(
                memory, region, offset, Arena.global().allocate(SubmissionReader.COPY_BYTES, Long.BYTES), 0);
        writer = new EventWriter(memory, region, offset, geometry.recordCount(), record -> socket.generation());
    }

    @TearDown
    public void close() {
        if (socket.events() != writer.nextEvent() || channel.submissionsUntaken() != 0) {
            throw new IllegalStateException(socket.events() + " events arrived of " + writer.nextEvent()
                    + ", submissions left: " + channel.submissionsUntaken());
        }
        memory.close();
        host.close();
    }

    /** The DPU's turn: takes all submissions, answers each with an event. */
    private void serve() {
        reader.postLine();
        memory.post();
        check(reader.onLine());
        check(writer.onHead(reader.eventHead()));
        while (reader.postEntries() > 0) {
            memory.post();
            for (int i = 0; i < reader.fetched(); i++) {
                writer.offer(reader.entry(i).record());
            }
            reader.release();
            memory.post();
        }
    }

    private static void check(final Fence fence) {
        if (fence != Fence.NONE) {
            throw new IllegalStateException(fence.reason());
        }
    }

    @Benchmark
    public int one() {
        socket.submit(0);
        serve();
        return channel.poll();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int batched() {
        for (int i = 0; i < BATCH; i++) {
            socket.submit(0);
        }
        serve();
        return channel.poll();
    }
}
