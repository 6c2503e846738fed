/**
 * An emulated PCIe bus: host memory on the same machine, behind a DMA engine that takes the time, the room and the
 * order of an off-path SmartNIC's. {@code docs/bus.md} says where the figures come from.
 */
package org.pno.link.pcie;
