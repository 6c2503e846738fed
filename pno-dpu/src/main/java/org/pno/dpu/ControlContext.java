package org.pno.dpu;

import java.util.List;
import org.pno.bridge.Bridge;
import org.pno.link.DpuAddress;
import org.pno.observe.DpuViews;

/**
 * What control connections need of the DPU.
 *
 * @param sessions those that there are; each puts itself in and out
 * @param stop ends the DPU's loop
 */
record ControlContext(
        Bridge bridge,
        List<ClientSession> sessions,
        Captures captures,
        List<DpuAddress> addresses,
        long epoch,
        DpuViews views,
        Runnable stop) {}
