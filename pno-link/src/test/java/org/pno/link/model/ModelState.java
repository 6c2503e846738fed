package org.pno.link.model;

import java.util.Arrays;

/**
 * One state of a model, flat in a byte array so that states compare and hash by content, and millions of them fit:
 *
 * <pre>
 *   cells | per agent: pc, registers, stores buffered (count, then cell value order each), DMA under way (count, then
 *         |            kind cell value-or-register each)
 * </pre>
 */
final class ModelState {
    static final int REGISTERS = 6;
    static final int BUFFERED = 4;
    static final int UNDER_WAY = 4;
    static final int ENTRY = 3;

    private static final int PC = 0;
    private static final int REGISTER = PC + 1;
    private static final int STORE_COUNT = REGISTER + REGISTERS;
    private static final int STORES = STORE_COUNT + 1;
    private static final int DMA_COUNT = STORES + BUFFERED * ENTRY;
    private static final int DMA = DMA_COUNT + 1;
    private static final int AGENT_BYTES = DMA + UNDER_WAY * ENTRY;

    private final int cells;
    private final byte[] bytes;

    ModelState(final int cells, final int agents) {
        this.cells = cells;
        this.bytes = new byte[cells + agents * AGENT_BYTES];
    }

    private ModelState(final ModelState other) {
        cells = other.cells;
        bytes = other.bytes.clone();
    }

    ModelState copy() {
        return new ModelState(this);
    }

    int cell(final int cell) {
        return bytes[cell];
    }

    void cell(final int cell, final int value) {
        bytes[cell] = (byte) value;
    }

    private int agent(final int agent) {
        return cells + agent * AGENT_BYTES;
    }

    int pc(final int agent) {
        return bytes[agent(agent) + PC];
    }

    void pc(final int agent, final int pc) {
        bytes[agent(agent) + PC] = (byte) pc;
    }

    int[] registers(final int agent) {
        final int from = agent(agent) + REGISTER;
        final int[] registers = new int[REGISTERS];
        for (int register = 0; register < REGISTERS; register++) {
            registers[register] = bytes[from + register];
        }
        return registers;
    }

    void register(final int agent, final int register, final int value) {
        bytes[agent(agent) + REGISTER + register] = (byte) value;
    }

    int storeCount(final int agent) {
        return bytes[agent(agent) + STORE_COUNT];
    }

    int storeCell(final int agent, final int index) {
        return bytes[agent(agent) + STORES + index * ENTRY];
    }

    int storeValue(final int agent, final int index) {
        return bytes[agent(agent) + STORES + index * ENTRY + 1];
    }

    boolean storeIsRelease(final int agent, final int index) {
        return bytes[agent(agent) + STORES + index * ENTRY + 2] == 1;
    }

    void addStore(final int agent, final int cell, final int value, final boolean isRelease) {
        add(agent(agent) + STORE_COUNT, cell, value, isRelease ? 1 : 0);
    }

    void removeStore(final int agent, final int index) {
        remove(agent(agent) + STORE_COUNT, index);
    }

    int dmaCount(final int agent) {
        return bytes[agent(agent) + DMA_COUNT];
    }

    boolean dmaIsRead(final int agent, final int index) {
        return bytes[agent(agent) + DMA + index * ENTRY] == 1;
    }

    int dmaCell(final int agent, final int index) {
        return bytes[agent(agent) + DMA + index * ENTRY + 1];
    }

    int dmaOperand(final int agent, final int index) {
        return bytes[agent(agent) + DMA + index * ENTRY + 2];
    }

    void addDma(final int agent, final boolean isRead, final int cell, final int operand) {
        add(agent(agent) + DMA_COUNT, isRead ? 1 : 0, cell, operand);
    }

    void removeDma(final int agent, final int index) {
        remove(agent(agent) + DMA_COUNT, index);
    }

    private void add(final int countAt, final int first, final int second, final int third) {
        final int at = countAt + 1 + bytes[countAt] * ENTRY;
        bytes[at] = (byte) first;
        bytes[at + 1] = (byte) second;
        bytes[at + 2] = (byte) third;
        bytes[countAt]++;
    }

    /** Removes an entry and clears the slot that falls free, so that equal states are equal arrays. */
    private void remove(final int countAt, final int index) {
        final int count = bytes[countAt];
        final int from = countAt + 1 + (index + 1) * ENTRY;
        final int end = countAt + 1 + count * ENTRY;
        System.arraycopy(bytes, from, bytes, from - ENTRY, end - from);
        Arrays.fill(bytes, end - ENTRY, end, (byte) 0);
        bytes[countAt] = (byte) (count - 1);
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof ModelState state && Arrays.equals(bytes, state.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
