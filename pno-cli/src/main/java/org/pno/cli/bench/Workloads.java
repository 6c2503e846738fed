package org.pno.cli.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All workloads, by the name that {@code pno bench} knows them by. */
public final class Workloads {
    private static final Map<String, List<Workload>> ALL = all();

    private Workloads() {}

    private static Map<String, List<Workload>> all() {
        final Map<String, List<Workload>> all = new LinkedHashMap<>();
        final List<Workload> single = List.of(
                new RedisWorkload(),
                new LighttpdWorkload(),
                new HaproxyWorkload(),
                new NginxWorkload(),
                new MemcachedWorkload(),
                EchoProgram.messages(),
                EchoProgram.shortConnections());
        single.forEach(workload -> all.put(workload.name(), List.of(workload)));
        all.put("bulk", BulkWorkload.bothWays());
        return all;
    }

    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** The workloads of that name: one, or one for each way. */
    static List<Workload> named(final String name) {
        return ALL.get(name);
    }
}
