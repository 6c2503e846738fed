package org.pno.relay;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;

/** Keys that nobody would make. */
final class RelayTestKeys {
    private RelayTestKeys() {}

    private static KeyStore store(final Path directory, final Side side) throws Exception {
        return KeyStore.getInstance(side.file(directory).toFile(), RelayCertificates.password());
    }

    /** A host's file with the key of one pair and the DPU's certificate of another. */
    static void mix(final Path own, final Path peers, final Path directory) throws Exception {
        final KeyStore mixed = store(own, Side.HOST);
        mixed.setCertificateEntry(
                RelayCertificates.PEER, store(peers, Side.HOST).getCertificate(RelayCertificates.PEER));
        Files.createDirectory(directory);
        final Path file = Files.createFile(
                Side.HOST.file(directory),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(file)) {
            mixed.store(out, RelayCertificates.password());
        }
    }
}
