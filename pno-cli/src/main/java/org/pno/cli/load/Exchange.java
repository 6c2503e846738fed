package org.pno.cli.load;

/** A connection with requests under way: when each began, in the order in which answers come. */
final class Exchange extends Session {
    private final int index;
    private final int stride;
    private final long[] startNs;
    private long asked;
    private long answered;

    /**
     * One of many.
     *
     * @param index among them; its requests have the numbers index, index + stride …
     * @param pipeline requests under way at one time, at most
     */
    Exchange(
            final LoadEngine engine,
            final SessionHandler handler,
            final int sendBytes,
            final int index,
            final int stride,
            final int pipeline) {
        super(engine, handler, sendBytes, LoadEngine.receiveBytes());
        this.index = index;
        this.stride = stride;
        startNs = new long[pipeline];
    }

    /** The number of the next request; it began then. */
    long ask(final long beganNs) {
        startNs[(int) (asked % startNs.length)] = beganNs;
        return index + asked++ * stride;
    }

    /** The number of the request whose answer comes next. */
    long awaited() {
        return index + answered * stride;
    }

    /** The awaited answer has come. Returns when its request began. */
    long answered() {
        return startNs[(int) (answered++ % startNs.length)];
    }

    int underWay() {
        return (int) (asked - answered);
    }

    /** What was under way is lost with its connection. */
    void forgetUnderWay() {
        answered = asked;
    }
}
