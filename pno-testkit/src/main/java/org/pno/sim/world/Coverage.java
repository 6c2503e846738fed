package org.pno.sim.world;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.pno.tcp.TcpState;

/** What runs have reached: states, kinds of faults, and every counter that there is, by its name. */
public final class Coverage {
    private final Set<TcpState> states = EnumSet.noneOf(TcpState.class);
    private final Set<FaultKind> faults = EnumSet.noneOf(FaultKind.class);
    private final Map<String, Long> counters = new TreeMap<>();

    void addStates(final Set<TcpState> reached) {
        states.addAll(reached);
    }

    void addFaults(final Set<FaultKind> kinds) {
        faults.addAll(kinds);
    }

    void add(final String label, final long value) {
        counters.merge(label, value, Long::sum);
    }

    /** Adds what other runs have reached. */
    public void add(final Coverage other) {
        states.addAll(other.states);
        faults.addAll(other.faults);
        other.counters.forEach(this::add);
    }

    /** True if a counter of that name was more than 0 somewhere. */
    public boolean hasReached(final String label) {
        return counters.getOrDefault(label, 0L) > 0;
    }

    public Set<TcpState> states() {
        return states;
    }

    public Set<FaultKind> faults() {
        return faults;
    }

    /** Each counter's sum. */
    public Map<String, Long> counters() {
        return counters;
    }
}
