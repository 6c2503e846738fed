package org.pno.cli.machine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.pno.sys.Cpu;

/**
 * Who runs where: the first core that we may use is the host's, all others belong to the DPU and the peer. With a
 * single core all share it.
 */
public final class Cores {
    private final BitSet host = new BitSet();
    private final BitSet others;

    public Cores(final BitSet allowed) {
        host.set(allowed.nextSetBit(0));
        others = (BitSet) allowed.clone();
        if (allowed.cardinality() > 1) {
            others.andNot(host);
        }
    }

    /** The cores that this process may run on. */
    public static Cores ofThisProcess() {
        return new Cores(Cpu.allowed());
    }

    public int hostCore() {
        return host.nextSetBit(0);
    }

    /** Those that are not the host's; with a single core, that one. */
    public List<Integer> otherCores() {
        return others.stream().boxed().toList();
    }

    /** The command line that runs a command on the cores of one side only. */
    public List<String> confine(final Side side, final List<String> command) {
        final List<String> line = new ArrayList<>(List.of("taskset", "-c", list(side)));
        line.addAll(command);
        return line;
    }

    /** True if the host has a core of its own, so that what it costs can be told from the rest. */
    public boolean areSeparate() {
        return !host.intersects(others);
    }

    /** Of one side, as taskset(1) takes them: "0" or "1,2,3". */
    public String list(final Side side) {
        final BitSet cores = of(side);
        return String.join(",", cores.stream().mapToObj(Integer::toString).toList());
    }

    /**
     * Of one side, as the kernel takes masks: 32 bits in hexadecimal, groups separated by commas, high first. There is
     * no group above the highest core: the kernel refuses a mask with more groups than it has processors for.
     */
    public String mask(final Side side) {
        final BitSet cores = of(side);
        final StringBuilder mask = new StringBuilder();
        for (int group = (cores.length() - 1) / Integer.SIZE; group >= 0; group--) {
            final long[] words =
                    cores.get(group * Integer.SIZE, (group + 1) * Integer.SIZE).toLongArray();
            mask.append(mask.isEmpty() ? "" : ",").append("%08x".formatted(words.length == 0 ? 0 : words[0]));
        }
        return mask.toString();
    }

    private BitSet of(final Side side) {
        return side == Side.HOST ? host : others;
    }
}
