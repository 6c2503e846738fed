package org.pno.link.model;

/** One step of an agent's program. Cells are shared words; registers belong to the agent. */
sealed interface Instruction {
    /** A value or a cell number, computed from the agent's registers. */
    @FunctionalInterface
    interface Expression {
        int of(int[] registers);
    }

    /** A condition on the agent's registers. */
    @FunctionalInterface
    interface Condition {
        boolean holds(int[] registers);
    }

    /** Whether a store may overtake older ones on its way out of the store buffer. */
    enum Order {
        RELAXED,
        RELEASE
    }

    /** Into the agent's store buffer, which forwards to the agent's own loads. */
    record Store(Expression cell, Expression value, Order order) implements Instruction {}

    /** An acquire load: later steps of the agent come after it. */
    record Load(int register, Expression cell) implements Instruction {}

    /** Waits until the agent's store buffer is empty. */
    record Fence() implements Instruction {}

    /** Starts a DMA write, which takes effect at any time from now on. */
    record DmaWrite(Expression cell, Expression value) implements Instruction {}

    /** Starts a DMA read, which takes effect at any time from now on; its register is undefined until then. */
    record DmaRead(int register, Expression cell) implements Instruction {}

    /** Waits until all DMA operations of the agent have taken effect: their ticket is complete. */
    record DmaWait() implements Instruction {}

    /** Writes a bell (an eventfd): at once, past the store buffer, without flushing it. */
    record Ring(int cell) implements Instruction {}

    /** Blocks until a bell was rung. */
    record Sleep(int cell) implements Instruction {}

    /** Takes a bell back to silence: at once, without flushing the store buffer. */
    record Drain(int cell) implements Instruction {}

    /** Blocks until a cell is 0, then makes it 1: a lock, with a full fence. */
    record Lock(int cell) implements Instruction {}

    /** Changes the agent's registers. */
    record Compute(int register, Expression value) implements Instruction {}

    /** Goes on elsewhere if the condition holds. */
    record Branch(Condition condition, int target) implements Instruction {}

    /** Fails the whole model unless the condition holds. */
    record Assert(Condition condition, String what) implements Instruction {}

    /** The agent has done its work. */
    record End() implements Instruction {}
}
