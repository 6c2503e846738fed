package org.pno.link.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The program of one agent, written step by step; branches name labels that may come later. */
final class Program {
    private final String name;
    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final Map<Integer, String> openBranches = new HashMap<>();
    private boolean mustEnd = true;

    Program(final String name) {
        this.name = name;
    }

    /** An agent that may rest for ever, such as a DPU without work. */
    Program mayRest() {
        mustEnd = false;
        return this;
    }

    Program label(final String label) {
        labels.put(label, instructions.size());
        return this;
    }

    Program store(final int cell, final int value) {
        return add(new Instruction.Store(r -> cell, r -> value, Instruction.Order.RELEASE));
    }

    Program store(final int cell, final Instruction.Expression value) {
        return add(new Instruction.Store(r -> cell, value, Instruction.Order.RELEASE));
    }

    Program storeRelaxed(final int cell, final int value) {
        return add(new Instruction.Store(r -> cell, r -> value, Instruction.Order.RELAXED));
    }

    Program load(final int register, final int cell) {
        return load(register, r -> cell);
    }

    Program load(final int register, final Instruction.Expression cell) {
        return add(new Instruction.Load(register, cell));
    }

    Program fence() {
        return add(new Instruction.Fence());
    }

    /** A step that a mutant leaves out. */
    Program fenceUnless(final boolean mutant) {
        return mutant ? this : fence();
    }

    Program dmaWrite(final int cell, final int value) {
        return dmaWrite(r -> cell, r -> value);
    }

    Program dmaWrite(final Instruction.Expression cell, final Instruction.Expression value) {
        return add(new Instruction.DmaWrite(cell, value));
    }

    Program dmaRead(final int register, final int cell) {
        return add(new Instruction.DmaRead(register, r -> cell));
    }

    Program dmaWait() {
        return add(new Instruction.DmaWait());
    }

    /** A ticket that a mutant does not wait for. */
    Program dmaWaitUnless(final boolean mutant) {
        return mutant ? this : dmaWait();
    }

    Program ring(final int bell) {
        return add(new Instruction.Ring(bell));
    }

    Program sleep(final int bell) {
        return add(new Instruction.Sleep(bell));
    }

    Program drain(final int bell) {
        return add(new Instruction.Drain(bell));
    }

    Program lock(final int cell) {
        return add(new Instruction.Lock(cell));
    }

    Program unlock(final int cell) {
        return store(cell, 0);
    }

    Program compute(final int register, final Instruction.Expression value) {
        return add(new Instruction.Compute(register, value));
    }

    Program branchIf(final Instruction.Condition condition, final String label) {
        openBranches.put(instructions.size(), label);
        return add(new Instruction.Branch(condition, -1));
    }

    Program goTo(final String label) {
        return branchIf(r -> true, label);
    }

    Program require(final Instruction.Condition condition, final String what) {
        return add(new Instruction.Assert(condition, what));
    }

    Program end() {
        return add(new Instruction.End());
    }

    private Program add(final Instruction instruction) {
        instructions.add(instruction);
        return this;
    }

    String name() {
        return name;
    }

    boolean mustEnd() {
        return mustEnd;
    }

    /** The finished program, its branches resolved. */
    Instruction[] instructions() {
        openBranches.forEach((at, label) -> {
            if (!labels.containsKey(label)) {
                throw new IllegalStateException(name + " branches to " + label + ", which is not there");
            }
            final Instruction.Branch branch = (Instruction.Branch) instructions.get(at);
            instructions.set(at, new Instruction.Branch(branch.condition(), labels.get(label)));
        });
        return instructions.toArray(Instruction[]::new);
    }
}
