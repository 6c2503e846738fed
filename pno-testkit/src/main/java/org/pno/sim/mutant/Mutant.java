package org.pno.sim.mutant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One change of one source file that breaks something. Stands in a file of its own under {@link #FOLDER}:
 *
 * <pre>
 *   What it breaks, in a sentence.
 *   file: pno-engine/src/main/java/org/pno/tcp/AckPolicy.java
 *   seeds: 17 230                      (optional: seeds to begin with)
 *   --- before
 *   the exact text, once in the file
 *   --- after
 *   the text instead
 * </pre>
 *
 * @param sentence what it breaks
 * @param source the file, from the root of the tree
 * @param seeds to be tried first
 */
public record Mutant(String name, String sentence, String source, List<Long> seeds, String before, String after) {
    static final String FOLDER = "pno-testkit/src/mutants";

    private static final String FILE = "file: ";
    private static final String SEEDS = "seeds: ";
    private static final String BEFORE = "--- before\n";
    private static final String AFTER = "--- after\n";
    private static final String SUFFIX = ".mutant";
    private static final String SOURCES = "src/main/java/";

    /** All there are, in the order of their names. */
    public static List<Mutant> all(final Path home) {
        try (Stream<Path> files = Files.list(home.resolve(FOLDER))) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .map(Mutant::read)
                    .toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Mutant read(final Path file) {
        final String name = file.getFileName().toString().replace(SUFFIX, "");
        final String text = text(file);
        final int before = text.indexOf(BEFORE);
        final int after = text.indexOf(AFTER);
        if (before < 0 || after < before) {
            throw new IllegalArgumentException(file + " has no '--- before' with an '--- after' behind it");
        }
        final List<String> head = text.substring(0, before).lines().toList();
        return new Mutant(
                name,
                head.getFirst(),
                field(head, FILE),
                Stream.of(field(head, SEEDS).split(" "))
                        .filter(seed -> !seed.isEmpty())
                        .map(Long::valueOf)
                        .toList(),
                line(text.substring(before + BEFORE.length(), after)),
                line(text.substring(after + AFTER.length())));
    }

    private static String text(final Path file) {
        try {
            return Files.readString(file);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without the line end that closes the part. */
    private static String line(final String part) {
        return part.endsWith("\n") ? part.substring(0, part.length() - 1) : part;
    }

    private static String field(final List<String> head, final String name) {
        return head.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).trim())
                .findFirst()
                .orElse("");
    }

    /** The class that the file declares. */
    String className() {
        final int from = source.indexOf(SOURCES) + SOURCES.length();
        return source.substring(from, source.length() - ".java".length()).replace('/', '.');
    }

    /**
     * The file as the mutant has it.
     *
     * @throws IllegalStateException if the text that it changes is not there, or not once
     */
    public String mutate(final Path home) {
        final String whole = text(home.resolve(source));
        final int at = whole.indexOf(before);
        if (before.isBlank() || at < 0 || whole.indexOf(before, at + 1) >= 0) {
            throw new IllegalStateException("mutant " + name + ": its text stands "
                    + (at < 0 ? "nowhere" : "more than once") + " in " + source + ":\n" + before);
        }
        return whole.substring(0, at) + after + whole.substring(at + before.length());
    }
}
