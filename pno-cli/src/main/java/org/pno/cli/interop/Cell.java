package org.pno.cli.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pno.cli.machine.Side;

/**
 * One cell of the matrix: what is moved, which way, over what.
 *
 * @param client the side that connects, and sends the bulk
 * @param trouble what befalls segments, both ways
 */
public record Cell(Workload workload, Side client, boolean ipv6, Rtt rtt, Trouble trouble) {
    /** Of every path, in megabits per second. */
    public static final int RATE_MBIT = 50;

    /** Round trip times of the paths without queueing, and how long a full queue takes to drain. */
    public enum Rtt {
        TENTH("0.1ms", 50, 20_000),
        TEN("10ms", 5_000, 20_000),
        HUNDRED("100ms", 50_000, 100_000);

        private final String label;
        private final int delayMicros;
        private final int queueMicros;

        Rtt(final String label, final int delayMicros, final int queueMicros) {
            this.label = label;
            this.delayMicros = delayMicros;
            this.queueMicros = queueMicros;
        }
    }

    /** What befalls segments. */
    public enum Trouble {
        NONE("loss0", ""),
        LOSS_TENTH("loss0.1", "loss=0.1%,"),
        LOSS_ONE("loss1", "loss=1%,"),
        LOSS_FIVE("loss5", "loss=5%,"),
        REORDER("reorder", "reorder=1%,reorder-by=3,");

        private final String label;
        private final String faults;

        Trouble(final String label, final String faults) {
            this.label = label;
            this.faults = faults;
        }
    }

    /** All cells, those first that tell most. */
    public static List<Cell> all() {
        final List<Cell> cells = new ArrayList<>();
        for (final Workload workload : Workload.values()) {
            for (final boolean ipv6 : new boolean[] {false, true}) {
                for (final Side client : Side.values()) {
                    for (final Rtt rtt : Rtt.values()) {
                        for (final Trouble trouble : Trouble.values()) {
                            cells.add(new Cell(workload, client, ipv6, rtt, trouble));
                        }
                    }
                }
            }
        }
        return cells;
    }

    /** As {@code --cells} matches it: bulk-out-ipv4-10ms-loss1; "out" is from the host, where PnO is, to the peer. */
    public String name() {
        return String.join(
                "-",
                workload.name().toLowerCase(Locale.ROOT),
                client == Side.HOST ? "out" : "in",
                ipv6 ? "ipv6" : "ipv4",
                rtt.label,
                trouble.label);
    }

    /** The faults of its wire. */
    public String faults(final long seed) {
        return "delay=%dus,rate=%dmbit,queue=%dus,%sseed=%d"
                .formatted(rtt.delayMicros, RATE_MBIT, rtt.queueMicros, trouble.faults, seed);
    }

    /** How long to measure: long round trips take longer to settle. */
    public double seconds(final double unit) {
        return unit * (rtt == Rtt.HUNDRED ? 3 : 1) * (workload == Workload.SHARE ? 3 : 1);
    }

    @Override
    public String toString() {
        return name();
    }
}
