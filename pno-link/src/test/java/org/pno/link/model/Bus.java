package org.pno.link.model;

/**
 * The DPU's way to shared cells in a model: its own CPU's loads and stores, or DMA. A ticket is a fence on the former.
 */
enum Bus {
    MAPPED,
    DMA;

    Program write(final Program program, final int cell, final Instruction.Expression value) {
        return this == DMA ? program.dmaWrite(r -> cell, value) : program.store(cell, value);
    }

    Program write(final Program program, final int cell, final int value) {
        return write(program, cell, r -> value);
    }

    Program read(final Program program, final int register, final int cell) {
        return this == DMA ? program.dmaRead(register, cell) : program.load(register, cell);
    }

    /** Waits for the ticket of all that was posted. */
    Program ticket(final Program program) {
        return this == DMA ? program.dmaWait() : program.fence();
    }

    Program ticketUnless(final boolean mutant, final Program program) {
        return mutant ? program : ticket(program);
    }
}
