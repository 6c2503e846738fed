/* Descriptors in messages (SCM_RIGHTS). */
#ifndef PNO_PASS_H
#define PNO_PASS_H

#include <sys/socket.h>

/* Before a message is sent: our sockets in it get names. 0 or -errno: it must not be sent so. */
int pno_pass_out(const struct msghdr *message);

/* After a message has come: looks at the descriptors in it. */
void pno_pass_in(const struct msghdr *message);

#endif
