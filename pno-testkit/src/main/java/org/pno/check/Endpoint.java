package org.pno.check;

/**
 * A TCP that scripts are played on: frames in and out, the socket calls, and time, real or not. Calls answer as Linux's
 * do: a result, or a negative errno; none of them waits. One thread.
 */
public interface Endpoint extends AutoCloseable {
    /** Address of the stack under test. */
    int ADDRESS = 0x0A4D0001;

    /** For messages. */
    String name();

    /** True for the kernel: real time. */
    boolean isLinux();

    /** The peer's address, which nobody else has. */
    int peerAddress();

    /** A port of the stack's that is free for this script. */
    int freePort();

    /** The present; only differences mean something. */
    long nowNs();

    /** Sets what holds for all sockets; before the first call and the first packet. */
    void knob(Knob knob, int value);

    /**
     * What stands between IPv6 header and segment of all packets that arrive from now on, its last byte to say what
     * follows being TCP's; only by IPv6.
     */
    void headers(int first, byte[] bytes);

    /** An IP packet arrives: of IPv4, which the endpoint turns into the family that it has. */
    void inject(byte[] packet);

    /**
     * The next IP packet that the stack sends to the peer, or null if none comes within that time. 0 asks for what is
     * due now.
     */
    Sent next(long waitNs);

    int socket();

    int listen(int socket, int port, int backlog);

    int accept(int listener);

    /** -EINPROGRESS if all is well. */
    int connect(int socket, int localPort, int peerPort);

    int setOption(int socket, Option option, int value);

    /** Writes this many bytes of the socket's pattern; fewer may be taken. */
    int write(int socket, int bytes);

    /** Reads up to this many bytes, and checks them against the peer's pattern. */
    int read(int socket, int bytes);

    /** Writes as {@link #write}, the last byte with MSG_OOB. */
    int writeUrgent(int socket, int bytes);

    /** Reads the urgent byte with MSG_OOB, and checks that it is the one at this position of the pattern. */
    int readUrgent(int socket, long position);

    /** SIOCATMARK. */
    int isAtMark(int socket);

    int shutdown(int socket);

    int close(int socket);

    /** Closes with RST. */
    int abort(int socket);

    /** SO_ERROR. */
    int error(int socket);

    /** The state's name in the spelling of ss(8), of a connection that may have no socket any more; UNCONN for none. */
    String state(int socket, int localPort, int peerPort);

    @Override
    void close();

    /** A packet that was sent, and when. Nobody changes it. */
    @SuppressWarnings("ArrayRecordComponent")
    record Sent(byte[] packet, long atNs) {}
}
