package org.pno.cli;

import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** One listener or connection as {@code ss -tinp} writes it: a line, and for a connection what TCP knows below it. */
final class SocketLine {
    static final String HEADER =
            line("State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process");

    private static final long NO_THRESHOLD = -1;

    private final Map<String, Object> socket;

    /** @param socket as the DPU tells of it (docs/bridge.md) */
    SocketLine(final Map<String, Object> socket) {
        this.socket = socket;
    }

    @Override
    public String toString() {
        final String first =
                line(text("state"), text("recvQ"), text("sendQ"), endpoint("local"), endpoint("remote"), process());
        return socket.containsKey("cwndBytes") ? first + System.lineSeparator() + "\t " + details() : first;
    }

    private String details() {
        final StringJoiner words = new StringJoiner(" ");
        if (number("timestamps") != 0) {
            words.add("ts");
        }
        if (number("sack") != 0) {
            words.add("sack");
        }
        words.add(text("congestion"));
        words.add("wscale:" + text("sndWscale") + "," + text("rcvWscale"));
        words.add("rto:" + millis("rtoMicros"));
        words.add("rtt:" + millis("srttMicros") + "/" + millis("rttvarMicros"));
        words.add("mss:" + text("mssBytes"));
        words.add("cwnd:" + segments("cwndBytes"));
        if ((long) number("ssthreshBytes") != NO_THRESHOLD) {
            words.add("ssthresh:" + segments("ssthreshBytes"));
        }
        words.add("segs_out:" + text("segmentsOut"));
        words.add("segs_in:" + text("segmentsIn"));
        if (number("retransmits") != 0) {
            words.add("retrans:" + text("retransmits"));
        }
        words.add("snd_wnd:" + text("sndWndBytes"));
        words.add("rcv_wnd:" + text("rcvWndBytes"));
        return words.toString();
    }

    private String endpoint(final String name) {
        final long port = (long) number(name + "Port");
        return text(name) + ":" + (port == 0 ? "*" : port);
    }

    private String process() {
        return socket.containsKey("pid") ? "users:((\"" + text("program") + "\",pid=" + text("pid") + "))" : "";
    }

    /** ss(8) counts windows in segments. */
    private long segments(final String name) {
        return (long) (number(name) / Math.max(1, number("mssBytes")));
    }

    private String millis(final String name) {
        return String.format(Locale.ROOT, "%.3f", number(name) / 1_000).replaceFirst("\\.?0+$", "");
    }

    private String text(final String name) {
        final Object value = socket.get(name);
        return value instanceof Double number ? Long.toString(number.longValue()) : String.valueOf(value);
    }

    private double number(final String name) {
        return socket.get(name) instanceof Double number ? number : 0;
    }

    private static String line(
            final String state,
            final String receiveQueue,
            final String sendQueue,
            final String local,
            final String remote,
            final String process) {
        return "%-11s %-7s %-7s %22s %22s  %s"
                .formatted(state, receiveQueue, sendQueue, local, remote, process)
                .stripTrailing();
    }
}
