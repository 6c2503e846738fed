package org.pno.relay;

/**
 * What stands for a descriptor that came with a message: what the host's kernel told of it, and the number by which the
 * DPU speaks of it.
 *
 * @param number of ARENA, FAMILY and BELL, which {@code pno host} keeps until it is told to drop them; else 0
 */
public record Thing(Kind kind, int number, long first, long second, long third, long fourth) {
    /** Kinds, in the order of their numbers on the wire, which begin at 1. */
    public enum Kind {
        ARENA,
        FAMILY,
        BELL,
        PLACEHOLDER,
        NAME;

        int code() {
            return ordinal() + 1;
        }

        /** Null if there is no such kind. */
        static Kind of(final int code) {
            return code < 1 || code > values().length ? null : values()[code - 1];
        }
    }

    /** An arena: its size, and where it is on the fabric. */
    public static Thing arena(final int number, final long bytes, final long key, final long base, final int endpoint) {
        return new Thing(Kind.ARENA, number, bytes, key, base, endpoint);
    }

    /** The memory of an arena's family, which the DPU never reads. */
    public static Thing family(final int number, final long bytes) {
        return new Thing(Kind.FAMILY, number, bytes, 0, 0, 0);
    }

    /** A channel's bell. */
    public static Thing bell(final int number) {
        return new Thing(Kind.BELL, number, 0, 0, 0, 0);
    }

    /** A kernel socket that holds a port; 128 bits of address in two longs, IPv4 as IPv4-mapped. */
    public static Thing placeholder(final long addressHi, final long addressLo, final int port, final long inode) {
        return new Thing(Kind.PLACEHOLDER, 0, addressHi, addressLo, port, inode);
    }

    /** What names a socket, or is shown as such a name. */
    public static Thing name(final long inode) {
        return new Thing(Kind.NAME, 0, inode, 0, 0, 0);
    }

    /** The size of an ARENA or a FAMILY. */
    public long bytes() {
        return first;
    }

    /** The memory key of an ARENA. */
    public long key() {
        return second;
    }

    /** The address of an ARENA's first byte on the fabric. */
    public long base() {
        return third;
    }

    /** The number of an ARENA's ENDPOINT. */
    public int endpoint() {
        return (int) fourth;
    }

    /** The inode of a PLACEHOLDER or a NAME. */
    public long inode() {
        return kind == Kind.PLACEHOLDER ? fourth : first;
    }
}
