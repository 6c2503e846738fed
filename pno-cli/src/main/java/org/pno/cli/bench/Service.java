package org.pno.cli.bench;

import java.util.List;
import java.util.function.Supplier;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.measure.LoadClient;

/**
 * The servers of a workload on one route, while they run.
 *
 * @param programs on the host, whose own work is told
 * @param others that it needs, on the peer
 * @param client what loads it
 * @param verify looks at the server after a run, and throws {@code VoidRound} if it did something else than was meant
 */
record Service(List<LabProcess> programs, List<LabProcess> others, Supplier<LoadClient> client, Runnable verify)
        implements AutoCloseable {
    static Service of(final LabProcess program, final Supplier<LoadClient> client) {
        return new Service(List.of(program), List.of(), client, () -> {});
    }

    @Override
    public void close() {
        programs.forEach(LabProcess::kill);
        others.forEach(LabProcess::kill);
    }
}
