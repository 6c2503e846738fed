package org.pno.link;

/** What a host hands over so that its memory can be reached; each kind of {@link HostMemory} takes one kind of it. */
public sealed interface RegionSource {
    /** The region's size. */
    long bytes();

    /**
     * Memory of this machine.
     *
     * @param descriptor a sealed memfd; who takes it keeps a mapping or a duplicate, not the descriptor itself
     */
    record Local(int descriptor, long bytes) implements RegionSource {}

    /**
     * Memory that a host elsewhere has registered with a fabric.
     *
     * @param address its endpoint's name, in the provider's own form, as hexadecimal digits
     * @param key what a peer must know to reach it; whoever knows it can read and write all of it
     * @param base where the region's first byte stands in the provider's address space
     */
    record Remote(String address, long key, long base, long bytes) implements RegionSource {
        @Override
        public String toString() {
            return "memory of " + bytes + " bytes at fabric address " + address; // The key is nobody's business.
        }
    }
}
