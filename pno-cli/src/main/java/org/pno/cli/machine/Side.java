package org.pno.cli.machine;

/** The two hosts of a lab: where the program runs, and where its clients and the DPU's wire end. */
public enum Side {
    HOST("10.78.0.1", "10.77.0.1"),
    PEER("10.78.0.2", "10.77.0.2");

    private final String kernelAddress;
    private final String offloadedAddress;

    Side(final String kernelAddress, final String offloadedAddress) {
        this.kernelAddress = kernelAddress;
        this.offloadedAddress = offloadedAddress;
    }

    /** Reached through the kernels of both sides. */
    public String kernelAddress() {
        return kernelAddress;
    }

    /** On the host: the DPU's address. On the peer: the kernel's, on the wire to the DPU. */
    public String offloadedAddress() {
        return offloadedAddress;
    }
}
