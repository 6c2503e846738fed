package org.pno.dpu;

import java.util.List;
import java.util.stream.Collectors;
import org.pno.link.bus.BusException;
import org.pno.link.bus.BusKind;
import org.pno.link.bus.BusOpener;
import org.pno.link.bus.BusSpec;
import org.pno.link.bus.MappedBus;
import org.pno.link.fabric.FabricBus;
import org.pno.link.pcie.PcieBus;

/** The kinds of bus that {@code --bus} knows. A further kind is one more line here. */
public final class Buses {
    /** What a DPU has that is told nothing. */
    public static final String DEFAULT = "mapped";

    private static final List<BusKind> KINDS = List.of(new MappedBus(), new PcieBus(), new FabricBus());

    private Buses() {}

    /**
     * Reads what {@code --bus} says.
     *
     * @throws DpuException naming it, what is wrong with it, and what there is
     */
    static BusSpec parse(final String text) {
        try {
            return BusSpec.parse(text);
        } catch (final BusException e) {
            throw refused(text, e);
        }
    }

    /**
     * Judges what {@code --bus} says.
     *
     * @throws DpuException naming it, what is wrong with it, and what there is
     */
    public static BusOpener judge(final String text) {
        return judge(parse(text));
    }

    /** As above; the options of the relay are left to {@link RelaySettings}. */
    static BusOpener judge(final BusSpec text) {
        final BusSpec spec = RelaySettings.without(text);
        try {
            return KINDS.stream()
                    .filter(kind -> kind.name().equals(spec.kind()))
                    .findFirst()
                    .orElseThrow(() -> new BusException("there is no bus '" + spec.kind() + "'"))
                    .judge(spec);
        } catch (final BusException e) {
            throw refused(spec.toString(), e);
        }
    }

    private static DpuException refused(final String text, final BusException e) {
        return new DpuException("--bus " + text + ": " + e.getMessage() + ". A bus is " + forms(), e);
    }

    /** All forms, in one line. */
    public static String forms() {
        return KINDS.stream().map(BusKind::form).collect(Collectors.joining(", or "));
    }
}
