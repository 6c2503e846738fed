package org.pno.cli.measure;

import org.pno.cli.machine.Side;

/** Whose TCP carries the host's connections. The peer's end is the kernel's, always. */
public enum Transport {
    KERNEL,
    PNO;

    /** Where a program on the host listens. */
    public String hostAddress() {
        return address(Side.HOST);
    }

    /** Of a side, on the way that this transport takes between the two. */
    public String address(final Side side) {
        return this == KERNEL ? side.kernelAddress() : side.offloadedAddress();
    }

    /** The same by IPv6. */
    public String addressIpv6(final Side side) {
        return this == KERNEL ? side.kernelAddressIpv6() : side.offloadedAddressIpv6();
    }
}
