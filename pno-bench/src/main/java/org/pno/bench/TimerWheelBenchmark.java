package org.pno.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.pno.time.TimerHandler;
import org.pno.time.TimerWheel;

/** The timer wheel as TCP uses it, with many timers that stand still beside those that move. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimerWheelBenchmark {
    private static final long RTO_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long KEEP_ALIVE_NS = TimeUnit.HOURS.toNanos(2);
    private static final long STEP_NS = TimeUnit.MICROSECONDS.toNanos(1);

    @Param({"100", "100000"})
    private int timers;

    private final TimerHandler handler = this::onTimer;
    private TimerWheel wheel;
    private long nowNs;
    private int timer;
    int fired;

    @Setup
    public void schedule() {
        wheel = new TimerWheel(0, timers);
        for (int i = 0; i < timers; i++) {
            wheel.schedule(i, KEEP_ALIVE_NS + i * STEP_NS);
        }
    }

    private int next() {
        timer = timer + 1 == timers ? 0 : timer + 1;
        return timer;
    }

    /** Each ACK pushes a retransmission timer on; time moves on, so that some cascade and some fire. */
    @Benchmark
    public int rearmAndPoll() {
        nowNs += STEP_NS;
        wheel.schedule(next(), nowNs + RTO_NS);
        return wheel.poll(nowNs, handler, Integer.MAX_VALUE);
    }

    @Benchmark
    public boolean scheduleAndCancel() {
        final int moved = next();
        wheel.schedule(moved, nowNs + RTO_NS);
        return wheel.cancel(moved);
    }

    @Benchmark
    public int pollNothingDue() {
        return wheel.poll(nowNs, handler, Integer.MAX_VALUE);
    }

    private void onTimer(final int expired, final long atNs) {
        fired++;
    }
}
