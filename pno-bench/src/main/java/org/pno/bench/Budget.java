package org.pno.bench;

import java.util.Locale;
import java.util.Map;

/**
 * What a benchmark may cost at most: nanoseconds, generous against a slow or shared machine, so that only growth of the
 * wrong order fails; and not one byte of allocation, which no machine excuses.
 */
final class Budget {
    static final String EXCEEDED = "EXCEEDED";

    /** JMH counts its own few bytes per iteration; a real allocation is 8 per call at least. */
    private static final double MOST_BYTES = 0.5;

    private static final Map<String, Integer> MOST_NS = Map.ofEntries(
            Map.entry("Checksum.sum(20)", 40),
            Map.entry("Checksum.sum(1460)", 200),
            Map.entry("Checksum.sum(65160)", 8_000),
            Map.entry("TcpHeader.readSegment", 100),
            Map.entry("TcpHeader.readSyn", 400),
            Map.entry("TcpHeader.writeSegment", 150),
            Map.entry("TimerWheel.rearmAndPoll(100)", 60),
            Map.entry("TimerWheel.rearmAndPoll(100000)", 300),
            Map.entry("TimerWheel.scheduleAndCancel(100)", 60),
            Map.entry("TimerWheel.scheduleAndCancel(100000)", 150),
            Map.entry("TimerWheel.pollNothingDue(100)", 20),
            Map.entry("TimerWheel.pollNothingDue(100000)", 20),
            Map.entry("IpLayer.receive", 200),
            Map.entry("IpLayer.send", 250),
            Map.entry("Engine.requestResponse", 1_000),
            Map.entry("Engine.bulk", 2_000),
            Map.entry("Ring.one", 500),
            Map.entry("Ring.batched", 100));

    private Budget() {}

    /** One phrase; it starts with EXCEEDED if the result is too high. */
    static String judge(final String benchmark, final double ns, final double bytes) {
        if (bytes > MOST_BYTES) {
            return String.format(Locale.ROOT, "%s: allocates %.1f bytes, may none", EXCEEDED, bytes);
        }
        final Integer most = MOST_NS.get(benchmark);
        if (most == null) {
            return "no budget";
        }
        return (ns > most ? EXCEEDED + ": may " : "within ") + most + " ns";
    }
}
