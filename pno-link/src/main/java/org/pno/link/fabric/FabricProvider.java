package org.pno.link.fabric;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The fabrics that PnO speaks, by the names that users type, and what we know of each that it does not say itself. */
public enum FabricProvider {
    /** TCP connections of the kernel: works anywhere, across namespaces and machines. */
    TCP("tcp", "tcp;ofi_rxm", false, true),
    /** Two processes of one machine and one set of namespaces. */
    SHM("shm", "shm", true, false),
    /** RDMA hardware, BlueField's among it. */
    VERBS("verbs", "verbs;ofi_rxm", true, true);

    private final String userName;
    private final String libraryName;
    private final boolean hasWholeWords;
    private final boolean hasDescriptor;

    FabricProvider(
            final String userName, final String libraryName, final boolean hasWholeWords, final boolean hasDescriptor) {
        this.userName = userName;
        this.libraryName = libraryName;
        this.hasWholeWords = hasWholeWords;
        this.hasDescriptor = hasDescriptor;
    }

    /** The provider of a name, or empty. */
    public static Optional<FabricProvider> named(final String name) {
        return Arrays.stream(values())
                .filter(provider -> provider.userName.equals(name))
                .findFirst();
    }

    /** All names, for messages: {@code tcp, shm, verbs}. */
    public static String names() {
        return Arrays.stream(values()).map(provider -> provider.userName).collect(Collectors.joining(", "));
    }

    public String userName() {
        return userName;
    }

    /** What libfabric calls it. */
    String libraryName() {
        return libraryName;
    }

    /**
     * True if plain reads and writes move aligned words whole. Hardware does; {@code shm} copies with memcpy, within
     * one request, and that moves them whole on the machines we know. {@code tcp} copies bytes as they come out of a
     * socket, where a word may come in two parts: there words travel as atomic operations, which the target's library
     * carries out with one load or store each, once all of the request is there. (Not so over {@code shm}: of atomic
     * writes that are under way together, libfabric 1.17 loses some there.)
     */
    boolean hasWholeWords() {
        return hasWholeWords;
    }

    /** True if there is a descriptor to sleep on; else one must look again and again. */
    boolean hasDescriptor() {
        return hasDescriptor;
    }
}
