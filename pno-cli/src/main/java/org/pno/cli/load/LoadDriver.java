package org.pno.cli.load;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.pno.sys.Errno;
import org.pno.wire.IpAddress;

/**
 * Does one job: opens the connections, loads, counts what comes back in time, and lets what is under way come to its
 * end. One thread, the engine's.
 *
 * <pre>
 *   CONNECTING ─ all stand ─► WARMING ─► MEASURING ─ time, or count ─► DRAINING ─ nothing under way ─► DONE
 * </pre>
 */
final class LoadDriver implements SessionHandler {
    private enum Phase {
        CONNECTING,
        WARMING,
        MEASURING,
        DRAINING,
        DONE
    }

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long RETRY_NS = 10 * NANOS_PER_MILLI;
    private static final long CONNECT_NS = 20_000 * NANOS_PER_MILLI;
    private static final long STALL_NS = 20_000 * NANOS_PER_MILLI;
    private static final long DRAIN_NS = 1_000 * NANOS_PER_MILLI;
    private static final long LONGEST_LATENCY_NS = 100_000 * NANOS_PER_MILLI;
    private static final int LATENCY_DIGITS = 3;
    /** More would overflow a server's queue of connections that it has not accepted. */
    private static final int CONNECTING_AT_ONCE = 256;

    private static final int LEAST_SEND_BYTES = 1 << 12;

    private final LoadEngine engine;
    private final LoadJob job;
    private final Protocol protocol;
    private final IpAddress to;
    private final Runnable onMeasuring;
    private final Schedule schedule;
    private final List<Exchange> exchanges = new ArrayList<>();
    private final ArrayDeque<Exchange> refused = new ArrayDeque<>();
    private final MemorySegment request;
    private final Histogram latencies = new Histogram(LONGEST_LATENCY_NS, LATENCY_DIGITS);
    private Phase phase = Phase.CONNECTING;
    private int opened;
    private int established;
    private long phaseNs;
    private long startNs;
    private long endNs;
    private long lastAnswerNs;
    private long sent;
    private long answered;
    private long counted;
    private String failure;

    /** @param onMeasuring is run when what comes begins to count */
    LoadDriver(final LoadEngine engine, final LoadJob job, final Protocol protocol, final Runnable onMeasuring) {
        this.engine = engine;
        this.job = job;
        this.protocol = protocol;
        this.onMeasuring = onMeasuring;
        to = IpAddress.parse(job.address());
        request = Arena.ofAuto().allocate(protocol.longestRequest(), 8);
        schedule = job.rate() > 0 ? new OpenLoop(this::send, job.rate()) : new ClosedLoop(this::send);
        final int sendBytes = Math.max(LEAST_SEND_BYTES, job.pipeline() * protocol.longestRequest() * 2);
        for (int i = 0; i < job.connections(); i++) {
            exchanges.add(new Exchange(
                    engine, this, Integer.highestOneBit(sendBytes - 1) << 1, i, job.connections(), job.pipeline()));
        }
    }

    /** Begins. */
    void start(final long nowNs) {
        phaseNs = nowNs;
        connectMore();
    }

    private void connectMore() {
        while (opened < exchanges.size() && opened - established < CONNECTING_AT_ONCE) {
            connect(exchanges.get(opened++));
        }
    }

    private void connect(final Exchange exchange) {
        final int answer = engine.connect(exchange, to, job.port());
        if (answer < 0) {
            fail("connect to " + job.address() + ": errno " + -answer);
        }
    }

    /** Goes on with what time brings. In each cycle of the engine, before its flush. */
    void step(final long nowNs) {
        switch (phase) {
            case CONNECTING -> stepConnecting(nowNs);
            case WARMING -> {
                schedule.step(nowNs);
                if (nowNs - endNs >= 0) {
                    measure(nowNs);
                }
            }
            case MEASURING -> {
                schedule.step(nowNs);
                if (job.count() > 0 ? answered >= job.count() : nowNs - endNs >= 0) {
                    drain(nowNs);
                } else if (job.count() > 0 && nowNs - lastAnswerNs >= STALL_NS) {
                    fail("no answer for " + STALL_NS / NANOS_PER_MILLI / 1_000 + " s");
                }
            }
            case DRAINING -> {
                if (isQuiet() || nowNs - phaseNs >= DRAIN_NS) {
                    end();
                }
            }
            case DONE -> {}
        }
    }

    private void stepConnecting(final long nowNs) {
        if (nowNs - phaseNs >= CONNECT_NS) {
            fail(established + " of " + job.connections() + " connections stand after "
                    + CONNECT_NS / NANOS_PER_MILLI / 1_000 + " s");
        } else if (!refused.isEmpty() && nowNs - endNs >= 0) {
            endNs = nowNs + RETRY_NS;
            for (int i = refused.size(); i > 0; i--) {
                connect(refused.poll());
            }
        } else if (established >= job.connections()) {
            warmUp(nowNs);
            for (final Exchange exchange : exchanges) {
                freeAll(exchange, nowNs);
            }
        } else {
            connectMore();
        }
    }

    private void warmUp(final long nowNs) {
        lastAnswerNs = nowNs;
        if (job.warmUpSeconds() == 0) {
            measure(nowNs);
        } else {
            phase = Phase.WARMING;
            endNs = nowNs + (long) (job.warmUpSeconds() * 1e9);
        }
    }

    private void freeAll(final Exchange exchange, final long nowNs) {
        for (int i = 0; i < job.pipeline(); i++) {
            schedule.free(exchange, nowNs);
        }
    }

    private void measure(final long nowNs) {
        phase = Phase.MEASURING;
        startNs = nowNs;
        endNs = nowNs + (long) (job.seconds() * 1e9);
        onMeasuring.run();
    }

    private void drain(final long nowNs) {
        phase = Phase.DRAINING;
        phaseNs = nowNs;
        endNs = nowNs;
    }

    private boolean isQuiet() {
        for (final Exchange exchange : exchanges) {
            if (exchange.underWay() > 0) {
                return false;
            }
        }
        return true;
    }

    private void end() {
        phase = Phase.DONE;
        exchanges.stream().filter(Session::isOpen).forEach(Session::close);
    }

    private void fail(final String why) {
        if (failure == null) {
            failure = why;
        }
        if (phase == Phase.MEASURING) {
            endNs = engine.nowNs();
        }
        end();
    }

    boolean isDone() {
        return phase == Phase.DONE;
    }

    /** True once all that counts has been counted. */
    boolean isCounted() {
        return phase == Phase.DRAINING || phase == Phase.DONE;
    }

    /** When {@link #step} is due though nothing comes. */
    long nextNs() {
        return switch (phase) {
            case CONNECTING -> refused.isEmpty() ? phaseNs + CONNECT_NS : endNs;
            case WARMING -> Math.min(schedule.nextNs(), endNs);
            case MEASURING ->
                job.count() > 0
                        ? Math.min(schedule.nextNs(), lastAnswerNs + STALL_NS)
                        : Math.min(schedule.nextNs(), endNs);
            case DRAINING -> phaseNs + DRAIN_NS;
            case DONE -> 0;
        };
    }

    LoadReport report() {
        return new LoadReport(counted, (endNs - startNs) / 1e9, latencies, failure);
    }

    private void send(final Exchange exchange, final long beganNs) {
        if (isCounted() || job.count() > 0 && sent >= job.count()) {
            return;
        }
        sent++;
        final int length = protocol.request(exchange.ask(beganNs), request);
        exchange.write(request, 0, length);
        exchange.push();
    }

    @Override
    public void onEstablished(final Session session, final long nowNs) {
        established++;
    }

    @Override
    public void onReceived(final Session session, final long nowNs) {
        final Exchange exchange = (Exchange) session;
        try {
            while (exchange.available() > 0 && exchange.underWay() > 0 && takeAnswer(exchange, nowNs)) {
                goOn(exchange, nowNs);
            }
        } catch (final WrongAnswer e) {
            fail(e.getMessage());
        }
    }

    private boolean takeAnswer(final Exchange exchange, final long nowNs) {
        final StreamRing bytes = exchange.look();
        final int length = protocol.answer(exchange.awaited(), bytes.memory(), bytes.offset(), exchange.available());
        if (length == 0) {
            return false;
        }
        exchange.take(length);
        final long beganNs = exchange.answered();
        answered++;
        lastAnswerNs = nowNs;
        if (phase == Phase.MEASURING) {
            counted++;
            latencies.recordValue(Math.min(nowNs - beganNs, LONGEST_LATENCY_NS));
        }
        return true;
    }

    private void goOn(final Exchange exchange, final long nowNs) {
        if (!job.reconnects()) {
            schedule.free(exchange, nowNs);
        } else if (exchange.underWay() == 0) {
            exchange.close();
            if (!isCounted()) {
                connect(exchange);
                freeAll(exchange, nowNs);
            }
        }
    }

    @Override
    public void onEnded(final Session session, final int errno, final long nowNs) {
        if (isCounted() && ((Exchange) session).underWay() == 0) {
            if (session.isOpen()) {
                session.close();
            }
        } else if (phase == Phase.CONNECTING && errno == Errno.ECONNREFUSED) {
            refused.add((Exchange) session);
            endNs = nowNs + RETRY_NS;
        } else {
            fail("a connection has ended: " + (errno == 0 ? "by the server" : "errno " + errno));
        }
    }
}
