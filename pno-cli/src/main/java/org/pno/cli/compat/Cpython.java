package org.pno.cli.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;

/**
 * CPython's own tests of what uses TCP, all on loopback: on the peer's kernel, and on the host with loopback offloaded.
 * What fails on the kernel may fail here, nothing else; and as many tests run.
 */
final class Cpython implements RealProgram {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    /** A test that hangs ends its run. */
    private static final String SECONDS_PER_TEST = "60";

    private static final List<String> SUITES = List.of(
            "test_socket",
            "test_select",
            "test_poll",
            "test_epoll",
            "test_selectors",
            "test_socketserver",
            "test_httpservers",
            "test_httplib",
            "test_ftplib",
            "test_poplib",
            "test_imaplib",
            "test_smtplib",
            "test_telnetlib",
            "test_asyncore",
            "test_asynchat",
            "test_urllib2_localnet",
            "test_xmlrpc",
            "test_asyncio.test_sock_lowlevel",
            "test_asyncio.test_streams",
            "test_asyncio.test_server",
            "test_asyncio.test_selector_events",
            "test_asyncio.test_buffered_proto",
            "test_asyncio.test_events",
            "test_asyncio.test_sendfile",
            "test_asyncio.test_ssl");

    /**
     * These look at the connecting socket from another thread when the other end is accepted, but connect has not
     * returned. On Linux the socket is connected by then; ours is still the kernel's for a moment, which is not.
     */
    private static final Set<String> KNOWN = Set.of("testClose (test.test_socket.TCPCloserTest.testClose)");

    private static final Pattern FAILED = Pattern.compile("^(?:FAIL|ERROR): (.*)$", Pattern.MULTILINE);
    private static final Pattern RAN = Pattern.compile("^Ran \\d+ tests?", Pattern.MULTILINE);

    /** How a suite went: as many tests as it says it ran, and those that failed. */
    record Outcome(String ran, Set<String> failed) {
        static Outcome of(final String output) {
            final Set<String> failed = new TreeSet<>();
            FAILED.matcher(output).results().forEach(line -> failed.add(line.group(1)));
            return new Outcome(
                    RAN.matcher(output).results().map(line -> line.group()).reduce("no end", (first, last) -> last),
                    failed);
        }

        /** What failed here and not there. */
        Set<String> failedUnlike(final Outcome other) {
            final Set<String> more = new TreeSet<>(failed);
            more.removeAll(other.failed);
            return more;
        }
    }

    @Override
    public String name() {
        return "cpython";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of(Python.COMMAND, "python3", "dpkg-deb", "dpkg");
    }

    @Override
    public List<String> versionCommand() {
        return List.of(Python.COMMAND, "--version");
    }

    @Override
    public void run(final Bench bench) {
        final Path library = library(bench);
        for (final String suite : SUITES) {
            final Outcome kernel = outcome(bench, Side.PEER, library, suite);
            final Outcome ours = outcome(bench, Side.HOST, library, suite);
            bench.expect("tests of " + suite, kernel.ran(), ours.ran());
            final Set<String> more = ours.failedUnlike(kernel);
            more.removeAll(KNOWN);
            bench.expect("failures of " + suite + " that the kernel has not", Set.of(), more);
        }
    }

    private static Outcome outcome(final Bench bench, final Side side, final Path library, final String suite) {
        final LabProcess tests = bench.start(
                side,
                "env",
                "PNO_OFFLOAD=localhost,dpu",
                "PYTHONPATH=" + library,
                Python.COMMAND,
                "-m",
                "test",
                "-v",
                "-u",
                "network", // of which there is none but the lab's
                "--timeout",
                SECONDS_PER_TEST,
                "-i",
                "*VSOCK*", // wait for a guest of a virtual machine
                suite);
        tests.awaitEnd(PATIENCE);
        return Outcome.of(tests.output());
    }

    /**
     * The tests beside what they need of Python's library. They are a package that wants exactly its own version of
     * Python, so it is not installed, only unpacked where the bench's files are.
     */
    private static Path library(final Bench bench) {
        final String version = bench.run(
                        Side.PEER, Python.COMMAND, "-c", "import sys; print('python%d.%d' % sys.version_info[:2])")
                .strip();
        outside(bench, "apt-get", "-qq", "download", "lib" + version + "-testsuite");
        outside(bench, "dpkg-deb", "--extract", download(bench.directory()), "tests");
        final Path library = bench.directory().resolve("tests/usr/lib").resolve(version);
        outside(bench, "cp", "-r", "--no-clobber", "/usr/lib/" + version + "/test", library.toString());
        return library;
    }

    private static String download(final Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".deb"))
                    .findFirst()
                    .orElseThrow(() -> new UserError("apt-get download has left no package in " + directory));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lab reaches no mirror. */
    private static void outside(final Bench bench, final String... command) {
        try {
            final Process process = new ProcessBuilder(command)
                    .directory(bench.directory().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(bench.directory().resolve("outside.log").toFile())
                    .start();
            process.getOutputStream().close();
            final int status = process.waitFor();
            if (status != 0) {
                throw new UserError(String.join(" ", command) + " ended with status " + status + ": "
                        + Files.readString(bench.directory().resolve("outside.log")));
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
