package org.pno.cli.compat;

import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** PostgreSQL, a process for each connection: questions, pgbench, a copy of many rows both ways. */
final class Postgres implements RealProgram {
    private static final int PORT = 5432;

    /** As the user postgres, since the server refuses to be root; $1 its directory, $2 its address. */
    private static final String SERVE = """
            cd "$1" && PATH=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1):$PATH
            initdb -D "$1/data" -A trust -N > "$1/initdb.log"
            echo "host all all 0.0.0.0/0 trust" >> "$1/data/pg_hba.conf"
            exec postgres -D "$1/data" -c listen_addresses="$2" -c unix_socket_directories="$1" -c fsync=off
            """;

    private static final String CLIENT =
            "PATH=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1):$PATH; export PGUSER=postgres"
                    + " PGHOST=%s PGDATABASE=postgres; ";

    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("pg_lsclusters", "postgresql");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("psql", "--version");
    }

    @Override
    public boolean changesUser() {
        return true;
    }

    @Override
    public void run(final Bench bench) {
        final String address = bench.address(Side.HOST);
        final String directory = bench.directory() + "/postgres";
        bench.run(Side.PEER, "install", "-d", "-o", "postgres", directory);
        final LabProcess server = bench.serve(
                Side.HOST,
                PORT,
                "setpriv",
                "--reuid=postgres",
                "--regid=postgres",
                "--init-groups",
                "bash",
                "-euc",
                SERVE,
                "serve",
                directory,
                address);
        bench.await("PostgreSQL answers", () -> server.output().contains("ready to accept connections"), server::tail);
        final String client = CLIENT.formatted(address);
        bench.expect(
                "a question",
                "42",
                bench.shell(Side.PEER, client + "psql -Atc 'select 6 * 7'").strip());
        final String made = bench.shell(Side.PEER, client + "pgbench -i -s 1 2>&1");
        bench.check("pgbench -i", made.contains("done in"), () -> made);
        for (final String mode : List.of("", "-C")) {
            final String report = bench.shell(Side.PEER, client + "pgbench -c 8 -j 2 -t 50 " + mode + " 2>&1");
            bench.check(
                    "pgbench " + mode,
                    report.contains("number of transactions actually processed: 400/400"),
                    () -> report);
        }
        final String copied = bench.shell(
                Side.PEER,
                client + "psql -Atc 'copy pgbench_accounts to stdout' > " + directory + "-rows;"
                        + " psql -qc 'create table again (like pgbench_accounts)';"
                        + " psql -qc 'copy again from stdin' < " + directory + "-rows;"
                        + " psql -Atc 'select count(*) from again natural join pgbench_accounts'");
        bench.expect("rows copied out and in again", "100000", copied.strip());
        bench.stop(server, 0);
    }
}
