package org.pno.cli.interop;

import java.util.ArrayList;
import java.util.List;
import org.pno.cli.interop.Transfers.Moved;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Transport;

/** Runs cells by pairs: each seed over both transports, one after the other, every second pair in turned order. */
public final class Matrix {
    private static final double ENOUGH_SECONDS = 20;
    private static final double WARM_UP_SECONDS = 2;

    private final Transfers transfers;
    private final double seconds;
    private final Long bytes;

    /**
     * Prepares for runs over a path.
     *
     * @param seconds that a run lasts, see {@link Cell#seconds}
     * @param bytes all that bulk has to move, or null for as much as there is time for
     */
    public Matrix(final InteropPath path, final double seconds, final Long bytes) {
        transfers = new Transfers(path);
        this.seconds = seconds;
        this.bytes = bytes;
    }

    /** Lets the virtual machines compile what is hot, and neighbours find each other. */
    public Void warmUp() {
        for (final Side client : Side.values()) {
            for (final Transport host : Transport.values()) {
                warmUp(Workload.BULK, client, host);
            }
            warmUp(Workload.ASK, client, Transport.PNO);
            warmUp(Workload.SHORT, client, Transport.PNO);
        }
        return null;
    }

    private void warmUp(final Workload workload, final Side client, final Transport host) {
        final Cell cell = new Cell(workload, client, false, Cell.Rtt.TEN, Cell.Trouble.LOSS_ONE);
        transfers.run(cell, 0, host, Math.min(seconds, WARM_UP_SECONDS), Transfers.ENDLESS);
    }

    /** Runs a cell with seeds from 1 on. */
    public CellResult run(final Cell cell, final int seeds) {
        final List<Double> linux = new ArrayList<>();
        final List<Double> pno = new ArrayList<>();
        for (int seed = 1; seed <= seeds; seed++) {
            if (cell.workload() == Workload.SHARE) {
                final List<Moved> both = transfers.share(cell, seed, cell.seconds(seconds));
                linux.add(both.get(0).rate(cell.workload()));
                pno.add(both.get(1).rate(cell.workload()));
            } else {
                final boolean linuxFirst = seed % 2 == 1;
                final double first = rate(cell, seed, linuxFirst ? Transport.KERNEL : Transport.PNO);
                final double second = rate(cell, seed, linuxFirst ? Transport.PNO : Transport.KERNEL);
                linux.add(linuxFirst ? first : second);
                pno.add(linuxFirst ? second : first);
            }
        }
        return new CellResult(cell, linux, pno);
    }

    private double rate(final Cell cell, final long seed, final Transport host) {
        final boolean isWhole = bytes != null && cell.workload() == Workload.BULK;
        final Moved moved = transfers.run(
                cell,
                seed,
                host,
                isWhole ? ENOUGH_SECONDS : cell.seconds(seconds),
                isWhole ? bytes : Transfers.ENDLESS);
        if (isWhole && moved.count() != bytes) {
            throw new UserError("%s over %s: %d of %d bytes arrived".formatted(cell, host, moved.count(), bytes));
        }
        if (moved.count() == 0) {
            throw new UserError("%s over %s: nothing arrived".formatted(cell, host));
        }
        return moved.rate(cell.workload());
    }
}
