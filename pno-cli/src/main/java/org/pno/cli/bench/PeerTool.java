package org.pno.cli.bench;

import java.time.Duration;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.ToolReport;
import org.pno.cli.measure.VoidRound;

/**
 * A program on the peer that runs for a given time, then tells what it measured and ends.
 *
 * @param name of the program, for messages
 * @param line the command line of a run of so many seconds
 * @param parse reads what it has told; errors and wrong answers are {@link VoidRound}
 */
record PeerTool(
        Bed bed, String name, DoubleFunction<List<String>> line, Function<String, ToolReport> parse, Runnable check)
        implements LoadClient {
    private static final Duration SLACK = Duration.ofSeconds(30);

    @Override
    public void prepare() {
        check.run();
    }

    @Override
    public ToolReport run(final double seconds) {
        final LabProcess client = bed.onPeer(name, line.apply(seconds));
        final int status;
        try {
            status = client.awaitEnd(SLACK.plusMillis((long) (seconds * 1_000)));
        } finally {
            client.kill();
        }
        if (status != 0) {
            throw new VoidRound(name + " failed (exit status " + status + "): " + client.tail());
        }
        return parse.apply(client.output());
    }
}
