package org.pno.ip;

import java.util.concurrent.TimeUnit;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.NdpOptions;

/**
 * The IPv6 addresses of one port and the ways from it (RFC 4861 5): what was configured, and what routers advertise:
 * on-link prefixes and default routers, each for its lifetime. Bounded. The neighbour on whose word it is learnt is
 * {@link RouterDiscovery}'s business; this is only the list. Small plain arrays: a look-up is a short loop.
 *
 * <p>Source addresses are RFC 6724's rules in small: to a link-local address from ours; to all others from the address
 * whose prefix fits best.
 */
public final class Ipv6Routes {
    /** No address of ours, answer of {@link #sourceFor} and {@link #index}. */
    public static final int NONE = -1;

    /** A lifetime that does not end. */
    static final long FOREVER = Long.MAX_VALUE;

    static final int MAX_ADDRESSES = 65;
    static final int MAX_PREFIXES = 16;
    static final int MAX_ROUTERS = 8;
    private static final int LINK_LOCAL_BITS = 64;
    private static final int INFINITE_SECONDS = -1;

    /** What RFC 4862 says of an address. */
    enum State {
        /** Being looked for elsewhere; only to be found out about. */
        TENTATIVE,
        /** In use. */
        PREFERRED,
        /** Another station has it: not used. */
        DUPLICATE
    }

    private final long[] addressHi = new long[MAX_ADDRESSES];
    private final long[] addressLo = new long[MAX_ADDRESSES];
    private final int[] addressBits = new int[MAX_ADDRESSES];
    private final State[] states = new State[MAX_ADDRESSES];
    private int addressCount;

    private final long[] prefixHi = new long[MAX_PREFIXES];
    private final long[] prefixLo = new long[MAX_PREFIXES];
    private final int[] prefixBits = new int[MAX_PREFIXES];
    private final long[] prefixUntilNs = new long[MAX_PREFIXES];
    private int prefixCount;

    private final long[] routerHi = new long[MAX_ROUTERS];
    private final long[] routerLo = new long[MAX_ROUTERS];
    private final long[] routerUntilNs = new long[MAX_ROUTERS];
    private int routerCount;

    Ipv6Routes() {}

    void addAddress(final IpPrefix address) {
        final IpAddress own = address.address();
        if (addressCount == MAX_ADDRESSES - 1) {
            throw new IllegalArgumentException(
                    address + " is more than the " + (MAX_ADDRESSES - 1) + " addresses of a port");
        }
        if (!IpAddress.isSingleHostIpv6(own.hi(), own.lo())) {
            throw new IllegalArgumentException(address + " cannot be a host's address");
        }
        add(own.hi(), own.lo(), address.length());
    }

    /** Adds the address that the MAC makes (RFC 4291 appendix A), unless a link-local one was configured. */
    void addLinkLocal(final long mac) {
        for (int i = 0; i < addressCount; i++) {
            if (IpAddress.isLinkLocalIpv6(addressHi[i])) {
                return;
            }
        }
        add(IpAddress.LINK_LOCAL_HI, IpAddress.eui64(mac), LINK_LOCAL_BITS);
    }

    private void add(final long hi, final long lo, final int bits) {
        addressHi[addressCount] = hi;
        addressLo[addressCount] = lo;
        addressBits[addressCount] = bits;
        states[addressCount] = State.TENTATIVE;
        addressCount++;
    }

    void addGateway(final IpAddress gateway) {
        final boolean reachable = IpAddress.isLinkLocalIpv6(gateway.hi()) || isAttached(gateway.hi(), gateway.lo());
        if (!reachable || index(gateway.hi(), gateway.lo()) != NONE) {
            throw new IllegalArgumentException(
                    "gateway " + gateway + " is in no network of ours; give us an address in the gateway's network");
        }
        learnRouter(gateway.hi(), gateway.lo(), FOREVER, 0);
    }

    int addressCount() {
        return addressCount;
    }

    long addressHi(final int index) {
        return addressHi[index];
    }

    long addressLo(final int index) {
        return addressLo[index];
    }

    State state(final int index) {
        return states[index];
    }

    void state(final int index, final State state) {
        states[index] = state;
    }

    /** ::1. */
    static final long LOOPBACK_HI = 0;

    static final long LOOPBACK_LO = 1;

    /** The number of an address of ours, whatever its state, or {@link #NONE}. */
    int index(final long hi, final long lo) {
        for (int i = 0; i < addressCount; i++) {
            if (addressLo[i] == lo && addressHi[i] == hi) {
                return i;
            }
        }
        return NONE;
    }

    /** True for an address of ours that is not another's as well. */
    boolean isLocal(final long hi, final long lo) {
        final int index = index(hi, lo);
        return index != NONE && states[index] != State.DUPLICATE;
    }

    /** True for an address of ours that may be spoken from and to. */
    boolean isUsable(final long hi, final long lo) {
        final int index = index(hi, lo);
        return index != NONE && states[index] == State.PREFERRED;
    }

    /** True for a multicast address that we listen to: all nodes, and what solicits one of ours (RFC 4291 2.8). */
    boolean isJoined(final long hi, final long lo) {
        if (hi != IpAddress.LINK_MULTICAST_HI) {
            return false;
        }
        boolean joined = lo == IpAddress.ALL_NODES_LO;
        for (int i = 0; i < addressCount && !joined; i++) {
            joined = IpAddress.solicitedNodeLo(addressLo[i]) == lo;
        }
        return joined;
    }

    /** True for an address in the network of one of ours. */
    private boolean isAttached(final long hi, final long lo) {
        for (int i = 0; i < addressCount; i++) {
            if (commonBits(addressHi[i] ^ hi, addressLo[i] ^ lo) >= addressBits[i]) {
                return true;
            }
        }
        return false;
    }

    /** True for an address that neighbours have: link-local, in the network of one of ours, or advertised as such. */
    boolean isOnLink(final long hi, final long lo, final long nowNs) {
        if (IpAddress.isLinkLocalIpv6(hi) || isAttached(hi, lo)) {
            return true;
        }
        for (int i = 0; i < prefixCount; i++) {
            if (isAlive(prefixUntilNs[i], nowNs) && commonBits(prefixHi[i] ^ hi, prefixLo[i] ^ lo) >= prefixBits[i]) {
                return true;
            }
        }
        return false;
    }

    private static int commonBits(final long differentHi, final long differentLo) {
        return differentHi != 0 ? Long.numberOfLeadingZeros(differentHi) : 64 + Long.numberOfLeadingZeros(differentLo);
    }

    private static boolean isAlive(final long untilNs, final long nowNs) {
        return untilNs == FOREVER || nowNs - untilNs < 0;
    }

    /**
     * The address to speak from, by RFC 6724 5: ourselves from the address spoken to (rule 1), the scope that fits
     * (rule 2), then the longest common prefix (rule 8), but no longer than our network's.
     *
     * @return its number, or {@link #NONE}; it may be tentative still
     */
    int sourceFor(final long hi, final long lo) {
        final boolean linkLocal = IpAddress.isLinkLocalIpv6(hi) || IpAddress.isMulticastIpv6(hi);
        int best = NONE;
        int bestBits = -1;
        for (int i = 0; i < addressCount; i++) {
            if (states[i] == State.DUPLICATE || IpAddress.isLinkLocalIpv6(addressHi[i]) != linkLocal) {
                continue;
            }
            final int common = commonBits(addressHi[i] ^ hi, addressLo[i] ^ lo);
            final int bits = common == 128 ? common : Math.min(common, addressBits[i]);
            if (bits > bestBits) {
                best = i;
                bestBits = bits;
            }
        }
        return best;
    }

    /** The prefix {@code index} of an advertisement is of the link (RFC 4861 6.3.4). Lifetime 0 ends it. */
    void learnPrefix(final NdpOptions options, final int index, final long nowNs) {
        final long hi = options.prefixHi(index);
        final long lo = options.prefixLo(index);
        final int bits = options.prefixLength(index);
        final int seconds = options.validSeconds(index);
        int at = 0;
        while (at < prefixCount && (prefixHi[at] != hi || prefixLo[at] != lo || prefixBits[at] != bits)) {
            at++;
        }
        if (at == prefixCount) {
            at = free(prefixUntilNs, prefixCount, nowNs);
            if (seconds == 0 || at == NONE) {
                return;
            }
            prefixCount = Math.max(prefixCount, at + 1);
        }
        prefixHi[at] = hi;
        prefixLo[at] = lo;
        prefixBits[at] = bits;
        prefixUntilNs[at] = seconds == INFINITE_SECONDS
                ? FOREVER
                : nowNs + TimeUnit.SECONDS.toNanos(Integer.toUnsignedLong(seconds));
    }

    /** A default router until then; one that ends at {@code nowNs} is none any more. */
    void learnRouter(final long hi, final long lo, final long untilNs, final long nowNs) {
        int at = 0;
        while (at < routerCount && (routerHi[at] != hi || routerLo[at] != lo)) {
            at++;
        }
        if (at == routerCount) {
            at = free(routerUntilNs, routerCount, nowNs);
            if (at == NONE || !isAlive(untilNs, nowNs)) {
                return;
            }
            routerCount = Math.max(routerCount, at + 1);
        } else if (routerUntilNs[at] == FOREVER) {
            return; // Configured: no advertisement takes it away.
        }
        routerHi[at] = hi;
        routerLo[at] = lo;
        routerUntilNs[at] = untilNs;
    }

    /** A place at the end or where one has expired, or NONE. */
    private static int free(final long[] untilNs, final int count, final long nowNs) {
        for (int i = 0; i < count; i++) {
            if (!isAlive(untilNs[i], nowNs)) {
                return i;
            }
        }
        return count == untilNs.length ? NONE : count;
    }

    /** Routers that are or were; ask {@link #isRouter} of each. */
    int routerCount() {
        return routerCount;
    }

    boolean isRouter(final int index, final long nowNs) {
        return isAlive(routerUntilNs[index], nowNs);
    }

    long routerHi(final int index) {
        return routerHi[index];
    }

    long routerLo(final int index) {
        return routerLo[index];
    }

    /** True if packets to there have a way. */
    boolean hasWay(final long hi, final long lo, final long nowNs) {
        if (isOnLink(hi, lo, nowNs)) {
            return true;
        }
        for (int i = 0; i < routerCount; i++) {
            if (isRouter(i, nowNs)) {
                return true;
            }
        }
        return false;
    }
}
