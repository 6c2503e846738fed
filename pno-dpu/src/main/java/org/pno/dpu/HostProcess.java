package org.pno.dpu;

import org.pno.control.Attachments;
import org.pno.sys.PeerCredentials;

/** The process at the other end of a control connection. */
interface HostProcess {
    /** Of who speaks through a connection that was made for him: its end alone tells of his. */
    int UNKNOWN_PID = 0;

    /** Who it is, as its kernel says. */
    PeerCredentials peer();

    /** Its pid where we look it up in /proc, or {@link #UNKNOWN_PID}. */
    int visiblePid();

    /** Tells from now on that the process is gone, though its connection may live on in another. */
    void watch(Runnable onExit);

    /** Makes the bell by which it wakes us; a handle, to go with WELCOME. */
    int openBell(Runnable onRing);

    /** Makes a further connection of its user; a handle, to be passed on. */
    int openSpare(Attachments with);

    /** Ends its connection. */
    void disconnect();

    /** The connection has ended. */
    void end();
}
