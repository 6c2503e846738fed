package org.pno.tcp;

/**
 * Finds connections and TIME-WAITs by address and port: open addressing with linear probing, no tombstones. The hash is
 * keyed, so that no peer can choose addresses that collide. Sized once for all that may be in it.
 */
final class FlowTable {
    private final KeyedHash hash;
    private final Flow[] flows;
    private final int mask;
    private int size;

    FlowTable(final KeyedHash hash, final int maxFlows) {
        this.hash = hash;
        // At most half full, so that probes stay short.
        flows = new Flow[Math.max(4, Integer.highestOneBit(Math.max(1, 2 * maxFlows - 1)) << 1)];
        mask = flows.length - 1;
    }

    int size() {
        return size;
    }

    /** Fills in a flow's hash, once its addresses and ports stand. */
    void hash(final Flow flow) {
        flow.flowHash = (int) hash.ofFlow(flow);
    }

    /** The flow with the same addresses and ports as {@code key}, whose hash is filled in; or null. */
    Flow find(final Flow key) {
        int slot = key.flowHash & mask;
        for (Flow flow = flows[slot]; flow != null; flow = flows[slot]) {
            if (flow.flowHash == key.flowHash && flow.isSameFlow(key)) {
                return flow;
            }
            slot = (slot + 1) & mask;
        }
        return null;
    }

    /** Adds a flow that is not in the table. */
    void add(final Flow flow) {
        int slot = flow.flowHash & mask;
        while (flows[slot] != null) {
            slot = (slot + 1) & mask;
        }
        flows[slot] = flow;
        size++;
    }

    /** Removes a flow, by identity; nothing happens if it is not in the table. */
    void remove(final Flow flow) {
        int slot = flow.flowHash & mask;
        while (flows[slot] != flow) {
            if (flows[slot] == null) {
                return;
            }
            slot = (slot + 1) & mask;
        }
        size--;
        closeGap(slot);
    }

    /** Moves flows behind an emptied slot forward, so that no probe for them ends early. */
    private void closeGap(final int emptied) {
        int gap = emptied;
        int slot = emptied;
        while (true) {
            slot = (slot + 1) & mask;
            final Flow flow = flows[slot];
            if (flow == null) {
                flows[gap] = null;
                return;
            }
            // It may move unless its probe begins behind the gap.
            final int distance = (slot - (flow.flowHash & mask)) & mask;
            if (distance >= ((slot - gap) & mask)) {
                flows[gap] = flow;
                gap = slot;
            }
        }
    }
}
