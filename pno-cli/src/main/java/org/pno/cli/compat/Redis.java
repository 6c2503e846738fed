package org.pno.cli.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** redis: commands, load, a save in a child while clients are served, replication to and from the peer. */
final class Redis implements RealProgram {
    private static final int PORT = 6379;
    private static final int KEYS = 20_000;

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("redis-server", "redis-server", "redis-cli", "redis-tools");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("redis-server", "--version");
    }

    @Override
    public void run(final Bench bench) {
        final LabProcess server = serve(bench, Side.HOST);
        bench.expect("PING", "PONG", ask(bench, Side.HOST, "PING"));
        load(bench);
        save(bench);
        bench.expect("keys", KEYS + "", ask(bench, Side.HOST, "DBSIZE"));
        replicate(bench, Side.HOST);
        bench.stop(server, 0);
        final LabProcess primary = serve(bench, Side.PEER);
        replicate(bench, Side.PEER);
        primary.kill();
    }

    private static LabProcess serve(final Bench bench, final Side side, final String... options) {
        final List<String> line = new ArrayList<>(List.of("redis-server", "--bind", bench.address(side)));
        line.addAll(List.of("--protected-mode", "no", "--save", "", "--port", Integer.toString(PORT)));
        line.addAll(List.of(
                "--dir",
                bench.directory().toString(),
                "--dbfilename",
                side + ".rdb",
                "--repl-diskless-sync-delay",
                "0"));
        line.addAll(List.of(options));
        return bench.serve(side, PORT, line.toArray(String[]::new));
    }

    private static void load(final Bench bench) {
        final String fill = "for ((i = 0; i < " + KEYS + "; i++)); do echo \"SET key:$i value:$i\"; done";
        final String told = bench.shell(Side.PEER, fill + " | redis-cli -h " + bench.address(Side.HOST) + " --pipe");
        bench.check("a pipe of " + KEYS + " commands", told.contains("errors: 0, replies: " + KEYS), () -> told);
    }

    /** BGSAVE forks; clients go on meanwhile. */
    private static void save(final Bench bench) {
        ask(bench, Side.HOST, "BGSAVE");
        bench.expect("a question while it saves", "value:7", ask(bench, Side.HOST, "GET", "key:7"));
        bench.await(
                "the end of BGSAVE",
                () -> ask(bench, Side.HOST, "INFO", "persistence").contains("rdb_bgsave_in_progress:0"),
                () -> "it is in progress");
        final String info = ask(bench, Side.HOST, "INFO", "persistence");
        bench.check("BGSAVE", info.contains("rdb_last_bgsave_status:ok"), () -> info);
    }

    /** A replica on the other side gets all keys, then what is written later. */
    private static void replicate(final Bench bench, final Side primary) {
        final Side other = primary == Side.HOST ? Side.PEER : Side.HOST;
        final LabProcess replica = serve(bench, other, "--replicaof", bench.address(primary), Integer.toString(PORT));
        ask(bench, primary, "SET", "later", "yes");
        bench.await(
                "replication from the " + primary,
                () -> ask(bench, other, "GET", "later").equals("yes")
                        && ask(bench, other, "DBSIZE").equals(ask(bench, primary, "DBSIZE")),
                () -> ask(bench, other, "INFO", "replication"));
        bench.stop(replica, 0);
    }

    private static String ask(final Bench bench, final Side side, final String... question) {
        final List<String> line = new ArrayList<>(List.of("redis-cli", "-h", bench.address(side)));
        line.addAll(List.of(question));
        return bench.run(Side.PEER, line.toArray(String[]::new)).strip();
    }
}
