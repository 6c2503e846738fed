package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.sys.Cpu;

/** All of it as an ordinary user, in namespaces of his own: from a copy of what was built, which belongs to him. */
@Tag("system")
class OrdinaryUserTest {
    private static final String NOBODY = "65534";
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path home;

    @Test
    void shouldRunTheDemoWithoutRoot() throws IOException, InterruptedException {
        final String refusal = runAsUser("unshare", "--user", "--map-root-user", "--net", "true");
        assumeTrue(refusal.isEmpty(), "no user namespaces for ordinary users here: " + refusal);
        copyWhatWasBuilt();
        final Path runtime = Files.createDirectory(home.resolve("run"));
        if (Cpu.effectiveUserId() == 0) {
            run("chown", "-R", NOBODY + ":" + NOBODY, home.toString());
        }
        final String report = runAsUser(
                "env",
                "-i",
                "PATH=" + System.getenv("PATH"),
                "JAVA_HOME=" + System.getProperty("java.home"),
                "HOME=" + home,
                "XDG_RUNTIME_DIR=" + runtime,
                home.resolve("pno").toString(),
                "demo",
                "--json",
                "--seconds",
                "0.5");
        assertTrue(report.contains("{\"app\":\"redis\","), report);
        try (Stream<Path> left = Files.list(runtime.resolve("pno"))) {
            assertEquals(List.of(), left.toList(), "left behind");
        }
    }

    private void copyWhatWasBuilt() throws IOException, InterruptedException {
        Pno.build();
        final String line = "cp --parents -rp pno tools .pno/lib .pno/*.stamp shim/build/libpno.so " + home;
        run("sh", "-c", "cd " + Testbed.HOME + " && " + line);
    }

    private static void run(final String... command) throws IOException, InterruptedException {
        assertEquals("", output(List.of(command)));
    }

    /** Runs a command as an ordinary user: as ours, or as nobody if we are root. */
    private static String runAsUser(final String... command) throws IOException, InterruptedException {
        final List<String> line = new ArrayList<>();
        if (Cpu.effectiveUserId() == 0) {
            line.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"));
        }
        line.addAll(List.of(command));
        return output(line);
    }

    private static String output(final List<String> command) throws IOException, InterruptedException {
        final Path log = Files.createTempFile("pno-ordinary-user", ".log");
        try {
            final Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor();
                return command + " did not end: " + Files.readString(log);
            }
            return Files.readString(log);
        } finally {
            Files.delete(log);
        }
    }
}
