package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;
import org.pno.sys.NetworkNamespace;
import org.pno.sys.SystemCallException;

/**
 * Runs the tests of a class in a network namespace of their own, without IPv6, whose interfaces nobody else speaks on.
 * Skips them where that is not allowed.
 */
public final class PrivateNetwork implements BeforeAllCallback, AfterAllCallback {
    private NetworkNamespace namespace;

    @Override
    public void beforeAll(final ExtensionContext context) throws IOException {
        try {
            namespace = NetworkNamespace.enterNew();
        } catch (final SystemCallException e) {
            throw new TestAbortedException(
                    "needs a network namespace: run as root, or under unshare -Urn (" + e.getMessage() + ")", e);
        }
        Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1");
    }

    @Override
    public void afterAll(final ExtensionContext context) {
        if (namespace != null) {
            namespace.close();
        }
    }

    /** Runs {@code ip} with these words, parted by blanks. */
    public static void ip(final String words) {
        try {
            final Process process = new ProcessBuilder(("ip " + words).split(" "))
                    .redirectErrorStream(true)
                    .start();
            final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), () -> "ip " + words + ": " + output);
        } catch (final IOException | InterruptedException e) {
            throw new AssertionError("ip " + words, e);
        }
    }
}
