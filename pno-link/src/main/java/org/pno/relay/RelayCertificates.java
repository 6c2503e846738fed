package org.pno.relay;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the pair of keys by which {@code pno host} and a DPU know each other: for each side a file with its own key and
 * self-signed certificate, and the certificate of the other, the only one it will believe. The keys are made by the
 * JDK's keytool.
 */
public final class RelayCertificates {
    static final String OWN = "own";
    static final String PEER = "peer";
    static final String STORE_TYPE = "PKCS12";

    private static final int VALID_DAYS = 3650;
    private static final long PATIENCE_SECONDS = 60;

    private RelayCertificates() {}

    /** A PKCS12 file wants a password. This one keeps nothing secret: the mode of the file does. */
    static char[] password() {
        return "pno-relay".toCharArray();
    }

    /**
     * Makes {@code host.p12} and {@code dpu.p12}, readable by their owner alone, valid for ten years.
     *
     * @param directory made if it is not there
     * @throws RelayException if there are keys already, or they cannot be made
     */
    public static void make(final Path directory) throws RelayException {
        make(directory, List.of("-validity", Integer.toString(VALID_DAYS)));
    }

    /** @param validity further options of keytool -genkeypair */
    static void make(final Path directory, final List<String> validity) throws RelayException {
        for (final Side side : Side.values()) {
            if (Files.exists(side.file(directory))) {
                throw new RelayException("there are keys in " + directory + " already (" + side.file(directory)
                        + "): remove them, or name another directory");
            }
        }
        try {
            Files.createDirectories(directory);
            final Path workshop = Files.createTempDirectory(directory, ".keys-"); // Mode 0700.
            try {
                final KeyStore host = generate(workshop, Side.HOST, validity);
                final KeyStore dpu = generate(workshop, Side.DPU, validity);
                store(host, dpu, Side.HOST.file(directory));
                store(dpu, host, Side.DPU.file(directory));
            } finally {
                for (final Side side : Side.values()) {
                    Files.deleteIfExists(side.file(workshop));
                }
                Files.delete(workshop);
            }
        } catch (final IOException | GeneralSecurityException e) {
            throw new RelayException("cannot make keys in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static KeyStore generate(final Path workshop, final Side side, final List<String> validity)
            throws IOException, GeneralSecurityException, RelayException {
        final Path file = side.file(workshop);
        final List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair"));
        line.addAll(List.of("-alias", OWN, "-keyalg", "EC", "-groupname", "secp256r1"));
        line.addAll(List.of("-dname", "CN=pno " + side.title(), "-keystore", file.toString()));
        line.addAll(List.of("-storetype", STORE_TYPE, "-storepass", new String(password())));
        line.addAll(validity);
        run(line);
        return KeyStore.getInstance(file.toFile(), password());
    }

    private static void run(final List<String> line) throws IOException, RelayException {
        final Path output = Files.createTempFile("pno-keytool", ".log");
        try {
            final Process keytool = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            keytool.getOutputStream().close();
            if (!keytool.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                keytool.destroyForcibly();
                throw new RelayException(line.getFirst() + " did not end in " + PATIENCE_SECONDS + " s");
            }
            if (keytool.exitValue() != 0) {
                throw new RelayException(line.getFirst() + " failed: "
                        + new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip());
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RelayException("interrupted while keytool ran", e);
        } finally {
            Files.delete(output);
        }
    }

    private static void store(final KeyStore own, final KeyStore other, final Path file)
            throws IOException, GeneralSecurityException {
        final KeyStore both = KeyStore.getInstance(STORE_TYPE);
        both.load(null, null);
        both.setKeyEntry(OWN, own.getKey(OWN, password()), password(), own.getCertificateChain(OWN));
        both.setCertificateEntry(PEER, other.getCertificate(OWN));
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
            both.store(out, password());
        }
    }
}
