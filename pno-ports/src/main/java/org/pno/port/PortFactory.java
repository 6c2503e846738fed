package org.pno.port;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.pno.time.NanoClock;

/** Opens ports by what {@code --port} says, of all the kinds there are, and has what they lack done in software. */
public final class PortFactory {
    private static final List<PortProvider> PROVIDERS = providers();

    private PortFactory() {}

    private static List<PortProvider> providers() {
        final List<PortProvider> providers = new ArrayList<>();
        ServiceLoader.load(PortProvider.class, PortFactory.class.getClassLoader())
                .forEach(providers::add);
        providers.sort(Comparator.comparing(PortProvider::kind).reversed()); // tap, the default, comes first
        return List.copyOf(providers);
    }

    /** All kinds of port, for {@code --help}. */
    public static List<PortProvider> kinds() {
        return PROVIDERS;
    }

    /** How ports are written: {@code tap:NAME, ring:PATH or packet:INTERFACE}. */
    public static String forms() {
        final String all = PROVIDERS.stream().map(PortProvider::form).collect(Collectors.joining(", "));
        return all.replaceFirst(", (?=[a-z]+:[^:]*$)", " or ");
    }

    /**
     * Opens a port that checksums and segments, in software where it has to be.
     *
     * @param spec as given to {@code --port}
     * @throws PortException if there is no such port
     */
    public static PacketPort open(final String spec, final FramePool pool) {
        return SoftwareOffload.complete(openBare(spec, pool));
    }

    /**
     * Opens a port that checksums and segments, and treats the segments on its wire as {@code faults} say.
     *
     * @param clock for delays
     * @throws PortException if there is no such port
     */
    public static PacketPort open(
            final String spec, final FramePool pool, final FaultSpec faults, final NanoClock clock) {
        return SoftwareOffload.complete(new FaultPort(openBare(spec, pool), faults, clock));
    }

    /**
     * Opens a port as it is, with the capabilities that it has.
     *
     * @throws PortException if there is no such port
     */
    public static PacketPort openBare(final String spec, final FramePool pool) {
        final PortSpec parsed = PortSpec.parse(spec);
        final PortProvider provider = PROVIDERS.stream()
                .filter(candidate -> candidate.kind().equals(parsed.kind()))
                .findFirst()
                .orElseThrow(() -> new PortException(
                        "'" + spec + "' is no port: there is no kind '" + parsed.kind() + "'. A port is " + forms()));
        for (final String option : parsed.options().keySet()) {
            if (!provider.options().contains(option)) {
                throw new PortException("'" + spec + "': " + parsed.kind() + " has no option '" + option + "'. It is "
                        + provider.form());
            }
        }
        return provider.open(parsed.target(), parsed.options(), spec, pool);
    }
}
