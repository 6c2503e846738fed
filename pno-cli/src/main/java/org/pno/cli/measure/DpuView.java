package org.pno.cli.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pno.link.ControlClient;
import org.pno.link.HandshakeDescriptor;

/** What a DPU tells of itself. */
public final class DpuView {
    private static final Pattern CONNECTION = Pattern.compile("\"state\":\"([A-Z0-9-]+)\".*?\"recvQ\":(\\d+)");
    private static final String TIME_WAIT = "TIME-WAIT";

    private final Path controlSocket;

    /** Asks whoever listens at that path, each time anew. */
    public DpuView(final Path controlSocket) {
        this.controlSocket = controlSocket;
    }

    /** Listeners and connections, as {@code ./pno ss --json} tells them. */
    public String connections() {
        return query(HandshakeDescriptor.QUERY_CONNECTIONS);
    }

    private String query(final int what) {
        try (ControlClient client = ControlClient.connect(controlSocket.toString(), HandshakeDescriptor.KIND_TOOL)) {
            return client.query(what);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Stream<MatchResult> sockets(final String state) {
        return CONNECTION
                .matcher(connections())
                .results()
                .filter(match -> match.group(1).equals(state));
    }

    /** How many sockets are in a state, as ss names it: "ESTAB", "LISTEN". */
    public long count(final String state) {
        return sockets(state).count();
    }

    /** Bytes that have come and that no program has read. */
    public long unreadBytes() {
        return sockets("ESTAB")
                .mapToLong(match -> Long.parseLong(match.group(2)))
                .sum();
    }

    /** A counter, or a level, whose names begin with "now.". */
    public long counter(final String name) {
        final String counters = query(HandshakeDescriptor.QUERY_COUNTERS);
        final Matcher value = Pattern.compile("\"name\":\"" + Pattern.quote(name) + "\",\"value\":(\\d+)")
                .matcher(counters);
        if (!value.find()) {
            throw new IllegalStateException("no counter '" + name + "' in " + counters);
        }
        return Long.parseLong(value.group(1));
    }

    /** What the DPU holds for programs, which is nothing if there are none; what waits out TIME-WAIT is the stack's. */
    public String held() {
        final String states = CONNECTION
                .matcher(connections())
                .results()
                .map(match -> match.group(1))
                .filter(state -> !state.equals(TIME_WAIT))
                .collect(Collectors.joining(" "));
        final String levels = Stream.of("now.arenas", "now.arena-bytes", "now.sockets", "now.rx-chunks")
                .map(name -> new Level(name, counter(name)))
                .filter(level -> level.value() != 0)
                .map(level -> level.name() + "=" + level.value())
                .collect(Collectors.joining(" "));
        return (states + " " + levels).strip();
    }

    private record Level(String name, long value) {}
}
