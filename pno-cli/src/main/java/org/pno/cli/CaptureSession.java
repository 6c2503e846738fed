package org.pno.cli;

import java.io.IOException;
import org.pno.link.CaptureGrant;
import org.pno.link.CaptureRequest;
import org.pno.link.ControlClient;
import org.pno.link.SealedMemory;
import org.pno.port.pcap.CaptureDescriptor;
import org.pno.port.pcap.CaptureReader;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;
import org.pno.sys.MemoryMapping;
import org.pno.sys.SystemCallException;

/**
 * A capture on a running DPU: takes its frames out of the ring as they come, sleeps while there are none, and ends when
 * it is told to, has enough, or the DPU has gone. One thread; {@link #stop} may be called from any.
 */
final class CaptureSession implements AutoCloseable {
    /** Where the frames go. */
    interface Sink {
        /** A frame, which the reader stands at. */
        void take(CaptureReader reader);

        /** No further frame is there now. False if nobody wants any more. */
        boolean flush();
    }

    private static final int BELL = 0;
    private static final int END = 1;

    private final CaptureGrant grant;
    private final MemoryMapping memory;
    private final CaptureReader reader;
    private final int stop = EventFd.create();
    private final Epoll epoll = new Epoll(4);
    private volatile boolean isEnding;
    private long delivered;

    /** @throws IOException if the DPU refuses */
    CaptureSession(final ControlClient dpu, final CaptureRequest request) throws IOException {
        grant = dpu.capture(request);
        memory = SealedMemory.map(grant.ring(), CaptureDescriptor.ringBytes(grant.capacity()));
        reader = new CaptureReader(memory.memory());
        epoll.add(grant.bell(), Epoll.EPOLLIN, BELL);
        epoll.add(stop, Epoll.EPOLLIN, END);
        epoll.add(dpu.descriptor(), Epoll.EPOLLIN, END); // It says nothing more there but that it ends.
    }

    /** Ends {@link #run} when nobody reads the pipe any more that this is; of what is no pipe nothing is learnt. */
    void endWith(final int pipe) {
        try {
            epoll.add(pipe, 0, END); // EPOLLERR comes unasked.
        } catch (final SystemCallException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
        }
    }

    CaptureReader reader() {
        return reader;
    }

    /** Frames that the sink has taken. */
    long delivered() {
        return delivered;
    }

    /** Takes frames until that many have come, or {@link #stop}, or the DPU ends. */
    void run(final long count, final Sink sink) {
        boolean isOver = false;
        while (!isOver) {
            isOver = isEnding; // Looked at first, so that what came before it is still taken.
            take(count, sink);
            isOver |= !sink.flush() || delivered >= count;
            if (!isOver && reader.arm() && sleep()) {
                isEnding = true;
            }
            reader.disarm();
            EventFd.drain(grant.bell());
        }
    }

    private void take(final long count, final Sink sink) {
        while (delivered < count && reader.next()) {
            sink.take(reader);
            reader.release();
            delivered++;
        }
    }

    /** True if the DPU has ended, or {@link #stop} was called. */
    private boolean sleep() {
        final int events = epoll.await(Epoll.FOREVER);
        for (int i = 0; i < events; i++) {
            if (epoll.data(i) == END) {
                return true;
            }
        }
        return false;
    }

    /** Ends {@link #run} soon. */
    void stop() {
        isEnding = true;
        EventFd.signal(stop);
    }

    /** The descriptor of {@link #stop} stays, since that may be called still; it ends with the process. */
    @Override
    public void close() {
        epoll.close();
        memory.close();
        Descriptors.close(grant.ring());
        Descriptors.close(grant.bell());
    }
}
