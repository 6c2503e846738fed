package org.pno.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayKeysTest {
    @TempDir
    private Path directory;

    private String refusal(final Side side) {
        return assertThrows(RelayException.class, () -> RelayKeys.load(directory, side))
                .getMessage();
    }

    @Test
    void shouldMakeTwoFilesForTheirOwnerAlone() throws Exception {
        RelayCertificates.make(directory.resolve("new"));
        try (Stream<Path> files = Files.list(directory.resolve("new"))) {
            final List<Path> made = files.sorted().toList();
            assertEquals(
                    List.of("dpu.p12", "host.p12"),
                    made.stream().map(file -> file.getFileName().toString()).toList());
            for (final Path file : made) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
    }

    @Test
    void shouldKeepTheKeysThatAreThere() throws Exception {
        Files.writeString(directory.resolve("dpu.p12"), "precious");
        final String why = assertThrows(RelayException.class, () -> RelayCertificates.make(directory))
                .getMessage();
        assertTrue(why.contains("already"), why);
        assertEquals("precious", Files.readString(directory.resolve("dpu.p12")));
    }

    @Test
    void shouldSayHowToMakeKeysThatAreMissing() {
        assertTrue(refusal(Side.HOST).contains("pno certificates " + directory));
    }

    @Test
    void shouldRefuseKeysThatOthersCanRead() throws Exception {
        final Path file = Files.writeString(directory.resolve("host.p12"), "anything");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertTrue(refusal(Side.HOST).contains("chmod 600"));
    }

    @Test
    void shouldRefuseAFileThatHasNoKeys() throws Exception {
        final Path file = Files.writeString(directory.resolve("dpu.p12"), "no keys at all");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertTrue(refusal(Side.DPU).contains("cannot be used"));
    }

    @Test
    void shouldRefuseCertificatesWhoseTimeIsOver() throws Exception {
        RelayCertificates.make(directory, List.of("-startdate", "-10d", "-validity", "1"));
        assertTrue(refusal(Side.HOST).contains("valid from"));
    }

    @Test
    void shouldNotBelieveThePeersCertificateOnceItsTimeIsOver() throws Exception {
        RelayCertificates.make(directory, List.of("-startdate", "-10d", "-validity", "1"));
        final KeyStore store = KeyStore.getInstance(Side.HOST.file(directory).toFile(), RelayCertificates.password());
        final X509Certificate peer = (X509Certificate) store.getCertificate(RelayCertificates.PEER);
        final X509Certificate[] chain = {peer};
        assertThrows(
                CertificateExpiredException.class, () -> new OneCertificate(peer).checkServerTrusted(chain, "ECDSA"));
    }

    @Test
    void shouldReadAddressesAsPeopleWriteThem() throws Exception {
        for (final String text : List.of("192.0.2.1:7700", "[fd00:0:0:0:0:0:0:1]:0")) {
            assertEquals(text, RelayAddress.format(RelayAddress.parse(text)));
        }
    }

    @Test
    void shouldRefuseWhatIsNoAddress() {
        for (final String text : List.of("7700", "192.0.2.1", ":1", "fd00::1:7700", "192.0.2.1:x", "192.0.2.1:65536")) {
            final String why = assertThrows(RelayException.class, () -> RelayAddress.parse(text))
                    .getMessage();
            assertTrue(why.contains(text), why);
        }
    }
}
