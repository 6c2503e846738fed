package org.pno.dpu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pno.link.bus.BusException;
import org.pno.link.bus.BusOpener;
import org.pno.link.bus.BusSpec;
import org.pno.port.FaultSpec;
import org.pno.port.PortException;
import org.pno.port.PortSpec;
import org.pno.tcp.FastOpen;
import org.pno.tcp.SynCookieMode;
import org.pno.tcp.congestion.CongestionAlgorithm;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;

/**
 * What can be set of a DPU: name, default, meaning. Every setter judges its value at once and names it when it refuses;
 * {@link #validate} judges what belongs together.
 */
public final class DpuConfiguration {
    private String port;
    private final List<IpPrefix> addresses = new ArrayList<>();
    private IpAddress gateway;
    private IpAddress gatewayIpv6;
    private String socketPath = ControlSocketPath.of(null);
    private FaultSpec faults;
    private Path captureFile;
    private Quotas quotas = Quotas.DEFAULT;
    private Spin spin = Spin.parse("auto");
    private int maxConnections = 65_536;
    private int frames = 1_024;
    private CongestionAlgorithm congestion = CongestionAlgorithm.CUBIC;
    private SynCookieMode synCookies = SynCookieMode.AUTO;
    private boolean pacing;
    private int fastOpen = FastOpen.CLIENT;
    private BusOpener bus = Buses.judge(Buses.DEFAULT);
    private RelaySettings relay;

    /** The packet port, {@code KIND:TARGET[,OPTION=VALUE]…}. Required. */
    public DpuConfiguration port(final String spec) {
        try {
            PortSpec.parse(spec);
        } catch (final PortException e) {
            throw new DpuException("--port " + spec + ": " + e.getMessage(), e);
        }
        port = spec;
        return this;
    }

    /** An address of the DPU's with the length of its network's prefix, such as {@code fd00::1/64}. One at least. */
    public DpuConfiguration address(final String prefix) {
        final IpPrefix parsed;
        try {
            parsed = IpPrefix.parse(prefix);
        } catch (final IllegalArgumentException e) {
            throw new DpuException("--ip " + prefix + ": not an address with a prefix length such as 10.77.0.1/24", e);
        }
        if (prefix.indexOf('/') < 0) {
            throw new DpuException("--ip " + prefix + ": say how long its network's prefix is, as in " + prefix
                    + (parsed.address().isIpv4() ? "/24" : "/64"));
        }
        addresses.add(parsed);
        return this;
    }

    /**
     * The way to everywhere else of its family, an address in the network of one of the own. None by default; for IPv6
     * routers make themselves known.
     */
    public DpuConfiguration gateway(final String address) {
        try {
            final IpAddress parsed = IpAddress.parse(address);
            if (parsed.isIpv4()) {
                gateway = parsed;
            } else {
                gatewayIpv6 = parsed;
            }
        } catch (final IllegalArgumentException e) {
            throw new DpuException("--gateway " + address + ": not an IP address such as 10.77.0.254", e);
        }
        return this;
    }

    /** Where the control socket stands; by default where {@link ControlSocketPath} says. */
    public DpuConfiguration socketPath(final String path) {
        socketPath = ControlSocketPath.of(path);
        return this;
    }

    /** Faults that the port makes on purpose, {@code loss=0.01,…}. None by default. */
    public DpuConfiguration faults(final String spec) {
        try {
            faults = FaultSpec.parse(spec);
        } catch (final PortException e) {
            throw new DpuException("--fault " + spec + ": " + e.getMessage(), e);
        }
        return this;
    }

    /** A file that all frames are written to from the start, pcapng. None by default. */
    public DpuConfiguration captureFile(final String path) {
        captureFile = Path.of(path);
        return this;
    }

    /** What each user may have; {@link Quotas#DEFAULT} by default. */
    public DpuConfiguration quotas(final Quotas perUser) {
        quotas = perUser;
        return this;
    }

    /** {@code auto} (the default), {@code off} or microseconds, see {@link Spin}. */
    public DpuConfiguration spin(final String text) {
        spin = Spin.parse(text);
        return this;
    }

    /** How the DPU reaches its hosts' memory, see {@link Buses}. */
    public DpuConfiguration bus(final String spec) {
        final BusSpec parsed = Buses.parse(spec);
        bus = Buses.judge(parsed);
        relay = relay(parsed);
        return this;
    }

    /** A bus of the caller's, whose hosts come by that relay. */
    DpuConfiguration bus(final BusOpener opener, final RelaySettings settings) {
        bus = opener;
        relay = settings;
        return this;
    }

    private static RelaySettings relay(final BusSpec spec) {
        try {
            return RelaySettings.of(spec);
        } catch (final BusException e) {
            throw new DpuException("--bus " + spec + ": " + e.getMessage(), e);
        }
    }

    /** Connections at one time, half-open ones included. */
    public DpuConfiguration maxConnections(final int connections) {
        if (connections < 1 || connections > 1 << 20) {
            throw new DpuException("--max-connections " + connections + ": must be from 1 to " + (1 << 20));
        }
        maxConnections = connections;
        return this;
    }

    /** Congestion control of sockets that choose none by TCP_CONGESTION. */
    public DpuConfiguration congestion(final String name) {
        final CongestionAlgorithm named = CongestionAlgorithm.named(name);
        if (named == null) {
            throw new DpuException("--congestion " + name + ": must be one of cubic, reno, dctcp, bbr");
        }
        congestion = named;
        return this;
    }

    /** When SYNs are answered and forgotten: {@code never}, {@code when-needed} (the default), {@code always}. */
    public DpuConfiguration synCookies(final String when) {
        synCookies = switch (when) {
            case "never" -> SynCookieMode.OFF;
            case "when-needed" -> SynCookieMode.AUTO;
            case "always" -> SynCookieMode.ALWAYS;
            default -> throw new DpuException("--syn-cookies " + when + ": must be one of never, when-needed, always");
        };
        return this;
    }

    /** Every connection sends at a rate; else those alone whose congestion control or SO_MAX_PACING_RATE says one. */
    public DpuConfiguration pacing(final boolean ofAll) {
        pacing = ofAll;
        return this;
    }

    /** TCP Fast Open, by the bits of Linux's tcp_fastopen, decimal or with 0x; 1, active opens only, by default. */
    public DpuConfiguration fastOpen(final String bits) {
        try {
            fastOpen = Integer.decode(bits);
        } catch (final NumberFormatException e) {
            throw new DpuException("--fast-open " + bits + ": not a number", e);
        }
        if ((fastOpen & ~FastOpen.ALL_BITS) != 0) {
            throw new DpuException("--fast-open " + bits
                    + ": must be a sum of 1 (active), 2 (passive), 4 (active without cookie), 0x200 (passive without"
                    + " cookie), 0x400 (listeners that do not ask, too)");
        }
        return this;
    }

    /** Frames of 64 KiB for the port and everything under way; memory that is never used costs nothing. */
    public DpuConfiguration frames(final int count) {
        if (count < 64 || count > 1 << 16) {
            throw new DpuException("--frames " + count + ": must be from 64 to " + (1 << 16));
        }
        frames = count;
        return this;
    }

    /** Judges what belongs together. */
    public DpuConfiguration validate() {
        if (port == null) {
            throw new DpuException("no port: say which with --port, for instance --port tap:pno0");
        }
        if (addresses.isEmpty()) {
            throw new DpuException("no address: say which with --ip, for instance --ip 10.77.0.1/24");
        }
        requireWayTo(gateway);
        if (gatewayIpv6 != null && !IpAddress.isLinkLocalIpv6(gatewayIpv6.hi())) {
            requireWayTo(gatewayIpv6);
        }
        return this;
    }

    private void requireWayTo(final IpAddress router) {
        if (router != null && addresses.stream().noneMatch(own -> own.contains(router.hi(), router.lo()))) {
            throw new DpuException(
                    "--gateway " + router + ": not in the network of " + addresses + ", so there is no way to it");
        }
    }

    public String port() {
        return port;
    }

    public List<IpPrefix> addresses() {
        return List.copyOf(addresses);
    }

    /** Null if there is none. */
    public IpAddress gateway() {
        return gateway;
    }

    /** Null if there is none. */
    public IpAddress gatewayIpv6() {
        return gatewayIpv6;
    }

    public String socketPath() {
        return socketPath;
    }

    /** Null if there are none. */
    public FaultSpec faults() {
        return faults;
    }

    /** Null if there is none. */
    public Path captureFile() {
        return captureFile;
    }

    public Quotas quotas() {
        return quotas;
    }

    public Spin spin() {
        return spin;
    }

    public int maxConnections() {
        return maxConnections;
    }

    public CongestionAlgorithm congestion() {
        return congestion;
    }

    public SynCookieMode synCookies() {
        return synCookies;
    }

    public boolean pacing() {
        return pacing;
    }

    public int fastOpen() {
        return fastOpen;
    }

    public BusOpener bus() {
        return bus;
    }

    /** Where hosts come that share no memory with us; null if none do. */
    public RelaySettings relay() {
        return relay;
    }

    public int frames() {
        return frames;
    }
}
