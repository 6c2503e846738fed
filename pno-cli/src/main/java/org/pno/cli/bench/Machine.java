package org.pno.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import org.pno.cli.json.Json;

/** What a result was measured on, and when: processor, cores, kernel, commit, date. */
final class Machine {
    private Machine() {}

    static Map<String, Object> describe() {
        return Json.object(
                "processor",
                processor(),
                "cores",
                Runtime.getRuntime().availableProcessors(),
                "kernel",
                System.getProperty("os.version"),
                "java",
                Runtime.version().toString(),
                "commit",
                commit(),
                "date",
                LocalDate.now(ZoneOffset.UTC).toString());
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (final IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** Of the tree, or nothing where there is no git or no repository. */
    private static String commit() {
        try {
            final Process git = new ProcessBuilder(
                            "git", "-C", System.getProperty("pno.home", "."), "rev-parse", "--short", "HEAD")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(git.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (final IOException e) {
            return "";
        }
    }
}
