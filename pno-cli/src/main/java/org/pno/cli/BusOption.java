package org.pno.cli;

import java.util.List;
import org.pno.cli.machine.UserError;
import org.pno.dpu.Buses;
import org.pno.dpu.DpuException;
import picocli.CommandLine.Option;

/** How the DPU reaches its hosts' memory. */
final class BusOption {
    @Option(
            names = "--bus",
            paramLabel = "BUS",
            defaultValue = Buses.DEFAULT,
            description = {
                "How the DPU reaches the hosts' memory: mapped, or pcie:PRESET, which is the same behind an emulated",
                "PCIe bus (bluefield2, bluefield3, or read=900ns,write=600ns and more); default: ${DEFAULT-VALUE}.",
            })
    private String text;

    String text() {
        return text;
    }

    /** What {@code pno dpu} is to be told, once it is sure that it will take it. */
    String[] dpuOptions() {
        try {
            Buses.judge(text);
        } catch (final DpuException e) {
            throw new UserError(e.getMessage(), e);
        }
        return List.of("--bus", text).toArray(String[]::new);
    }
}
