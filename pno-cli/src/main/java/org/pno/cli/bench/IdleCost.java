package org.pno.cli.bench;

import java.util.Map;
import org.pno.cli.json.Json;
import org.pno.cli.measure.Footprint;

/**
 * What connections that do nothing cost on one route.
 *
 * @param memory that came with them
 * @param idle what was used and what changed while they did nothing
 * @param seconds that they did nothing
 */
public record IdleCost(int connections, Footprint memory, Footprint idle, double seconds) {
    private static final double MICROS_PER_SECOND = 1e6;

    public double programBytes() {
        return (double) memory.programBytes() / connections;
    }

    public double dpuBytes() {
        return (double) memory.dpuBytes() / connections;
    }

    public double kernelBytes() {
        return (double) memory.slabBytes() / connections;
    }

    /** For each connection: of the program, the DPU and the kernel together. */
    public double bytes() {
        return programBytes() + dpuBytes() + kernelBytes();
    }

    /** Of a core. */
    public double programShare() {
        return idle.programMicros() / MICROS_PER_SECOND / seconds;
    }

    /** Of a core. */
    public double dpuShare() {
        return idle.dpuMicros() / MICROS_PER_SECOND / seconds;
    }

    /** As a JSON object. */
    Map<String, Object> json() {
        return Json.object(
                "bytesPerConnection", bytes(),
                "programBytes", programBytes(),
                "dpuBytes", dpuBytes(),
                "kernelBytes", kernelBytes(),
                "programCpuShare", programShare(),
                "dpuCpuShare", dpuShare());
    }
}
