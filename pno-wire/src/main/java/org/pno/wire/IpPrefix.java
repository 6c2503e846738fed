package org.pno.wire;

/**
 * A block of addresses in CIDR notation, or an interface's address with its block's length. For an IPv4 block
 * {@code length} counts its 32 bits.
 *
 * @param address any address of the block
 * @param length leading bits that all its addresses share
 */
public record IpPrefix(IpAddress address, int length) {
    public IpPrefix {
        final int bits = address.isIpv4() ? 32 : 128;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(address + "/" + length + ": a prefix has 0 to " + bits + " bits");
        }
    }

    /** Reads {@code 10.77.0.1/24}; without a length, the block of that one address. */
    public static IpPrefix parse(final String text) {
        final int slash = text.indexOf('/');
        if (slash < 0) {
            final IpAddress address = IpAddress.parse(text);
            return new IpPrefix(address, address.isIpv4() ? 32 : 128);
        }
        try {
            final int length = Integer.parseInt(text, slash + 1, text.length(), 10);
            return new IpPrefix(IpAddress.parse(text.substring(0, slash)), length);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no prefix such as 10.77.0.0/16", e);
        }
    }

    /** True for an address of this block. */
    public boolean contains(final long hi, final long lo) {
        if (address.isIpv4() && !IpAddress.isIpv4(hi, lo)) {
            return false;
        }
        final int bits = address.isIpv4() ? 96 + length : length;
        return ((address.hi() ^ hi) & leadingOnes(bits)) == 0 && ((address.lo() ^ lo) & leadingOnes(bits - 64)) == 0;
    }

    /** The netmask of an IPv4 block. */
    public int ipv4Mask() {
        return (int) leadingOnes(32 + length);
    }

    /** The mask of {@code bits} leading ones, of 64; none if negative, all if more. */
    public static long leadingOnes(final int bits) {
        return bits <= 0 ? 0 : bits >= 64 ? -1L : -1L << (64 - bits);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
