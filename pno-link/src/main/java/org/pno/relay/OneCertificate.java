package org.pno.relay;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes one certificate, as long as it is valid, and nobody who vouches for others: the peer is the one whose
 * certificate is in our file, whatever its name and address. That it has the key, TLS has seen to.
 */
final class OneCertificate extends X509ExtendedTrustManager {
    private static final X509Certificate[] NO_ISSUERS = {};

    private final X509Certificate peer;

    OneCertificate(final X509Certificate peer) {
        super();
        this.peer = peer;
    }

    private void check(final X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0 || !chain[0].equals(peer)) {
            throw new CertificateException("the other side's certificate is not the one in our keys");
        }
        peer.checkValidity();
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return NO_ISSUERS;
    }
}
