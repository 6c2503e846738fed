package org.pno.dpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The descriptors that were open at some time, each with what it is open for, as the kernel tells it. All threads of
 * the process have the same: jars, which class loaders open when they first want something of them and keep, are left
 * out, and nothing else is.
 */
final class OpenDescriptors {
    private static final Path ALL = Path.of("/proc/self/fd");
    private static final String JAR = ".jar";
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    private final Map<Integer, String> byNumber;

    private OpenDescriptors(final Map<Integer, String> byNumber) {
        this.byNumber = byNumber;
    }

    /** Those that are open now. */
    static OpenDescriptors now() {
        final List<Path> links;
        try (Stream<Path> all = Files.list(ALL)) {
            links = all.toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        final Map<Integer, String> open = new TreeMap<>();
        for (final Path link : links) {
            final String target = target(link);
            if (target != null && !target.endsWith(JAR)) {
                open.put(Integer.valueOf(link.getFileName().toString()), target);
            }
        }
        return new OpenDescriptors(open);
    }

    /** Null if it is closed meanwhile, as the listing's own is. */
    private static String target(final Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (final IOException e) {
            return null;
        }
    }

    /** Those that are open now and were not then. */
    private Map<Integer, String> left() {
        final Map<Integer, String> left = now().byNumber;
        left.entrySet().removeAll(byNumber.entrySet());
        return left;
    }

    /** Waits until no others are open than then: what a DPU has been given is closed beside its thread. */
    void awaitNoOthers() {
        final long untilNs = System.nanoTime() + PATIENCE_NS;
        for (Map<Integer, String> left = left(); !left.isEmpty(); left = left()) {
            if (System.nanoTime() - untilNs > 0) {
                throw new AssertionError(left.size() + " descriptors are left: " + left);
            }
            Thread.yield();
        }
    }
}
