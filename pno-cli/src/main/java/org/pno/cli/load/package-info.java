/**
 * The lean load generator: clients of the common request/response protocols on our own engine, right on a packet port.
 * One thread, the engine's; nothing but ports and the stack is needed.
 */
package org.pno.cli.load;
