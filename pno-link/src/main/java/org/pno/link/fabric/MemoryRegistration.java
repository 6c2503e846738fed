package org.pno.link.fabric;

/** Memory that the provider knows. It must stay mapped until this is closed. */
final class MemoryRegistration extends Fid {
    MemoryRegistration(final long address) {
        super("memory registration", address);
    }

    /** What a peer must know to reach it. */
    long key() {
        return Pointers.wide(address() + FidDescriptor.MR_KEY_OFFSET);
    }

    /** What an operation of our own says that its local buffer is in it. */
    long description() {
        return Pointers.wide(address() + FidDescriptor.MR_MEM_DESC_OFFSET);
    }
}
