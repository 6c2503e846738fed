package org.pno.tcp.congestion;

/** The congestion controls there are: how TCP_CONGESTION and ss(8) name each, and its number on the link. */
public enum CongestionAlgorithm {
    RENO(1, "reno", false, false),
    CUBIC(2, "cubic", false, false),
    DCTCP(3, "dctcp", true, false),
    BBR(4, "bbr", false, true);

    /** Number of no algorithm: the stack's default. */
    public static final int DEFAULT_CODE = 0;

    private static final CongestionAlgorithm[] ALL = values();

    private final int code;
    private final String label;
    private final boolean needsEcn;
    private final boolean controlsRate;

    CongestionAlgorithm(final int code, final String label, final boolean needsEcn, final boolean controlsRate) {
        this.code = code;
        this.label = label;
        this.needsEcn = needsEcn;
        this.controlsRate = controlsRate;
    }

    public int code() {
        return code;
    }

    /** The name that setsockopt(2) takes. */
    public String label() {
        return label;
    }

    /** It asks for ECN whatever the configuration says, as in Linux. */
    public boolean needsEcn() {
        return needsEcn;
    }

    public static boolean isCode(final int code) {
        return code >= DEFAULT_CODE && code <= ALL.length;
    }

    /** The algorithm with this number, or {@code fallback} for {@link #DEFAULT_CODE}. */
    public static CongestionAlgorithm of(final int code, final CongestionAlgorithm fallback) {
        return code == DEFAULT_CODE ? fallback : ALL[code - 1];
    }

    /** The algorithm of this name, or null. */
    public static CongestionAlgorithm named(final String name) {
        for (final CongestionAlgorithm algorithm : ALL) {
            if (algorithm.label.equals(name)) {
                return algorithm;
            }
        }
        return null;
    }

    /** It says how fast to send, and wants to know how fast the path delivers. */
    public boolean controlsRate() {
        return controlsRate;
    }

    /** A controller of this kind, to be started. */
    public CongestionControl make() {
        return switch (this) {
            case RENO -> new NewReno();
            case CUBIC -> new Cubic();
            case DCTCP -> new Dctcp();
            case BBR -> new Bbr();
        };
    }
}
