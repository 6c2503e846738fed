package org.pno.cli.lab;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What is to be known of a lab to enter it, kept in its directory.
 *
 * @param initPid of its first process, as seen from outside
 * @param peerPid of the process that holds the peer's network namespace, as seen in the lab
 * @param inUserNamespace true if it was made without root
 * @param port what {@code pno dpu --port} takes on the peer's side
 * @param steered true if what a host receives is worked on by that host's cores
 * @param refused why there is no TAP, or nothing
 */
record LabState(long initPid, long peerPid, boolean inUserNamespace, String port, boolean steered, String refused) {
    private static final String FILE = "state";

    /** @param ready the line that lab.sh prints when the lab stands */
    static LabState of(final long initPid, final boolean inUserNamespace, final String ready) {
        final int refused = ready.indexOf(" refused=");
        final Properties words = new Properties();
        for (final String word : ready.substring(0, refused).split(" ")) {
            final int equals = word.indexOf('=');
            words.setProperty(word.substring(0, Math.max(equals, 0)), word.substring(equals + 1));
        }
        return new LabState(
                initPid,
                Long.parseLong(words.getProperty("peer")),
                inUserNamespace,
                words.getProperty("port"),
                words.getProperty("steered").equals("yes"),
                ready.substring(refused + " refused=".length()));
    }

    static LabState load(final Path directory) {
        final Properties stored = new Properties();
        try (Reader reader = Files.newBufferedReader(directory.resolve(FILE))) {
            stored.load(reader);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return new LabState(
                Long.parseLong(stored.getProperty("initPid")),
                Long.parseLong(stored.getProperty("peerPid")),
                Boolean.parseBoolean(stored.getProperty("inUserNamespace")),
                stored.getProperty("port"),
                Boolean.parseBoolean(stored.getProperty("steered")),
                stored.getProperty("refused"));
    }

    static boolean isStored(final Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    void store(final Path directory) throws IOException {
        final Properties stored = new Properties();
        stored.setProperty("initPid", Long.toString(initPid));
        stored.setProperty("peerPid", Long.toString(peerPid));
        stored.setProperty("inUserNamespace", Boolean.toString(inUserNamespace));
        stored.setProperty("port", port);
        stored.setProperty("steered", Boolean.toString(steered));
        stored.setProperty("refused", refused);
        try (Writer writer = Files.newBufferedWriter(directory.resolve(FILE))) {
            stored.store(writer, null);
        }
    }
}
