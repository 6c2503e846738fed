package org.pno.link.pcie;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pno.link.bus.BusException;
import org.pno.link.bus.BusSpec;
import org.pno.link.bus.Quantity;

/**
 * How an emulated PCIe bus behaves. The presets and where they come from: docs/bus.md.
 *
 * @param readNs from the engine's start of a small read to its completion
 * @param writeNs the same of a small write; it lands half way
 * @param bytesPerSecond that the link carries in each direction, shared by all operations
 * @param outstanding operations of at most {@link #PIECE_BYTES} that the engine has under way at once
 * @param doorbellNs from a batch's post to the engine's start of it; doorbells follow each other
 * @param jitter the latencies of operations differ by up to this share, 0 to 1
 * @param order what lands in order
 * @param cutNs the link is down for good when it is so old; {@link #NEVER}
 */
record PcieTiming(
        long readNs,
        long writeNs,
        long bytesPerSecond,
        int outstanding,
        long doorbellNs,
        double jitter,
        PcieOrder order,
        long cutNs) {
    /** The engine moves larger operations in pieces of this size, as links do. */
    static final int PIECE_BYTES = 4096;

    static final long NEVER = Long.MAX_VALUE;

    private static final List<String> OPTIONS =
            List.of("read", "write", "bandwidth", "outstanding", "doorbell", "jitter", "order", "cut");
    private static final long MOST_NS = 1_000_000_000;
    private static final long MOST_CUT_NS = 1_000_000_000_000L;
    private static final int MOST_OUTSTANDING = 4096;
    private static final double NANOS_PER_SECOND = 1e9;

    private static final Map<String, PcieTiming> PRESETS = Map.of(
            "bluefield2", new PcieTiming(1_900, 1_400, 20_000_000_000L, 64, 300, 0.2, PcieOrder.QUEUE, NEVER),
            "bluefield3", new PcieTiming(1_300, 1_000, 45_000_000_000L, 128, 150, 0.2, PcieOrder.QUEUE, NEVER));

    /** Where only latencies are said. */
    private static final PcieTiming PLAIN = new PcieTiming(0, 0, 25_000_000_000L, 64, 0, 0, PcieOrder.QUEUE, NEVER);

    /** Reads what stands behind {@code pcie:}, a preset, options, or a preset changed by options. */
    static PcieTiming parse(final BusSpec spec) {
        spec.allow(OPTIONS);
        final PcieTiming base = spec.name().isEmpty() ? PLAIN : PRESETS.get(spec.name());
        if (base == null) {
            throw new BusException("'" + spec.name() + "' is no preset of 'pcie'; there are " + presetNames()
                    + ", or say read= and write=");
        }
        final Map<String, String> options = spec.options();
        if (spec.name().isEmpty() && !(options.containsKey("read") && options.containsKey("write"))) {
            throw new BusException("say a preset (" + presetNames() + "), or read= and write= at least");
        }
        return new PcieTiming(
                nanos(options, "read", base.readNs),
                nanos(options, "write", base.writeNs),
                options.containsKey("bandwidth")
                        ? Quantity.bytesPerSecond("bandwidth", options.get("bandwidth"))
                        : base.bytesPerSecond,
                options.containsKey("outstanding")
                        ? Quantity.count("outstanding", options.get("outstanding"), 1, MOST_OUTSTANDING)
                        : base.outstanding,
                nanos(options, "doorbell", base.doorbellNs),
                options.containsKey("jitter") ? Quantity.share("jitter", options.get("jitter")) : base.jitter,
                options.containsKey("order") ? order(options.get("order")) : base.order,
                options.containsKey("cut") ? Quantity.nanos("cut", options.get("cut"), MOST_CUT_NS) : base.cutNs);
    }

    static String presetNames() {
        return String.join(", ", PRESETS.keySet().stream().sorted().toList());
    }

    private static long nanos(final Map<String, String> options, final String name, final long otherwise) {
        return options.containsKey(name) ? Quantity.nanos(name, options.get(name), MOST_NS) : otherwise;
    }

    private static PcieOrder order(final String text) {
        for (final PcieOrder order : PcieOrder.values()) {
            if (order.name().toLowerCase(Locale.ROOT).equals(text)) {
                return order;
            }
        }
        throw Quantity.refused("order", text, "queue or none");
    }

    /** How long so many bytes occupy the link. */
    long transferNs(final int bytes) {
        return Math.round(bytes * NANOS_PER_SECOND / bytesPerSecond);
    }
}
