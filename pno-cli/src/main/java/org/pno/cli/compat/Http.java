package org.pno.cli.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** What is asked of every server of HTTP, by the peer's curl and wrk. */
final class Http {
    static final int SMALL_BYTES = 612;
    static final int LARGE_BYTES = 8 << 20;
    private static final int REQUESTS = 60;
    private static final String CLIENTS = """
            for i in {1..%d}; do
                curl -sS --max-time 30 -o /dev/null -w '%%{http_code}\\n' %s/small
            done
            """;

    private final Bench bench;
    private final String base;

    /** The server at that address, without a path: "http://10.77.0.1:80". */
    Http(final Bench bench, final String base) {
        this.bench = bench;
        this.base = base;
    }

    /** The small and the large file, in a folder for servers of files. Returns the folder. */
    static Path documents(final Bench bench) {
        bench.file("docs/large", LARGE_BYTES);
        return bench.file("docs/small", SMALL_BYTES).getParent();
    }

    /** Starts Python's server for the files of that folder, by HTTP 1.1, on a side's address and a port. */
    static LabProcess serve(final Bench bench, final Side side, final int port, final Path documents) {
        return bench.serve(
                side,
                port,
                Python.COMMAND,
                "-m",
                "http.server",
                "--protocol",
                "HTTP/1.1",
                "--bind",
                bench.address(side),
                "--directory",
                documents.toString(),
                Integer.toString(port));
    }

    /** Both files of {@link #documents} come whole, also to many at once; connections are kept. */
    void checkFiles(final Path documents) {
        checkSame("/small", documents.resolve("small"));
        checkSame("/large", documents.resolve("large"));
        final String many = base + "/small?[1-20]";
        bench.expect(
                "connections for 20 requests of one client",
                "1",
                curl("-o /dev/null -w '%{num_connects}\\n' '" + many + "' | paste -sd+ | bc"));
        bench.expect("status of a missing file", "404", curl("-o /dev/null -w '%{http_code}' " + base + "/missing"));
        bench.expect("length of a HEAD", "0", curl("-I -o /dev/null -w '%{size_download}' " + base + "/large"));
        checkManyAtOnce(documents.resolve("large"));
    }

    /** One range out of a file, for servers that know ranges. */
    void checkRange(final Path file) {
        final String part =
                curl("-r 1000000-1999999 " + base + "/large | sha256sum").substring(0, 64);
        bench.expect("bytes of a range", digest(file, 1_000_000, 1_000_000), part);
    }

    private void checkManyAtOnce(final Path large) {
        final String digests = curl("--parallel --parallel-immediate --parallel-max 8 -o '" + bench.directory()
                + "/got#1' '" + base + "/large?[1-8]'; sha256sum " + bench.directory()
                + "/got[1-8] | cut -c1-64 | sort -u");
        bench.expect("eight downloads at once", digest(large), digests);
    }

    /** What a path answers is that file. */
    void checkSame(final String path, final Path file) {
        bench.expect(
                "content of " + path,
                digest(file),
                curl(base + path + " | sha256sum").substring(0, 64));
    }

    /** What is sent to a path by POST comes back as its digest, from a program behind the server. */
    void checkUpload(final String path, final Path file) {
        bench.expect(
                "content of an upload",
                digest(file),
                curl("-H 'Expect:' --data-binary @" + file + " " + base + path).substring(0, 64));
    }

    /** What is sent to a path by POST comes back. */
    void checkEcho(final String path, final Path file) {
        final String digest = curl("-H 'Expect:' --data-binary @" + file + " " + base + path + " | sha256sum")
                .substring(0, 64);
        bench.expect("echo of an upload", digest(file), digest);
    }

    /** Thirty-two clients for a second, none of which sees an error. */
    void checkLoad(final String path) {
        checkLoad(bench, Side.PEER, 1, base + path);
    }

    /** The same by clients of a side, with so many threads. */
    static void checkLoad(final Bench bench, final Side side, final int threads, final String url) {
        final String report = bench.run(side, "wrk", "-t" + threads, "-c32", "-d1s", url);
        bench.check(
                "load without errors",
                report.contains("Requests/sec") && !report.contains("Socket errors") && !report.contains("Non-2xx"),
                () -> report);
    }

    /** A server is told by a signal, so often, to load its configuration again: no client notices. */
    void checkReloads(final LabProcess server, final String signal, final int reloads) {
        checkUndisturbed(Collections.nCopies(reloads, () -> bench.signal(server, signal)));
    }

    /**
     * Takes steps, one after the other, while clients come and go, each with a connection of its own: none of them
     * notices.
     */
    void checkUndisturbed(final List<Runnable> steps) {
        final LabProcess clients = bench.start(Side.PEER, "bash", "-c", CLIENTS.formatted(REQUESTS, base));
        int taken = 0;
        for (final Runnable step : steps) {
            final int answers = ++taken * REQUESTS / (steps.size() + 2);
            clients.await(
                    "get answers",
                    Bench.PATIENCE,
                    () -> clients.output().lines().count() >= answers);
            step.run();
        }
        bench.expect("status of clients meanwhile", 0, clients.awaitEnd(Bench.PATIENCE));
        bench.expect("answers meanwhile", "200\n".repeat(REQUESTS), clients.output());
    }

    /** What the peer's curl says, with that shell text as its arguments and what follows. */
    String curl(final String arguments) {
        return bench.shell(Side.PEER, "curl -sS --no-progress-meter --max-time 30 " + arguments)
                .strip();
    }

    static String digest(final Path file) {
        return digest(file, 0, Integer.MAX_VALUE);
    }

    private static String digest(final Path file, final int from, final int length) {
        try {
            final byte[] content = Files.readAllBytes(file);
            final MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(content, from, Math.min(length, content.length - from));
            return HexFormat.of().formatHex(sha.digest());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JDK has SHA-256", e);
        }
    }
}
