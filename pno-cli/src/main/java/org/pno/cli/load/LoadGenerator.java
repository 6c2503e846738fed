package org.pno.cli.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.pno.wire.IpPrefix;

/**
 * Runs jobs, one after the other, on a stack that stays: its code stays warm, and so do the connections of proxies to
 * its server of files. One thread, but for {@link #wake}.
 */
public final class LoadGenerator implements AutoCloseable {
    private final LoadEngine engine;
    private final Map<Integer, Integer> responders = new HashMap<>();

    /**
     * Opens a port.
     *
     * @param port as {@code --port} takes it
     * @param addresses of its own with their network: connections take them in turn
     */
    public LoadGenerator(final String port, final List<IpPrefix> addresses) {
        engine = new LoadEngine(port, addresses);
    }

    /**
     * Does a job to its end.
     *
     * @param onMeasuring is run when what comes begins to count
     * @throws IllegalArgumentException if there is no such protocol
     */
    public LoadReport run(final LoadJob job, final Runnable onMeasuring, final Runnable onCounted) {
        if (job.respondPort() != 0) {
            serveFile(job.respondPort(), job.payloadBytes());
        }
        final LoadDriver driver = new LoadDriver(engine, job, protocol(job), onMeasuring);
        engine.receive(); // the engine's time is now
        driver.start(engine.nowNs());
        boolean isTold = false;
        while (!driver.isDone()) {
            final boolean hasWorked = engine.receive();
            driver.step(engine.nowNs());
            engine.flush();
            if (driver.isCounted() && !isTold) {
                isTold = true;
                onCounted.run();
            }
            if (!hasWorked && !driver.isDone()) {
                engine.sleep(driver.nextNs());
            }
        }
        return driver.report();
    }

    /** Serves what stands until there is something to do. */
    public void idleUntil(final BooleanSupplier hasWork) {
        while (!hasWork.getAsBoolean()) {
            final boolean hasWorked = engine.receive();
            engine.flush();
            if (!hasWorked) {
                engine.sleep(Long.MAX_VALUE);
            }
        }
    }

    /** Ends the sleep of {@link #idleUntil}. Any thread. */
    public void wake() {
        engine.wake();
    }

    /** Is a server of one file by HTTP, too, from now on: that of the payload's length, whatever is asked for. */
    public void serveFile(final int port, final int bytes) {
        final Integer standing = responders.remove(port);
        if (standing != null) {
            engine.unlisten(standing);
        }
        final HttpResponder responder = new HttpResponder(engine, bytes);
        responders.put(port, engine.listen(port, responder::newSession));
    }

    private static Protocol protocol(final LoadJob job) {
        final int bytes = job.payloadBytes();
        return switch (job.protocol()) {
            case "redis-get" -> KeyValueProtocol.redisGet(bytes);
            case "redis-set" -> KeyValueProtocol.redisSet(bytes);
            case "memcached-get" -> KeyValueProtocol.memcachedGet(bytes);
            case "memcached-set" -> KeyValueProtocol.memcachedSet(bytes);
            case "http" -> new HttpProtocol(job.address(), "/f", bytes);
            case "echo" -> new EchoProtocol(bytes);
            default -> throw new IllegalArgumentException("protocol=" + job.protocol() + ": there is none such");
        };
    }

    @Override
    public void close() {
        engine.close();
    }
}
