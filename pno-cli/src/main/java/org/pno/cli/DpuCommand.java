package org.pno.cli;

import java.util.List;
import org.pno.cli.machine.UserError;
import org.pno.dpu.Dpu;
import org.pno.dpu.DpuConfiguration;
import org.pno.dpu.DpuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pno dpu}: the DPU in the foreground, until it is told to end by a signal or by its control socket. */
@Command(name = "dpu", description = "Is the DPU, in the foreground: runs TCP for the programs of pno run.")
final class DpuCommand implements Runnable {
    @Mixin
    private SocketOption socket;

    @Option(
            names = "--port",
            required = true,
            paramLabel = "KIND:TARGET",
            description = {
                "The wire: tap:NAME (a TAP device), packet:IFNAME (a network interface without an address),",
                "socket:PATH (frames over a UNIX datagram socket), ring:PATH (frames over shared memory).",
            })
    private String port;

    @Option(
            names = "--ip",
            required = true,
            paramLabel = "ADDRESS/PREFIX",
            description = "An address of the DPU's own with its network, such as 10.77.0.1/24 or fd00::1/64;"
                    + " may be given again.")
    private List<String> addresses;

    @Option(
            names = "--gateway",
            paramLabel = "ADDRESS",
            description = "The way to all other networks, one for IPv4 and one for IPv6.")
    private List<String> gateways = List.of();

    @Option(
            names = "--fault",
            paramLabel = "FAULTS",
            description = "Faults to make on purpose, such as loss=0.01,reorder=1%%,duplicate=0.01,seed=42;"
                    + " 'rx.' or 'tx.' before a name means that direction only.")
    private String faults;

    @Option(
            names = "--pcap",
            paramLabel = "FILE",
            description = "Write all frames to a file from the start, as pcapng; see also pno pcap.")
    private String captureFile;

    @Mixin
    private BusOption bus;

    @Option(
            names = "--spin",
            paramLabel = "auto|off|MICROS",
            description = "How long to look for work before sleeping: 'auto' is off with fewer than four CPUs.")
    private String spin;

    @Option(names = "--max-connections", paramLabel = "N", description = "At one time; default: 65536.")
    private Integer maxConnections;

    @Option(
            names = "--congestion",
            paramLabel = "NAME",
            description = "Congestion control of sockets that choose none: cubic, reno, dctcp or bbr; default: cubic.")
    private String congestion;

    @Option(
            names = "--syn-cookies",
            paramLabel = "WHEN",
            description = "Answer SYNs without remembering them: never, when-needed (too many are half open; the"
                    + " default) or always.")
    private String synCookies;

    @Option(
            names = "--pacing",
            description = "Send at a rate on every connection, not only where bbr or SO_MAX_PACING_RATE wants it.")
    private boolean pacing;

    @Option(
            names = "--fast-open",
            paramLabel = "BITS",
            description = {
                "TCP Fast Open, the sum of: 1 (programs may connect so; the default), 2 (listeners that ask for it),",
                "4 (connect without cookie), 0x200 (listen without cookie), 0x400 (all listeners).",
            })
    private String fastOpen;

    @Override
    public void run() {
        try {
            final Dpu dpu = new Dpu(configuration());
            Foreground.serve(dpu::run, dpu::stop, dpu::close);
        } catch (final DpuException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private DpuConfiguration configuration() {
        final DpuConfiguration configuration = new DpuConfiguration()
                .port(port)
                .socketPath(socket.path())
                .bus(bus.text())
                .pacing(pacing);
        addresses.forEach(configuration::address);
        gateways.forEach(configuration::gateway);
        if (faults != null) {
            configuration.faults(faults);
        }
        if (captureFile != null) {
            configuration.captureFile(captureFile);
        }
        if (spin != null) {
            configuration.spin(spin);
        }
        if (maxConnections != null) {
            configuration.maxConnections(maxConnections);
        }
        if (congestion != null) {
            configuration.congestion(congestion);
        }
        if (synCookies != null) {
            configuration.synCookies(synCookies);
        }
        if (fastOpen != null) {
            configuration.fastOpen(fastOpen);
        }
        return configuration;
    }
}
