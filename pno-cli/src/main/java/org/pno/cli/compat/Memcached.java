package org.pno.cli.compat;

import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** memcached with threads, as another user: its protocols by memccapable, many connections, large values. */
final class Memcached implements RealProgram {
    private static final int PORT = 11211;
    private static final int CONNECTIONS = 200;
    private static final int VALUE_BYTES = 900_000;

    /** Opens connections, stores by each, then counts the answers. */
    private static final String MANY = """
            for i in {1..%d}; do
                exec {fd}<> /dev/tcp/%s/%d
                printf 'set k%%d 0 0 1\\r\\nx\\r\\n' $i >&$fd
                all+=($fd)
            done
            for fd in ${all[@]}; do read -r line <&$fd; echo $line; done | grep -c STORED
            """;

    @Override
    public String name() {
        return "memcached";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("memcached", "memcached", "memccapable", "libmemcached-tools");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("memcached", "-V");
    }

    @Override
    public boolean changesUser() {
        return true;
    }

    @Override
    public void run(final Bench bench) {
        final String address = bench.address(Side.HOST);
        final String port = Integer.toString(PORT);
        final LabProcess server =
                bench.serve(Side.HOST, PORT, "memcached", "-u", "nobody", "-l", address, "-p", port, "-t", "4");
        final String capable = bench.run(Side.PEER, "memccapable", "-h", address, "-p", port, "-a");
        bench.check("memccapable", capable.contains("All tests passed"), () -> capable);
        final String open = "exec 3<> /dev/tcp/" + address + "/" + PORT + "; ";
        bench.expect(
                "a value of " + VALUE_BYTES + " bytes",
                VALUE_BYTES + "",
                bench.shell(
                                Side.PEER,
                                open + "{ printf 'set big 0 0 " + VALUE_BYTES + "\\r\\n'; head -c " + VALUE_BYTES
                                        + " /dev/zero | tr '\\0' x; printf '\\r\\nget big\\r\\nquit\\r\\n'; } >&3;"
                                        + " tr -cd x <&3 | wc -c")
                        .strip());
        bench.expect(
                "connections at once",
                CONNECTIONS + "",
                bench.shell(Side.PEER, MANY.formatted(CONNECTIONS, address, PORT))
                        .strip());
        bench.stop(server, 0);
    }
}
