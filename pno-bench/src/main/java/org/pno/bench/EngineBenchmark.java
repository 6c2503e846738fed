package org.pno.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.pno.port.FramePool;

/** Two stacks joined in memory, both sides' cost together: a request and its response, and a bulk of super-segments. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineBenchmark {
    private static final int REQUEST_BYTES = 64;
    private static final int BULK_BYTES = 44 * 1_448;
    private static final int FRAMES = 256;
    private static final int HANDSHAKE_CYCLES = 8;
    private static final long CYCLE_NS = 1_000;

    private JoinedStack client;
    private JoinedStack server;
    private long nowNs;

    @Setup
    public void connect() {
        final FramePool pool = new FramePool(FRAMES);
        client = new JoinedStack(pool, "10.77.0.2", 0x0200_0000_0002L);
        server = new JoinedStack(pool, "10.77.0.1", 0x0200_0000_0001L);
        client.join(server);
        server.join(client);
        server.listen();
        client.connect();
        for (int i = 0; i < HANDSHAKE_CYCLES; i++) {
            cycle();
        }
        if (requestResponse() != REQUEST_BYTES) {
            throw new IllegalStateException("the stacks do not speak to each other");
        }
    }

    @TearDown
    public void check() {
        client.checkReadBy(server);
        server.checkReadBy(client);
    }

    private void cycle() {
        nowNs += CYCLE_NS;
        client.cycle(nowNs);
        server.cycle(nowNs);
    }

    /** Client sends, server receives and answers, client receives. */
    @Benchmark
    public long requestResponse() {
        client.write(REQUEST_BYTES);
        cycle();
        server.write(REQUEST_BYTES);
        server.cycle(nowNs);
        client.cycle(nowNs);
        return client.readPosition();
    }

    /** One super-segment's worth of payload, sent, received and acknowledged. */
    @Benchmark
    public long bulk() {
        client.write(BULK_BYTES);
        cycle();
        cycle();
        return server.readPosition();
    }
}
