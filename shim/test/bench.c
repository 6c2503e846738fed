/* What the shim costs: epoll_wait, read and write of one ready socket, in one thread. The fake DPU makes the connection
 * and is then stopped; this program writes its words instead, so that nothing but the shim is measured. What that and
 * the copying cost is measured by itself and taken off. Then what a call on a descriptor of the kernel's costs more
 * than libc's own. Prints a line for each, and fails above the budgets. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "channel.h"
#include "chunks.h"
#include "control.h"
#include "fdtable.h"
#include "libc.h"

#define ROUNDS 1000  /* so few that most runs are not interrupted, */
#define REPEATS 1000 /* and so many that some are not, on a machine that is busy with other things */
#define BUDGET_NS 250
#define KERNEL_CALLS 4      /* of which round trips on a kernel descriptor consist */
#define KERNEL_BUDGET_NS 10 /* for each of them */

static struct pno_file *file; /* of the accepted socket */
static struct pno_channel *channel;
static uint64_t events;
static int set, accepted, null;
static size_t payload;
static uint8_t bytes[65536];

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static void connect_pair(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    socklen_t length = sizeof(name);
    struct epoll_event event = {.events = EPOLLIN};
    inet_pton(AF_INET, "10.77.0.1", &name.sin_addr);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    set = epoll_create1(0);
    if (bind(listener, (struct sockaddr *)&name, sizeof(name)) < 0 || listen(listener, 1) < 0 ||
        getsockname(listener, (struct sockaddr *)&name, &length) < 0 ||
        connect(client, (struct sockaddr *)&name, sizeof(name)) < 0 ||
        (accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) < 0 ||
        epoll_ctl(set, EPOLL_CTL_ADD, accepted, &event) < 0)
        fail("no connection");
    file = pno_file_of(accepted);
    channel = &pno_channels[file->channel - 1];
}

/* One round trip with real bytes gives the record a receive chunk; then the DPU is stopped. */
static void warm_up(void)
{
    char path[128], text[16] = "";
    snprintf(path, sizeof(path), "%s.pid", pno_control_path());
    FILE *pid = fopen(path, "r");
    if (pid == NULL || fgets(text, sizeof(text), pid) == NULL || kill(atoi(text), SIGSTOP) < 0)
        fail(path);
    fclose(pid);
    for (uint32_t i = 0; i < PNO_ARENA_MAP_ENTRIES; i++)
        atomic_store(&file->record->rx_map[i], i);
    events = atomic_load(&channel->ev_head);
    atomic_store(&channel->gring->asleep, PNO_CHAN_ASLEEP_NOT);
}

/* The DPU's part: bytes have come, what was sent is acknowledged, submissions are taken, an event. */
static void play_dpu(void)
{
    struct pno_record *record = file->record;
    struct pno_gring *gring = channel->gring;
    uint64_t committed = atomic_load_explicit(&record->rx_read, memory_order_relaxed) + payload;
    atomic_store_explicit(&record->rx_committed, committed, memory_order_release);
    atomic_store_explicit(&record->tx_acked, atomic_load_explicit(&record->tx_written, memory_order_relaxed),
                          memory_order_release);
    atomic_store_explicit(&gring->sub_head, channel->sub_tail, memory_order_release);
    uint64_t lap = (events / PNO_CHAN_EVT_CAPACITY + 1) & 0xFFFF;
    atomic_store_explicit(&gring->evt[events++ % PNO_CHAN_EVT_CAPACITY],
                          pno_file_number(file) | (uint64_t)(file->generation & 0xFFFF) << PNO_EVT_GENERATION_SHIFT |
                              lap << PNO_EVT_LAP_SHIFT,
                          memory_order_release);
}

static void round_trip(void)
{
    struct epoll_event got;
    play_dpu();
    if (epoll_wait(set, &got, 1, -1) != 1 || read(accepted, bytes, payload) != (ssize_t)payload ||
        write(accepted, bytes, payload) != (ssize_t)payload)
        fail("round trip");
}

/* The same without the shim: the DPU's part, and the bytes copied in and out, through as many chunks. */
static void without_shim(void)
{
    struct pno_record *record = file->record;
    uint64_t read = atomic_load_explicit(&record->rx_read, memory_order_relaxed);
    uint64_t at = read % PNO_ARENA_CHUNK_BYTES;
    if (at + payload > PNO_ARENA_CHUNK_BYTES)
        at = 0;
    play_dpu();
    memcpy(bytes, pno_rx_chunk(read / PNO_ARENA_CHUNK_BYTES % PNO_ARENA_MAP_ENTRIES) + at, payload);
    __asm__ volatile("" ::: "memory");
    memcpy(pno_tx_chunk(0) + at, bytes, payload);
    atomic_store_explicit(&record->rx_read, atomic_load(&record->rx_read) + payload, memory_order_release);
}

/* Nanoseconds of one call, the best of some repeats: what disturbs only adds. */
static double measure(void (*what)(void))
{
    double best = 1e9;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        uint64_t start = pno_now();
        for (int i = 0; i < ROUNDS; i++)
            what();
        double ns = (double)(pno_now() - start) / ROUNDS;
        best = ns < best ? ns : best;
    }
    return best;
}

/* Calls that the kernel answers at once, so that little hides what is added to them. */
static void kernel_calls(void)
{
    if (read(null, bytes, 1) != 0 || write(null, bytes, 1) != 1 || read(null, bytes, 1) != 0 ||
        write(null, bytes, 1) != 1)
        fail("/dev/null");
}

static void kernel_calls_of_libc(void)
{
    if (libc_read(null, bytes, 1) != 0 || libc_write(null, bytes, 1) != 1 || libc_read(null, bytes, 1) != 0 ||
        libc_write(null, bytes, 1) != 1)
        fail("/dev/null");
}

static bool measure_kernel_calls(bool json)
{
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        fail("/dev/null");
    double with = measure(kernel_calls) / KERNEL_CALLS;
    double added = with - measure(kernel_calls_of_libc) / KERNEL_CALLS;
    bool kept = added <= KERNEL_BUDGET_NS;
    if (json)
        printf(",\n{\"name\":\"shim.kernelDescriptor\",\"bestNanos\":%.1f,\"beyondLibcNanos\":%.1f,"
               "\"verdict\":\"%s %d ns beyond libc's\"}",
               with, added, kept ? "within" : "EXCEEDED: may", KERNEL_BUDGET_NS);
    else
        printf("shim read or write of a kernel descriptor: %.0f ns, %.1f ns beyond libc's (budget %d ns)%s\n", with,
               added, KERNEL_BUDGET_NS, kept ? "" : " EXCEEDED");
    return kept;
}

int main(int count, char **arguments)
{
    static const size_t sizes[] = {1, 64, 1024, 4096};
    bool json = count > 1 && strcmp(arguments[1], "--json") == 0;
    int status = 0;
    connect_pair();
    warm_up();
    for (size_t i = 0; i < PNO_LENGTH(sizes); i++) {
        payload = sizes[i];
        double with = measure(round_trip);
        uint64_t tx_written = atomic_load(&file->record->tx_written);
        double without = measure(without_shim);
        events = atomic_load(&channel->ev_head);
        atomic_store(&file->record->tx_written, tx_written);
        bool kept = with - without <= BUDGET_NS;
        if (json)
            printf("%s{\"name\":\"shim.epollWaitReadWrite(%zu)\",\"bestNanos\":%.1f,\"beyondCopyNanos\":%.1f,"
                   "\"verdict\":\"%s %d ns beyond the copy\"}",
                   i == 0 ? "" : ",\n", payload, with, with - without, kept ? "within" : "EXCEEDED: may", BUDGET_NS);
        else
            printf("shim epoll_wait+read+write of %zu B: %.0f ns, %.0f ns beyond the copy (budget %d ns)%s\n", payload,
                   with, with - without, BUDGET_NS, kept ? "" : " EXCEEDED");
        status |= !kept;
    }
    return measure_kernel_calls(json) ? status : 1;
}
