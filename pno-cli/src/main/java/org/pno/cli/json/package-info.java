/** JSON (RFC 8259) as maps and lists: what the commands tell to programs, and what a DPU tells to them. */
package org.pno.cli.json;
