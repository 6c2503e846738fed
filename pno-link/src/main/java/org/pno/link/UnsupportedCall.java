package org.pno.link;

/**
 * What programs ask for in vain of sockets that are offloaded. The shim counts by these numbers, the DPU shows the
 * sentences; the C header has both.
 */
public enum UnsupportedCall {
    GETSOCKOPT(1, "getsockopt"),
    SETSOCKOPT(2, "setsockopt"),
    SETFL_ASYNC(3, "fcntl F_SETFL O_ASYNC"),
    SETOWN(4, "fcntl F_SETOWN or F_SETSIG"),
    FIOASYNC(5, "ioctl FIOASYNC"),
    IOCTL(6, "ioctl"),
    EPOLL_STRANGE(7, "an offloaded socket in an epoll set that was made behind our back"),
    CONNECT_ELSEWHERE(8, "connect to an address that is not offloaded, after one that is"),
    PREADV2_FLAGS(9, "preadv2 with flags"),
    PWRITEV2_FLAGS(10, "pwritev2 with flags"),
    SENDMSG_CONTROL(11, "sendmsg with control data"),
    IO_URING(12, "io_uring_setup"),
    SHUTDOWN_IN_HANDLER(13, "shutdown in a signal handler that interrupted a send on the same socket"),
    EPOLL_IN_HANDLER(14, "epoll_wait in a signal handler that interrupted a call on an offloaded socket"),
    POLL_IN_HANDLER(15, "poll in a signal handler that interrupted a call on an offloaded socket"),
    RECEIVE_IN_HANDLER(16, "receiving in a signal handler that interrupted a receive on the same socket"),
    SEND_IN_HANDLER(17, "sending in a signal handler that interrupted a send on the same socket");

    private static final UnsupportedCall[] CALLS = values();

    private final int number;
    private final String sentence;

    UnsupportedCall(final int number, final String sentence) {
        this.number = number;
        this.sentence = sentence;
    }

    public int number() {
        return number;
    }

    /** What was asked for. */
    public String sentence() {
        return sentence;
    }

    /** The call of a number; null if there is none, whatever the number is. */
    public static UnsupportedCall of(final int number) {
        return number < 1 || number > CALLS.length ? null : CALLS[number - 1];
    }
}
