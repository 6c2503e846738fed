/* Words to the user. Silent unless PNO_LOG names a file, but for what ends or degrades the program's use of PnO. */
#ifndef PNO_LOG_H
#define PNO_LOG_H

/* Reads PNO_LOG. */
void pno_log_start(void);

/* A line in the log, where there is one. */
void pno_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line on standard error, and in the log. */
void pno_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
