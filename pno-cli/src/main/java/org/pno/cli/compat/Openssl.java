package org.pno.cli.compat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** OpenSSL's s_server and s_client: TLS either way, a file of megabytes through it. */
final class Openssl implements RealProgram {
    private static final int PORT = 4433;

    @Override
    public String name() {
        return "openssl";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("openssl", "openssl", "sha256sum", "coreutils");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("openssl", "version");
    }

    @Override
    public void run(final Bench bench) {
        final Path large = bench.file("large", Http.LARGE_BYTES);
        bench.shell(
                Side.PEER,
                "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=pno -keyout key.pem -out cert.pem 2>&1");
        for (final Side serving : Side.values()) {
            final LabProcess server = bench.serve(
                    serving,
                    PORT,
                    "openssl",
                    "s_server",
                    "-WWW",
                    "-key",
                    "key.pem",
                    "-cert",
                    "cert.pem",
                    "-accept",
                    bench.address(serving) + ":" + PORT);
            final Side asking = serving == Side.HOST ? Side.PEER : Side.HOST;
            for (final String version : List.of("-tls1_2", "-tls1_3")) {
                final String digest = bench.shell(
                        asking,
                        "printf 'GET /large HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet " + version
                                + " -CAfile cert.pem -verify_return_error -connect " + bench.address(serving) + ":"
                                + PORT + " 2> /dev/null | tail -c " + Http.LARGE_BYTES + " | sha256sum | cut -c1-64");
                bench.expect("a file by " + version + " from the " + serving, Http.digest(large), digest.strip());
            }
            server.kill();
        }
    }
}
