package org.pno.tcp;

/**
 * Initial sequence numbers (RFC 6528) and timestamp offsets: functions of the flow that nobody without the secret can
 * guess, but that for one flow only go forward, so that a new connection is told from an old one's stray segments.
 */
final class InitialSequence {
    /** RFC 9293 3.4.1: a clock that ticks every 4 µs, or so. */
    private static final int TICK_SHIFT = 12;

    private final KeyedHash sequenceHash;
    private final KeyedHash timestampHash;

    InitialSequence(final KeyedHash secret) {
        sequenceHash = secret.derive(1);
        timestampHash = secret.derive(2);
    }

    /** RFC 6528 3: ISN = M + F(localip, localport, remoteip, remoteport, secretkey). */
    int initialSequence(final Flow flow, final long nowNs) {
        return (int) (nowNs >>> TICK_SHIFT) + (int) sequenceHash.ofFlow(flow);
    }

    /** RFC 7323 7.1: what to add to the clock of timestamps, so that it does not tell how long this machine is up. */
    int timestampOffset(final Flow flow) {
        return (int) timestampHash.ofFlow(flow);
    }
}
