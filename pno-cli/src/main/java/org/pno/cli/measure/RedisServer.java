package org.pno.cli.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Programs;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;

/** The distribution's redis-server on the host's core of a lab, and its clients on the peer's. */
public final class RedisServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);
    private static final Duration CLIENT = Duration.ofSeconds(60);
    private static final String KEY = "key:%012d"; // redis-benchmark's own form

    private final Lab lab;
    private final Cores cores;
    private final Route route;
    private final LabProcess process;

    private RedisServer(final Lab lab, final Cores cores, final Route route, final LabProcess process) {
        this.lab = lab;
        this.cores = cores;
        this.route = route;
        this.process = process;
    }

    /** Makes sure that redis and what drives it are installed. */
    public static void needPrograms() {
        Programs.need("redis-server", "redis-server");
        Programs.need("redis-benchmark", "redis-tools");
        Programs.need("taskset", "util-linux");
    }

    /** The command line of an empty server that writes nothing to disk. */
    public static List<String> line(final Lab lab, final Route route) {
        final List<String> line =
                new ArrayList<>(List.of("redis-server", "--bind", route.hostAddress(), "--protected-mode", "no"));
        line.addAll(List.of(
                "--save", "", "--appendonly", "no", "--dir", lab.directory().toString()));
        return line;
    }

    /** Starts an empty server and waits until a client on the peer reaches it. */
    public static RedisServer start(final Lab lab, final Cores cores, final Route route) {
        final LabProcess process =
                lab.start(Side.HOST, "redis-server-" + route.name(), route.onHost(cores, line(lab, route)));
        final RedisServer server = new RedisServer(lab, cores, route, process);
        server.process.await("answer", START, server::answers);
        return server;
    }

    private boolean answers() {
        final List<String> line = new ArrayList<>(List.of("timeout", "2"));
        line.addAll(clientLine("redis-cli", "PING"));
        final LabProcess ping = lab.start(Side.PEER, "redis-ping", line);
        ping.awaitEnd(CLIENT);
        return ping.output().strip().equals("PONG");
    }

    public LabProcess process() {
        return process;
    }

    /** Writes keys 0 to count - 1, as redis-benchmark numbers them, each with a value of that many bytes. */
    public void fill(final int count, final int valueBytes) {
        final Path commands = lab.directory().resolve("fill");
        final String value = "x".repeat(valueBytes);
        try (Writer writer = Files.newBufferedWriter(commands)) {
            for (int i = 0; i < count; i++) {
                writer.append("SET ")
                        .append(KEY.formatted(i))
                        .append(' ')
                        .append(value)
                        .append("\r\n");
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        final String pipe = String.join(" ", clientLine("redis-cli", "--pipe")) + " < " + commands;
        final LabProcess client = lab.start(Side.PEER, "redis-fill", List.of("sh", "-c", pipe));
        if (client.awaitEnd(CLIENT) != 0 || !client.output().contains("errors: 0, replies: " + count)) {
            throw new UserError("redis-cli could not write " + count + " keys: " + client.output());
        }
    }

    /** A line of INFO's statistics. */
    public long statistic(final String name) {
        final LabProcess client = lab.start(Side.PEER, "redis-info", clientLine("redis-cli", "INFO", "stats"));
        client.awaitEnd(CLIENT);
        final Matcher line =
                Pattern.compile("^" + name + ":(\\d+)", Pattern.MULTILINE).matcher(client.output());
        if (!line.find()) {
            throw new UserError("redis does not tell its " + name + ": " + client.output());
        }
        return Long.parseLong(line.group(1));
    }

    /** A command line of a client on the peer's cores that speaks to this server. */
    public List<String> clientLine(final String client, final String... arguments) {
        final List<String> line = new ArrayList<>(List.of(client, "-h", route.hostAddress()));
        line.addAll(List.of(arguments));
        return cores.confine(Side.PEER, line);
    }

    /** Fails if a key was asked for that does not exist: then it was not GET that was measured. */
    public void checkHits() {
        final long misses = statistic("keyspace_misses");
        if (misses != 0) {
            throw new VoidRound(misses + " of the keys that were asked for did not exist.");
        }
    }

    @Override
    public void close() {
        process.kill();
    }
}
