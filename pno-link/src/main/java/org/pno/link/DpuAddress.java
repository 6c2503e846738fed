package org.pno.link;

/**
 * An address of the DPU as WELCOME tells it: what binds to it, or to its subnet's peers, is a candidate for offload.
 *
 * @param hi upper half, 0 for IPv4
 * @param lo lower half, IPv4 as IPv4-mapped
 * @param prefixLength bits of its subnet, counted in the address's own family
 */
public record DpuAddress(long hi, long lo, int prefixLength) {
    public DpuAddress {
        final int bits = AddressBytes.family(hi, lo) == AddressBytes.FAMILY_4 ? 32 : 128;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("prefix length " + prefixLength + ", allowed is 0 to " + bits);
        }
    }

    /** 4 or 6. */
    public int family() {
        return AddressBytes.family(hi, lo);
    }
}
