package org.pno.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;

/**
 * What one side needs to know the other and to be known: its key and the other's certificate, as
 * {@link RelayCertificates} made them. Immutable.
 */
public final class RelayKeys {
    private static final String[] PROTOCOLS = {"TLSv1.3"};
    private static final Set<PosixFilePermission> OF_OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private final Side side;
    private final SSLContext context;

    private RelayKeys(final Side side, final SSLContext context) {
        this.side = side;
        this.context = context;
    }

    /**
     * Reads the keys of a side.
     *
     * @throws RelayException if there are none, others can read them, or a certificate's time is over
     */
    public static RelayKeys load(final Path directory, final Side side) throws RelayException {
        final Path file = side.file(directory);
        if (!Files.isRegularFile(file)) {
            throw new RelayException("no keys of the " + side.title() + " at " + file + ": 'pno certificates "
                    + directory + "' makes them, on one side; the other's file is to be copied there");
        }
        try {
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OF_OTHERS::contains)) {
                throw new RelayException(file + " can be read or written by others than its owner: chmod 600 " + file);
            }
            final KeyStore store = KeyStore.getInstance(file.toFile(), RelayCertificates.password());
            return new RelayKeys(side, context(store, file, side));
        } catch (final IOException | GeneralSecurityException e) {
            throw new RelayException("the keys in " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static SSLContext context(final KeyStore store, final Path file, final Side side)
            throws GeneralSecurityException, RelayException {
        final X509Certificate own = certificate(store, RelayCertificates.OWN, file);
        final X509Certificate peer = certificate(store, RelayCertificates.PEER, file);
        requireValid(own, side, file);
        requireValid(peer, side.other(), file);
        final KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, RelayCertificates.password());
        final SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new OneCertificate(peer)}, null);
        return context;
    }

    private static X509Certificate certificate(final KeyStore store, final String alias, final Path file)
            throws GeneralSecurityException, RelayException {
        if (store.getCertificate(alias) instanceof X509Certificate certificate) {
            return certificate;
        }
        throw new RelayException(file + " has no certificate '" + alias + "': 'pno certificates' makes such files");
    }

    private static void requireValid(final X509Certificate certificate, final Side whose, final Path file)
            throws RelayException {
        try {
            certificate.checkValidity();
        } catch (final CertificateException e) {
            throw new RelayException(
                    "the " + whose.title() + "'s certificate in " + file + " is valid from "
                            + certificate.getNotBefore()
                            + " to " + certificate.getNotAfter()
                            + ", not now: make new ones with 'pno certificates', or set the clock",
                    e);
        }
    }

    /** A side's end of one TLS connection. The host is the client; each side must show its certificate. */
    SSLEngine engine() {
        final SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(side == Side.HOST);
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setNeedClientAuth(true);
        return engine;
    }

    Side side() {
        return side;
    }
}
