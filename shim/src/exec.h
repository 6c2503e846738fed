/* Before another program takes over. */
#ifndef PNO_EXEC_H
#define PNO_EXEC_H

/* Gives names to the connections whose numbers survive an exec. */
void pno_exec_prepare(void);

#endif
