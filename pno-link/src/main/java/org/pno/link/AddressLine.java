package org.pno.link;

import static org.pno.link.RecordDescriptor.ADDRESS_FAMILY;
import static org.pno.link.RecordDescriptor.ADDRESS_LOCAL;
import static org.pno.link.RecordDescriptor.ADDRESS_LOCAL_PORT;
import static org.pno.link.RecordDescriptor.ADDRESS_REMOTE;
import static org.pno.link.RecordDescriptor.ADDRESS_REMOTE_PORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An address line of a record in private memory: the host's (what connect asked for) after it was read, or the DPU's
 * (what the connection has) before it is written. An address that was not given, 0/0, is the wildcard of either family.
 */
public final class AddressLine {
    public static final int BYTES = 64;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT;

    private MemorySegment segment;
    private long offset;

    public AddressLine wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    /** 4 or 6; anything else is the host's mistake, and the addresses mean nothing. */
    public int family() {
        return u16(ADDRESS_FAMILY);
    }

    public long localHi() {
        return AddressBytes.hi(segment, offset + ADDRESS_LOCAL, family());
    }

    /** 0 if the host leaves the choice to the stack, whatever the family. */
    public long localLo() {
        return lo(ADDRESS_LOCAL);
    }

    public int localPort() {
        return u16(ADDRESS_LOCAL_PORT);
    }

    public long remoteHi() {
        return AddressBytes.hi(segment, offset + ADDRESS_REMOTE, family());
    }

    public long remoteLo() {
        return lo(ADDRESS_REMOTE);
    }

    public int remotePort() {
        return u16(ADDRESS_REMOTE_PORT);
    }

    public AddressLine family(final int family) {
        segment.set(U16, offset + ADDRESS_FAMILY, (short) family);
        return this;
    }

    /** Sets the local end, in the family set before. */
    public AddressLine local(final long hi, final long lo, final int port) {
        AddressBytes.write(segment, offset + ADDRESS_LOCAL, family(), hi, lo);
        segment.set(U16, offset + ADDRESS_LOCAL_PORT, (short) port);
        return this;
    }

    /** Sets the remote end, in the family set before. */
    public AddressLine remote(final long hi, final long lo, final int port) {
        AddressBytes.write(segment, offset + ADDRESS_REMOTE, family(), hi, lo);
        segment.set(U16, offset + ADDRESS_REMOTE_PORT, (short) port);
        return this;
    }

    private long lo(final int address) {
        final long lo = AddressBytes.lo(segment, offset + address, family());
        return (int) lo == 0 && family() == AddressBytes.FAMILY_4 ? 0 : lo;
    }

    private int u16(final int field) {
        return Short.toUnsignedInt(segment.get(U16, offset + field));
    }
}
