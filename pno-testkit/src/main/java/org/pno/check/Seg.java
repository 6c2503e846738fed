package org.pno.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One segment of a script, to inject or to expect. Sequence numbers are told from each side's SYN: it has number 0, the
 * first byte 1. To inject, what is not said is filled in: the next sequence number, an ACK of all that came, a wide
 * window. To expect, what is not said is not looked at, but for flags (PSH apart) and the length, which is 0.
 */
public final class Seg {
    static final String LETTERS = "FSRPAUEC";
    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int URG = 32;

    final int flags;
    Long seq;
    Long ack;
    int length;
    Integer window;
    Integer mss;
    Integer windowScale;
    Boolean sackPermitted;
    Boolean timestamps;
    Long timestampValue;
    Long timestampEcho;
    Integer sourcePort;
    boolean badChecksum;
    boolean anyLength;
    boolean anyAck;
    int urgent;
    int ecn;
    byte[] rawOptions = {};
    final List<Long> sack = new ArrayList<>();
    /** What else an expected segment must be, each with words for it. */
    final List<Condition> conditions = new ArrayList<>();

    /** A predicate with words for it. */
    record Condition(String words, Predicate<Packet> holds) {}

    private Seg(final String letters) {
        int set = 0;
        for (int i = 0; i < letters.length(); i++) {
            final char letter = letters.charAt(i);
            final int bit = LETTERS.indexOf(letter);
            if (bit < 0) {
                throw new IllegalArgumentException("'" + letter + "' is no flag; they are " + LETTERS);
            }
            set |= 1 << bit;
        }
        flags = set;
    }

    /** A segment with these flags: letters of F, S, R, P, A, U, E (ECE), C (CWR). */
    public static Seg seg(final String flags) {
        return new Seg(flags);
    }

    /** A SYN that offers an MSS of 1460 and nothing else. */
    public static Seg syn() {
        return seg("S").seq(0).mss(1_460).window(65_535);
    }

    /** A SYN with all options: MSS, SACK, timestamps from 1000 on, scale 7. */
    public static Seg fullSyn() {
        return syn().sackPermitted().timestamp(1_000, 0).windowScale(7);
    }

    /** An ACK without data. */
    public static Seg pureAck(final long number) {
        return seg("A").ack(number);
    }

    /** Data of ours from this sequence number on. */
    public static Seg data(final long seq, final int length) {
        return seg("A").seq(seq).length(length);
    }

    public Seg seq(final long number) {
        seq = number;
        return this;
    }

    public Seg ack(final long number) {
        ack = number;
        return this;
    }

    public Seg length(final int bytes) {
        length = bytes;
        return this;
    }

    /** As it stands in the header, not scaled. */
    public Seg window(final int value) {
        window = value;
        return this;
    }

    public Seg mss(final int bytes) {
        mss = bytes;
        return this;
    }

    public Seg windowScale(final int shift) {
        windowScale = shift;
        return this;
    }

    public Seg sackPermitted() {
        sackPermitted = true;
        return this;
    }

    public Seg timestamp(final long value, final long echo) {
        timestamps = true;
        timestampValue = value;
        timestampEcho = echo;
        return this;
    }

    /** Injected: this value, and the latest of the stack's echoed. */
    public Seg timestamp(final long value) {
        timestamps = true;
        timestampValue = value;
        return this;
    }

    /** Expected: the option is there, and echoes this value. */
    public Seg echoes(final long value) {
        timestamps = true;
        timestampEcho = value;
        return this;
    }

    /** Injected: without the option in a connection that has it. Expected: the option is not there. */
    public Seg noTimestamp() {
        timestamps = false;
        return this;
    }

    /** Expected: no such option. */
    public Seg noSackPermitted() {
        sackPermitted = false;
        return this;
    }

    /** Edges: left, right, left, right. */
    public Seg sack(final long... edges) {
        for (final long edge : edges) {
            sack.add(edge);
        }
        return this;
    }

    public Seg noSack() {
        return that("has no SACK", packet -> packet.sack.length == 0);
    }

    public Seg noWindowScale() {
        return that("has no window scale", packet -> packet.windowScale < 0);
    }

    /** Injected: from another port than the script's. */
    public Seg from(final int port) {
        sourcePort = port;
        return this;
    }

    public Seg badChecksum() {
        badChecksum = true;
        return this;
    }

    /** The urgent pointer, with the flag U. */
    public Seg urgent(final int pointer) {
        urgent = pointer;
        return this;
    }

    /** Injected: the two ECN bits of the IP header, 3 for CE. */
    public Seg ecn(final int bits) {
        ecn = bits;
        return this;
    }

    /** Injected: these bytes as options, behind the others; padded with end-of-list. */
    public Seg options(final int... bytes) {
        rawOptions = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            rawOptions[i] = (byte) bytes[i];
        }
        return this;
    }

    /** Expected: the ACK flag may be set besides. */
    public Seg orAck() {
        anyAck = true;
        return this;
    }

    /** Expected: any length. */
    public Seg anyLength() {
        anyLength = true;
        return this;
    }

    /** Expected: PSH is set. */
    public Seg pushed() {
        return that("has PSH", packet -> (packet.flags & PSH) != 0);
    }

    /** Expected: something else holds. */
    public Seg that(final String words, final Predicate<Packet> holds) {
        conditions.add(new Condition(words, holds));
        return this;
    }

    /** Why this packet is not what is expected, or null if it is. */
    String mismatch(final Packet packet) {
        if (((flags ^ packet.flags) & ~PSH & ~(anyAck ? ACK : 0)) != 0) {
            return "flags";
        }
        if (differs(seq, packet.seq) || (flags & ACK) != 0 && differs(ack, packet.ack)) {
            return "number";
        }
        if (!anyLength && length != packet.length) {
            return "length";
        }
        if ((flags & URG) != 0 && urgent != packet.urgent) {
            return "urgent pointer " + packet.urgent;
        }
        if (window != null && window != packet.window) {
            return "window";
        }
        final String option = optionMismatch(packet);
        if (option != null) {
            return option;
        }
        for (final Condition condition : conditions) {
            if (!condition.holds().test(packet)) {
                return "it " + condition.words();
            }
        }
        return null;
    }

    private String optionMismatch(final Packet packet) {
        if (mss != null && mss != packet.mss) {
            return "MSS";
        }
        if (windowScale != null && windowScale != packet.windowScale) {
            return "window scale";
        }
        if (sackPermitted != null && sackPermitted != packet.sackPermitted) {
            return "SACK permitted";
        }
        if (timestamps != null && timestamps != packet.timestamps
                || differs(timestampValue, packet.timestampValue)
                || differs(timestampEcho, packet.timestampEcho)) {
            return "timestamps";
        }
        return sack.isEmpty() || sack.equals(packet.sackEdges()) ? null : "SACK";
    }

    private static boolean differs(final Long wanted, final long found) {
        return wanted != null && wanted != found;
    }

    /** The sequence number of a segment that was injected. */
    public long number() {
        return seq;
    }

    /** The ACK field of a segment that was injected. */
    public long acknowledgment() {
        return ack;
    }

    /** What it takes of the sequence space. */
    public int sequenceLength() {
        return length + (flags & FIN) + ((flags & SYN) != 0 ? 1 : 0);
    }

    static String letters(final int flags) {
        final StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < LETTERS.length(); bit++) {
            if ((flags & 1 << bit) != 0) {
                text.append(LETTERS.charAt(bit));
            }
        }
        return text.isEmpty() ? "." : text.toString();
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(letters(flags));
        append(text, "seq", seq);
        append(text, "ack", ack);
        text.append(anyLength ? " any length" : " len " + length);
        append(text, "win", window);
        append(text, "urgent", (flags & URG) == 0 ? null : urgent);
        append(text, "mss", mss);
        append(text, "wscale", windowScale);
        append(text, "sackPermitted", sackPermitted);
        append(text, "ts", timestamps);
        append(text, "tsval", timestampValue);
        append(text, "tsecr", timestampEcho);
        append(text, "sack", sack.isEmpty() ? null : sack);
        conditions.forEach(condition -> text.append(", ").append(condition.words()));
        return text.toString();
    }

    private static void append(final StringBuilder text, final String name, final Object value) {
        if (value != null) {
            text.append(' ').append(name).append(' ').append(value);
        }
    }
}
