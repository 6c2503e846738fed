package org.pno.cli.machine;

/** The two hosts of a lab: where the program runs, and where its clients and the DPU's wire end. */
public enum Side {
    HOST(1),
    PEER(2);

    private final int host;

    Side(final int host) {
        this.host = host;
    }

    /** Reached through the kernels of both sides. */
    public String kernelAddress() {
        return "10.78.0." + host;
    }

    /** On the host: the DPU's address. On the peer: the kernel's, on the wire to the DPU. */
    public String offloadedAddress() {
        return "10.77.0." + host;
    }

    /** The IPv6 address beside {@link #kernelAddress()}. */
    public String kernelAddressIpv6() {
        return "fd78::" + host;
    }

    /** The IPv6 address beside {@link #offloadedAddress()}; a DPU has it if it is given it. */
    public String offloadedAddressIpv6() {
        return "fd77::" + host;
    }
}
