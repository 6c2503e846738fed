package org.pno.link.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Visits every state that a handful of agents can reach, breadth first, and reports the shortest way to one in which
 * nobody can move although somebody must (a lost wake-up), or in which a requirement does not hold.
 *
 * <p>What is modelled of memory: a store waits in its agent's buffer for any time; release stores leave after all older
 * ones, relaxed stores in any order; loads are acquire, so they stay in order, but pass buffered stores; a fence
 * empties the buffer. That is x86 when all stores are release, and ARM with ldar/stlr where it matters here. A DMA
 * operation takes effect at any time after it is started, in any order with all others.
 */
final class ModelChecker {
    private static final int MAX_STATES = 3_000_000;

    private final String[] cellNames;
    private final Program[] agents;
    private final Instruction[][] programs;

    private final Map<ModelState, Arrival> arrivals = new HashMap<>();
    /** Each step's words once: there are few of them and many arrivals. */
    private final Map<String, String> words = new HashMap<>();

    private final ArrayDeque<ModelState> open = new ArrayDeque<>();

    /** How a state was reached first. */
    private record Arrival(ModelState from, String step) {}

    /**
     * What the search found. {@code counterexample} is empty if all is well, else the steps that lead to the failure.
     */
    record Result(int states, List<String> counterexample) {
        boolean isSafe() {
            return counterexample.isEmpty();
        }

        @Override
        public String toString() {
            return states + " states\n" + String.join("\n", counterexample);
        }
    }

    ModelChecker(final String[] cellNames, final Program... agents) {
        this.cellNames = cellNames;
        this.agents = agents;
        this.programs = Arrays.stream(agents).map(Program::instructions).toArray(Instruction[][]::new);
    }

    Result check() {
        final ModelState start = new ModelState(cellNames.length, agents.length);
        arrivals.put(start, new Arrival(null, "start"));
        open.add(start);
        while (!open.isEmpty()) {
            final ModelState state = open.remove();
            final List<String> failure = expand(state);
            if (!failure.isEmpty()) {
                return new Result(arrivals.size(), failure);
            }
            if (arrivals.size() > MAX_STATES) {
                throw new IllegalStateException("more than " + MAX_STATES + " states: the model is too large to check");
            }
        }
        return new Result(arrivals.size(), List.of());
    }

    /** Puts a state's successors into the queue; returns a counterexample if it is a failure itself. */
    private List<String> expand(final ModelState state) {
        boolean moved = false;
        for (int agent = 0; agent < agents.length; agent++) {
            moved |= drainStores(state, agent);
            moved |= performDma(state, agent);
            final Instruction instruction = programs[agent][state.pc(agent)];
            if (instruction instanceof Instruction.Assert claim
                    && !claim.condition().holds(state.registers(agent))) {
                return trace(state, agents[agent].name() + " requires: " + claim.what());
            }
            moved |= run(state, agent, instruction);
        }
        return moved || allAtRest(state) ? List.of() : trace(state, "nobody can move: " + positions(state));
    }

    private boolean allAtRest(final ModelState state) {
        for (int agent = 0; agent < agents.length; agent++) {
            if (agents[agent].mustEnd() && !(programs[agent][state.pc(agent)] instanceof Instruction.End)) {
                return false;
            }
        }
        return true;
    }

    private boolean drainStores(final ModelState state, final int agent) {
        boolean moved = false;
        for (int index = 0; index < state.storeCount(agent); index++) {
            if (mayLeave(state, agent, index)) {
                final ModelState next = state.copy();
                final int cell = state.storeCell(agent, index);
                next.cell(cell, state.storeValue(agent, index));
                next.removeStore(agent, index);
                reach(next, state, agent, "visible: " + cellNames[cell] + " = " + state.storeValue(agent, index));
                moved = true;
            }
        }
        return moved;
    }

    private static boolean mayLeave(final ModelState state, final int agent, final int index) {
        if (state.storeIsRelease(agent, index)) {
            return index == 0;
        }
        for (int older = 0; older < index; older++) {
            if (state.storeCell(agent, older) == state.storeCell(agent, index)) {
                return false;
            }
        }
        return true;
    }

    private boolean performDma(final ModelState state, final int agent) {
        for (int index = 0; index < state.dmaCount(agent); index++) {
            final ModelState next = state.copy();
            final int cell = state.dmaCell(agent, index);
            final int operand = state.dmaOperand(agent, index);
            if (state.dmaIsRead(agent, index)) {
                next.register(agent, operand, state.cell(cell));
                next.removeDma(agent, index);
                reach(next, state, agent, "DMA reads " + cellNames[cell] + " = " + state.cell(cell));
            } else {
                next.cell(cell, operand);
                next.removeDma(agent, index);
                reach(next, state, agent, "DMA writes " + cellNames[cell] + " = " + operand);
            }
        }
        return state.dmaCount(agent) > 0;
    }

    /** Runs the agent's next instruction, if it is not blocked. */
    private boolean run(final ModelState state, final int agent, final Instruction instruction) {
        final int[] registers = state.registers(agent);
        final ModelState next = state.copy();
        next.pc(agent, state.pc(agent) + 1);
        final String step;
        switch (instruction) {
            case Instruction.Store store -> {
                if (state.storeCount(agent) == ModelState.BUFFERED) {
                    return false;
                }
                final int cell = store.cell().of(registers);
                final int value = store.value().of(registers);
                next.addStore(agent, cell, value, store.order() == Instruction.Order.RELEASE);
                step = "stores " + cellNames[cell] + " = " + value;
            }
            case Instruction.Load load -> {
                final int cell = load.cell().of(registers);
                final int value = valueSeenBy(state, agent, cell);
                next.register(agent, load.register(), value);
                step = "loads " + cellNames[cell] + " = " + value;
            }
            case Instruction.DmaWrite write -> {
                if (state.dmaCount(agent) == ModelState.UNDER_WAY) {
                    return false;
                }
                next.addDma(
                        agent, false, write.cell().of(registers), write.value().of(registers));
                step = "posts a write of " + cellNames[write.cell().of(registers)];
            }
            case Instruction.DmaRead read -> {
                if (state.dmaCount(agent) == ModelState.UNDER_WAY) {
                    return false;
                }
                next.addDma(agent, true, read.cell().of(registers), read.register());
                step = "posts a read of " + cellNames[read.cell().of(registers)];
            }
            default -> {
                step = runControl(state, next, agent, instruction);
            }
        }
        if (step == null) {
            return false;
        }
        reach(next, state, agent, step);
        return true;
    }

    /** Fences, bells, locks and branches; null if the agent is blocked. */
    private String runControl(
            final ModelState state, final ModelState next, final int agent, final Instruction instruction) {
        final int[] registers = state.registers(agent);
        return switch (instruction) {
            case Instruction.Fence fence -> state.storeCount(agent) == 0 ? "fences" : null;
            case Instruction.DmaWait wait -> state.dmaCount(agent) == 0 ? "sees its ticket complete" : null;
            case Instruction.Ring ring -> set(next, ring.cell(), 1, "rings " + cellNames[ring.cell()]);
            case Instruction.Sleep sleep ->
                state.cell(sleep.cell()) == 0 ? null : "wakes by " + cellNames[sleep.cell()];
            case Instruction.Drain drain -> set(next, drain.cell(), 0, "drains " + cellNames[drain.cell()]);
            case Instruction.Lock lock ->
                state.cell(lock.cell()) != 0 || state.storeCount(agent) > 0
                        ? null
                        : set(next, lock.cell(), 1, "locks " + cellNames[lock.cell()]);
            case Instruction.Compute compute -> {
                next.register(agent, compute.register(), compute.value().of(registers));
                yield "computes r" + compute.register() + " = "
                        + compute.value().of(registers);
            }
            case Instruction.Branch branch -> {
                if (branch.condition().holds(registers)) {
                    next.pc(agent, branch.target());
                }
                yield "branches";
            }
            case Instruction.Assert claim -> "requires " + claim.what();
            default -> null;
        };
    }

    private static String set(final ModelState next, final int cell, final int value, final String step) {
        next.cell(cell, value);
        return step;
    }

    private static int valueSeenBy(final ModelState state, final int agent, final int cell) {
        for (int index = state.storeCount(agent) - 1; index >= 0; index--) {
            if (state.storeCell(agent, index) == cell) {
                return state.storeValue(agent, index);
            }
        }
        return state.cell(cell);
    }

    private void reach(final ModelState next, final ModelState from, final int agent, final String step) {
        if (!arrivals.containsKey(next)) {
            final String arrival = agents[agent].name() + " " + step;
            arrivals.put(next, new Arrival(from, words.computeIfAbsent(arrival, text -> text)));
            open.add(next);
        }
    }

    private String positions(final ModelState state) {
        final StringBuilder text = new StringBuilder();
        for (int agent = 0; agent < agents.length; agent++) {
            final Instruction at = programs[agent][state.pc(agent)];
            text.append(agents[agent].name())
                    .append(" at ")
                    .append(at.getClass().getSimpleName())
                    .append("; ");
        }
        return text.toString();
    }

    private List<String> trace(final ModelState last, final String failure) {
        final ArrayList<String> steps = new ArrayList<>();
        steps.add(failure);
        for (Arrival arrival = arrivals.get(last); arrival.from() != null; arrival = arrivals.get(arrival.from())) {
            steps.add(arrival.step());
        }
        return steps.reversed();
    }
}
