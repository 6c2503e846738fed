package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The socket calls that all address families share. */
final class Sockets {
    static final int SOL_SOCKET = 1;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;

    private static final LibcFunction SOCKET = LibcFunction.of("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final LibcFunction BIND = LibcFunction.of("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final LibcFunction GETSOCKOPT =
            LibcFunction.of("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final LibcFunction SETSOCKOPT =
            LibcFunction.of("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);

    private Sockets() {}

    /** A close-on-exec socket. */
    static int open(final int domain, final int type, final int protocol) {
        return (int) SystemCallException.check(
                SOCKET.call(domain, type | SOCK_CLOEXEC, protocol), "socket", domain, type, protocol);
    }

    /** @param what the address as a person writes it, for the message */
    static void bind(final int socket, final MemorySegment address, final int length, final String what) {
        SystemCallException.check(BIND.call(socket, address.address(), length), "bind", what);
    }

    /** An option's value, or a negative errno. For options that are never negative. */
    static int intOption(final int socket, final int level, final int option) {
        final Scratch scratch = Scratch.ofThread();
        scratch.intAt(0, 0);
        scratch.intAt(4, Integer.BYTES);
        final long value = scratch.argument();
        final long result = GETSOCKOPT.call(socket, level, option, value, value + 4);
        return result < 0 ? (int) result : scratch.intAt(0);
    }

    /** Fills {@code value} with an option's structure. */
    static void option(
            final int socket, final int level, final int option, final MemorySegment value, final String name) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            SystemCallException.check(
                    GETSOCKOPT.call(socket, level, option, value.address(), length.address()),
                    "getsockopt",
                    socket,
                    name);
        }
    }

    /** 0 or a negative errno. */
    static int setIntOption(final int socket, final int level, final int option, final int value) {
        final Scratch scratch = Scratch.ofThread();
        scratch.intAt(0, value);
        return (int) SETSOCKOPT.call(socket, level, option, scratch.argument(), Integer.BYTES);
    }

    /** Sets an option that is a structure. */
    static void setOption(
            final int socket, final int level, final int option, final MemorySegment value, final String name) {
        final int length = Math.toIntExact(value.byteSize());
        SystemCallException.check(
                SETSOCKOPT.call(socket, level, option, value.address(), length), "setsockopt", socket, name);
    }
}
