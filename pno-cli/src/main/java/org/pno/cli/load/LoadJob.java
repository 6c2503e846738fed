package org.pno.cli.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a load generator is to do, as words NAME=VALUE:
 *
 * <pre>
 *   protocol=redis-get|redis-set|memcached-get|memcached-set|http|echo   to=ADDRESS:PORT
 *   payload=BYTES  connections=N  pipeline=N  warmup=SECONDS  seconds=SECONDS
 *   rate=N         an open loop with so many requests a second; 0: a closed one
 *   reconnect=true a connection for each pipeline of requests
 *   count=N        end after so many requests, whatever the time
 *   respond=PORT   be a server of files of the payload's length there, too, from now on
 * </pre>
 */
public final class LoadJob {
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("protocol", "echo"),
            Map.entry("payload", "64"),
            Map.entry("connections", "32"),
            Map.entry("pipeline", "1"),
            Map.entry("warmup", "0"),
            Map.entry("seconds", "3"),
            Map.entry("rate", "0"),
            Map.entry("reconnect", "false"),
            Map.entry("count", "0"),
            Map.entry("respond", "0"));

    private final Map<String, String> words;

    private LoadJob(final Map<String, String> words) {
        this.words = words;
    }

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException if a word is none of these, or its value not what it must be
     */
    public static LoadJob parse(final String line) {
        final Map<String, String> words = new LinkedHashMap<>();
        for (final String word : line.strip().split(" +")) {
            final int equals = word.indexOf('=');
            final String name = word.substring(0, Math.max(0, equals));
            if (!name.equals("to") && !DEFAULTS.containsKey(name)) {
                throw new IllegalArgumentException("'" + word + "' is no word of a job: one of to, "
                        + DEFAULTS.keySet().stream().sorted().collect(Collectors.joining(", ")) + ", '=' and a value");
            }
            words.put(name, word.substring(equals + 1));
        }
        final LoadJob job = new LoadJob(words);
        job.validate();
        return job;
    }

    /** The same job with another value of a word. */
    public LoadJob with(final String name, final Object value) {
        final Map<String, String> changed = new LinkedHashMap<>(words);
        changed.put(name, value.toString());
        return new LoadJob(changed);
    }

    private void validate() {
        if (address().isEmpty() || port() < 1 || port() > 65_535) {
            throw new IllegalArgumentException("to=" + word("to") + ": must be ADDRESS:PORT");
        }
        for (final String positive : new String[] {"payload", "connections", "pipeline"}) {
            if (number(positive) < 1) {
                throw new IllegalArgumentException(positive + "=" + word(positive) + ": must be 1 or more");
            }
        }
    }

    private String word(final String name) {
        return words.getOrDefault(name, DEFAULTS.getOrDefault(name, ""));
    }

    private double number(final String name) {
        try {
            return Double.parseDouble(word(name));
        } catch (final NumberFormatException e) {
            throw new IllegalArgumentException(name + "=" + word(name) + ": not a number", e);
        }
    }

    String protocol() {
        return word("protocol");
    }

    String address() {
        final String to = word("to");
        return to.substring(0, Math.max(0, to.lastIndexOf(':')));
    }

    int port() {
        final String to = word("to");
        final String digits = to.substring(to.lastIndexOf(':') + 1);
        return digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : 0;
    }

    int payloadBytes() {
        return (int) number("payload");
    }

    int connections() {
        return (int) number("connections");
    }

    int pipeline() {
        return (int) number("pipeline");
    }

    double warmUpSeconds() {
        return number("warmup");
    }

    double seconds() {
        return number("seconds");
    }

    double rate() {
        return number("rate");
    }

    boolean reconnects() {
        return Boolean.parseBoolean(word("reconnect"));
    }

    /** Requests after which it ends, or 0. */
    long count() {
        return (long) number("count");
    }

    /** The port of its server of files, or 0. */
    int respondPort() {
        return (int) number("respond");
    }

    @Override
    public String toString() {
        return words.entrySet().stream()
                .map(word -> word.getKey() + "=" + word.getValue())
                .collect(Collectors.joining(" "));
    }
}
