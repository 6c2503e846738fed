/* Parts of the shim by themselves, without a DPU. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include "address.h"
#include "bitmap.h"
#include "check.h"
#include "chunks.h"
#include "control.h"
#include "file.h"
#include "lock.h"
#include "options.h"
#include "records.h"
#include "rules.h"
#include "stream.h"

/* --- bitmap --- */

TEST(shouldHandOutEachNumberOnce)
{
    static struct pno_bitmap bitmap;
    static _Atomic uint64_t words[PNO_BITMAP_WORDS(130)];
    for (uint32_t i = 0; i < 130; i++)
        CHECK_EQ(pno_bitmap_take(&bitmap, words, 130), i);
    CHECK_EQ(pno_bitmap_take(&bitmap, words, 130), PNO_NO_NUMBER);
}

TEST(shouldPreferTheLowestNumberGivenBack)
{
    static struct pno_bitmap bitmap;
    static _Atomic uint64_t words[PNO_BITMAP_WORDS(200)];
    for (uint32_t i = 0; i < 200; i++)
        pno_bitmap_take(&bitmap, words, 200);
    pno_bitmap_give(&bitmap, words, 150);
    pno_bitmap_give(&bitmap, words, 7);
    CHECK_EQ(pno_bitmap_take(&bitmap, words, 200), 7);
    CHECK_EQ(pno_bitmap_take(&bitmap, words, 200), 150);
    CHECK_EQ(atomic_load(&bitmap.taken), 200);
}

/* --- locks --- */

static struct pno_lock shared_lock;
static long counted;

static void *count_up(void *unused)
{
    for (int i = 0; i < 20000; i++) {
        pno_lock_take(&shared_lock);
        counted++;
        pno_lock_give(&shared_lock);
    }
    return unused;
}

TEST(shouldExcludeOtherThreads)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, count_up, NULL), 0);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(counted, 80000);
}

TEST(shouldTellAThreadThatItHoldsTheLockItself)
{
    struct pno_lock lock = {0};
    CHECK(pno_lock_take(&lock));
    CHECK(!pno_lock_take(&lock));
    CHECK_EQ(pno_self.held, 1);
    pno_lock_give(&lock);
    CHECK_EQ(pno_self.held, 0);
}

TEST(shouldTakeALockFromAProcessThatDiedWithIt)
{
    struct pno_lock lock = {0};
    signal(SIGCHLD, SIG_IGN); /* children are reaped at once */
    pid_t child = fork();
    if (child == 0)
        pause();
    atomic_store(&lock.owner, (uint32_t)child);
    CHECK_EQ(kill(child, SIGKILL), 0);
    CHECK(pno_lock_take(&lock));
}

/* --- streams: the transmit side's chunks stand in for the receive side's --- */

static struct pno_record *record;
static struct pno_socket *sock;

static void take_record(void)
{
    struct pno_options options;
    pno_options_reset(&options);
    int memory[2];
    CHECK_EQ(pno_arena_create(memory), 0);
    uint32_t number = pno_record_take(0, &options);
    CHECK_EQ(number, 0);
    record = &pno_arena.records[number];
    sock = &pno_arena.family->sockets[number];
}

/* Reads back what was written, through the transmit map. */
static void check_written(uint64_t position, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint64_t at = position + i;
        uint32_t chunk = atomic_load(&record->tx_map[(at >> PNO_ARENA_CHUNK_SHIFT) % PNO_ARENA_MAP_ENTRIES]);
        CHECK(has_pattern(pno_tx_chunk(chunk) + at % PNO_ARENA_CHUNK_BYTES, 1, at));
    }
}

static void write_pattern(uint64_t position, size_t length)
{
    uint8_t *bytes = malloc(length);
    fill_pattern(bytes, length, position);
    CHECK_EQ(pno_stream_write(record, sock, position, bytes, length), length);
    free(bytes);
}

TEST(shouldWriteAcrossChunks)
{
    take_record();
    write_pattern(0, 10);
    write_pattern(10, 3 * PNO_ARENA_CHUNK_BYTES);
    check_written(0, 10 + 3 * PNO_ARENA_CHUNK_BYTES);
    CHECK_EQ(pno_chunks_taken(), 4);
}

TEST(shouldWrapAroundTheMap)
{
    take_record();
    const uint64_t step = PNO_ARENA_CHUNK_BYTES * 3 / 2;
    for (uint64_t position = 0; position < 4ULL * PNO_ARENA_MAP_ENTRIES * PNO_ARENA_CHUNK_BYTES; position += step) {
        write_pattern(position, step);
        check_written(position, step);
        pno_stream_trim(record, sock, position + step);
        CHECK(pno_chunks_taken() <= 1);
    }
}

TEST(shouldFillTheWholeStream)
{
    take_record();
    uint64_t position = 5000;
    for (uint64_t done = 0; done < PNO_ARENA_STREAM_BYTES; done += PNO_ARENA_CHUNK_BYTES)
        write_pattern(position + done, PNO_ARENA_CHUNK_BYTES);
    check_written(position, PNO_ARENA_STREAM_BYTES);
    CHECK_EQ(pno_chunks_taken(), PNO_ARENA_MAP_ENTRIES);
}

TEST(shouldGiveBackOnlyChunksThatAreAcknowledgedToTheirEnd)
{
    take_record();
    write_pattern(0, 2 * PNO_ARENA_CHUNK_BYTES + 1);
    pno_stream_trim(record, sock, PNO_ARENA_CHUNK_BYTES - 1);
    CHECK_EQ(pno_chunks_taken(), 3);
    pno_stream_trim(record, sock, PNO_ARENA_CHUNK_BYTES);
    CHECK_EQ(pno_chunks_taken(), 2);
    pno_stream_trim(record, sock, 2 * PNO_ARENA_CHUNK_BYTES + 1);
    CHECK_EQ(pno_chunks_taken(), 1);
    pno_stream_drop(record, sock);
    CHECK_EQ(pno_chunks_taken(), 0);
}

TEST(shouldGoOnInAFreshChunkAfterADrop)
{
    take_record();
    write_pattern(0, 100);
    pno_stream_drop(record, sock);
    write_pattern(100, PNO_ARENA_CHUNK_BYTES);
    check_written(100, PNO_ARENA_CHUNK_BYTES);
    CHECK_EQ(pno_chunks_taken(), 2);
}

TEST(shouldNameTheChunkOfTheLastByte)
{
    take_record();
    CHECK_EQ(pno_stream_last_chunk(record, sock, 0), PNO_REC_NO_CHUNK);
    write_pattern(0, PNO_ARENA_CHUNK_BYTES);
    CHECK_EQ(pno_stream_last_chunk(record, sock, PNO_ARENA_CHUNK_BYTES), atomic_load(&record->tx_map[0]));
    write_pattern(PNO_ARENA_CHUNK_BYTES, 1);
    CHECK_EQ(pno_stream_last_chunk(record, sock, PNO_ARENA_CHUNK_BYTES + 1), atomic_load(&record->tx_map[1]));
}

TEST(shouldStopWhenThePoolIsEmpty)
{
    uint8_t bytes[100] = {0};
    take_record();
    while (pno_chunk_take() != PNO_REC_NO_CHUNK)
        ;
    CHECK_EQ(pno_stream_write(record, sock, 0, bytes, sizeof(bytes)), 0);
}

TEST(shouldRefuseAMapEntryOutsideThePool)
{
    uint8_t byte;
    take_record();
    atomic_store(&record->rx_map[0], PNO_RX_CHUNK_COUNT);
    CHECK(!pno_stream_read(record, 0, &byte, 1));
}

/* --- records --- */

static void set_status(uint32_t state, uint32_t generation)
{
    atomic_store(&record->status, state | (uint64_t)generation << PNO_STATUS_GENERATION_SHIFT);
}

TEST(shouldReclaimARecordOnlyWhenTheDpuSaysSo)
{
    take_record();
    uint32_t generation = pno_record_generation(record);
    write_pattern(0, 100);
    CHECK(!pno_record_reclaim(0));
    set_status(PNO_STATUS_ESTABLISHED, generation);
    CHECK(!pno_record_reclaim(0));
    set_status(PNO_STATUS_FREE, generation - 1);
    CHECK(!pno_record_reclaim(0));
    set_status(PNO_STATUS_FREE, generation);
    CHECK(pno_record_reclaim(0));
    CHECK(!pno_record_reclaim(0));
    CHECK_EQ(pno_chunks_taken(), 0);
}

TEST(shouldTakeARecordUnderANewGeneration)
{
    struct pno_options options;
    take_record();
    uint32_t generation = pno_record_generation(record);
    set_status(PNO_STATUS_FREE, generation);
    CHECK(pno_record_reclaim(0));
    pno_options_reset(&options);
    CHECK_EQ(pno_record_take(3, &options), 0);
    CHECK_EQ(pno_record_generation(record), generation + 1);
    CHECK_EQ((uint32_t)atomic_load(&record->channel_and_generation), 3);
}

TEST(shouldGiveBackChunksOfADrainedStream)
{
    take_record();
    write_pattern(0, 100);
    atomic_store(&record->tx_written, 100);
    set_status(PNO_STATUS_ESTABLISHED, pno_record_generation(record));
    pno_records_tidy(PNO_TIDY_IDLE);
    CHECK_EQ(pno_chunks_taken(), 1);
    atomic_store(&record->tx_acked, 100);
    pno_records_tidy(PNO_TIDY_IDLE);
    CHECK_EQ(pno_chunks_taken(), 0);
}

/* --- rules --- */

static struct pno_endpoint endpoint(const char *text, uint16_t port)
{
    struct pno_endpoint point;
    struct sockaddr_in name = name_of(&(struct stack){"", text}, port);
    CHECK(pno_address_parse((struct sockaddr *)&name, sizeof(name), &point));
    return point;
}

static bool connects(const char *address, uint16_t port)
{
    struct pno_endpoint to = endpoint(address, port);
    return pno_rules_connect(&to);
}

static bool listens(const char *address, uint16_t port)
{
    struct pno_endpoint at = endpoint(address, port);
    return pno_rules_listen(&at, false);
}

static void set_variable(const char *name, const char *value)
{
    if (value != NULL)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void exclude(const char *rules, const char *excluded)
{
    char why[512] = "";
    static const struct pno_dpu_address own = {.family = 4, .prefix = 24, .bytes = {10, 77, 0, 1}};
    pno_control.addresses[0] = own;
    pno_control.address_count = 1;
    set_variable("PNO_OFFLOAD", rules);
    set_variable("PNO_EXCLUDE", excluded);
    if (!pno_rules_start(why, sizeof(why)))
        check_failed(__FILE__, __LINE__, "%s", why);
}

static void set_rules(const char *rules)
{
    exclude(rules, NULL);
}

TEST(shouldOffloadTheDpusSubnetsByDefault)
{
    set_rules(NULL);
    CHECK(connects("10.77.0.200", 80));
    CHECK(!connects("10.77.1.1", 80));
    CHECK(!connects("127.0.0.1", 80));
    CHECK(listens("10.77.0.1", 80));
    CHECK(listens("0.0.0.0", 80));
    CHECK(!listens("10.77.0.2", 80));
}

TEST(shouldOffloadWhatTheRulesSay)
{
    set_rules("10.77.0.0/24:6379-6380,192.168.0.0/16,10.9.0.1:53");
    CHECK(connects("10.77.0.9", 6379));
    CHECK(connects("10.77.0.9", 6380));
    CHECK(!connects("10.77.0.9", 6381));
    CHECK(connects("192.168.77.1", 1));
    CHECK(connects("10.9.0.1", 53));
    CHECK(!connects("10.9.0.2", 53));
    CHECK(listens("0.0.0.0", 6379));
    CHECK(!listens("0.0.0.0", 80));
}

TEST(shouldMatchPrefixesThatEndInsideAByte)
{
    set_rules("10.77.0.128/25");
    CHECK(connects("10.77.0.128", 1));
    CHECK(connects("10.77.0.255", 1));
    CHECK(!connects("10.77.0.127", 1));
}

TEST(shouldNameARuleThatCannotBeRead)
{
    static const char *const bad[] = {
        "10.77.0.0/33", "10.77.0/24",   "10.77.0.0/24:", "10.77.0.0/24:70000", "10.0.0.1:90-80",   "x",
        "hello",        "[::1",         "[10.0.0.1]:80", "::ffff:10.0.0.1",    "10.0.0.1:0",       "*@",
        "listen=",      "accept=*",     "*@/bin/nginx",  "fd00::/129",         "localhost:80-",    "dpu/24",
        "[::1]80",      "127.0.0.1/-1", "*:http",        "fd00:::1",           "*:1-2-3@redis@me", "10.0.0.1/24/8"};
    for (size_t i = 0; i < PNO_LENGTH(bad); i++) {
        char why[512] = "";
        char expected[128];
        snprintf(expected, sizeof(expected), "PNO_OFFLOAD: '%s' is no rule: ", bad[i]);
        setenv("PNO_OFFLOAD", bad[i], 1);
        bool read = pno_rules_start(why, sizeof(why));
        if (read || strncmp(why, expected, strlen(expected)) != 0)
            check_failed(__FILE__, __LINE__, "'%s': '%s'", bad[i], why);
        CHECK(strstr(why, "a rule is [listen=") != NULL);
    }
}

TEST(shouldNameTheOneOfSeveralRulesThatCannotBeRead)
{
    char why[512] = "";
    setenv("PNO_OFFLOAD", "10.77.0.0/24,[fd00::]:99999,10.0.0.1", 1);
    CHECK(!pno_rules_start(why, sizeof(why)));
    CHECK(strstr(why, "'[fd00::]:99999' is no rule: the port is not in 1..65535") != NULL);
}

TEST(shouldReadIpv6Rules)
{
    set_rules("[2001:db8::]:443,2001:db8::/32,[fd00::/8]:80,::1");
}

TEST(shouldOffloadLoopbackOnlyWhereARuleNamesIt)
{
    struct pno_endpoint one = {.family = 6, .bytes = {[15] = 1}, .port = 80};
    set_rules("0.0.0.0/0,::/0,*");
    CHECK(!connects("127.0.0.1", 80));
    CHECK(!listens("127.0.0.1", 80));
    CHECK(!pno_rules_connect(&one));
    set_rules("127.0.0.0/8");
    CHECK(connects("127.0.0.1", 80));
    CHECK(listens("127.9.9.9", 80));
    CHECK(!pno_rules_connect(&one));
    set_rules("localhost:80");
    CHECK(connects("127.0.0.1", 80));
    CHECK(!connects("127.0.0.1", 81));
    CHECK(pno_rules_connect(&one));
    CHECK(pno_rules_listen(&one, false));
    CHECK(!connects("10.77.0.1", 80));
    CHECK(!listens("0.0.0.0", 80));
}

TEST(shouldTellListenersFromConnections)
{
    set_rules("listen=dpu:80,connect=10.77.0.0/24:6379");
    CHECK(listens("10.77.0.1", 80));
    CHECK(!connects("10.77.0.1", 80));
    CHECK(connects("10.77.0.1", 6379));
    CHECK(!listens("10.77.0.1", 6379));
}

TEST(shouldOffloadTheRulesOfThisProgramOnly)
{
    char mine[128];
    set_rules("*@no-such-program");
    CHECK(!connects("10.77.0.2", 80));
    snprintf(mine, sizeof(mine), "dpu:80@no-such-program,dpu@%s", program_invocation_short_name);
    set_rules(mine);
    CHECK(connects("10.77.0.2", 80));
}

TEST(shouldExcludeFromTheDpusNetworks)
{
    exclude(NULL, "10.0.0.0/8:22,listen=10.77.0.1:6379");
    CHECK(connects("10.77.0.2", 80));
    CHECK(!connects("10.77.0.2", 22));
    CHECK(connects("10.77.0.2", 6379));
    CHECK(!listens("10.77.0.1", 6379));
    CHECK(!listens("0.0.0.0", 6379));
    CHECK(listens("0.0.0.0", 6380));
}

TEST(shouldLetTheMostExactRuleDecide)
{
    exclude("10.0.0.0/8,10.1.2.0/24:80,dpu", "10.1.0.0/16,10.77.0.0/24");
    CHECK(connects("10.2.0.1", 80));
    CHECK(!connects("10.1.0.1", 80));
    CHECK(connects("10.1.2.1", 80));
    CHECK(!connects("10.1.2.1", 81));
    CHECK(!connects("10.77.0.1", 80)); /* equally exact: excluded */
    exclude("connect=10.77.0.0/24:443", "10.77.0.0/24");
    CHECK(connects("10.77.0.1", 443));
    CHECK(!connects("10.77.0.1", 80));
}

/* --- the configuration file --- */

static char config_path[64];

static void write_config(const char *text)
{
    snprintf(config_path, sizeof(config_path), "/tmp/pno-config-%d", (int)getpid());
    FILE *file = fopen(config_path, "w");
    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK_EQ(fclose(file), 0);
    setenv("PNO_CONFIG", config_path, 1);
}

TEST(shouldReadRulesOfAFileBesideThoseOfTheEnvironment)
{
    write_config("# what is offloaded\n\noffload 192.168.0.0/16 # all of it\n\texclude 192.168.1.0/24\r\nexclude *:22");
    exclude("10.9.0.0/16", NULL);
    unlink(config_path);
    CHECK(connects("192.168.2.1", 80));
    CHECK(!connects("192.168.1.1", 80));
    CHECK(connects("10.9.0.1", 80));
    CHECK(!connects("10.77.0.1", 80));
}

TEST(shouldNameTheLineOfAFileThatCannotBeRead)
{
    static const char *const lines[] = {"offload", "include 10.0.0.0/8", "offload 10.0.0.0/8 fast", "exclude x"};
    for (size_t i = 0; i < PNO_LENGTH(lines); i++) {
        char text[128], why[512] = "";
        snprintf(text, sizeof(text), "# first\n%s\n", lines[i]);
        write_config(text);
        CHECK(!pno_rules_start(why, sizeof(why)));
        unlink(config_path);
        CHECK(strstr(why, ", line 2: '") != NULL);
    }
}

TEST(shouldTellOfAFileThatIsNotThere)
{
    char why[512] = "";
    setenv("PNO_CONFIG", "/nonexistent/pno.conf", 1);
    CHECK(!pno_rules_start(why, sizeof(why)));
    CHECK(strcmp(why, "PNO_CONFIG: /nonexistent/pno.conf: No such file or directory") == 0);
}

/* --- addresses --- */

TEST(shouldReadAnIpv4MappedAddressAsIpv4)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    struct pno_endpoint point;
    static const uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 77, 0, 1};
    memcpy(&name.sin6_addr, mapped, 16);
    CHECK(pno_address_parse((struct sockaddr *)&name, sizeof(name), &point));
    CHECK_EQ(point.family, 4);
    CHECK_EQ(point.port, 80);
    CHECK(memcmp(point.bytes, mapped + 12, 4) == 0);
}

TEST(shouldRefuseNamesThatAreNoAddress)
{
    struct pno_endpoint point;
    struct sockaddr_in name = {.sin_family = AF_INET};
    CHECK(!pno_address_parse((struct sockaddr *)&name, sizeof(name) - 1, &point));
    name.sin_family = AF_UNIX;
    CHECK(!pno_address_parse((struct sockaddr *)&name, sizeof(name), &point));
    CHECK(!pno_address_parse(NULL, sizeof(name), &point));
}

/* --- credits --- */

static uint32_t *take_all_records(uint32_t *count)
{
    static uint32_t taken[PNO_RECORD_COUNT];
    struct pno_options options = {0};
    *count = 0;
    while ((taken[*count] = pno_record_take(0, &options)) != PNO_NO_NUMBER)
        ++*count;
    return taken;
}

ON_PNO(shouldPostACreditLaterForWhichThereWasNoRecord)
{
    uint16_t port;
    uint32_t count;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name = name_of(stack, 0);
    socklen_t length = sizeof(name);
    CHECK_EQ(bind(listener, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(listen(listener, 1), 0);
    CHECK_EQ(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    port = ntohs(name.sin_port);
    int first = connect_to(stack, port);
    wait_readable(listener);
    uint32_t *taken = take_all_records(&count);
    int accepted = accept(listener, NULL, NULL);
    CHECK(accepted >= 0);
    CHECK_EQ(atomic_load(&pno_file_of(listener)->socket->owed), 1);
    while (count > 0)
        pno_record_cancel(taken[--count]);
    struct pollfd entry = {.fd = listener, .events = POLLIN};
    CHECK_EQ(poll(&entry, 1, 10), 0);
    CHECK_EQ(atomic_load(&pno_file_of(listener)->socket->owed), 0);
    int second = connect_to(stack, port);
    CHECK_EQ(poll(&entry, 1, 5000), 1);
    CHECK(accept(listener, NULL, NULL) >= 0);
    CHECK_EQ(close(first) | close(second), 0);
}

/* --- a listener grows --- */

enum { BURST = 300, BACKLOG = 400 };

static uint64_t credits_posted(int listener)
{
    return atomic_load(&pno_file_of(listener)->record->tx_written) / sizeof(uint64_t);
}

static uint16_t listen_with(int *listener, const struct stack *stack, int backlog)
{
    struct sockaddr_in name = name_of(stack, 0);
    socklen_t length = sizeof(name);
    *listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_EQ(bind(*listener, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(listen(*listener, backlog), 0);
    CHECK_EQ(getsockname(*listener, (struct sockaddr *)&name, &length), 0);
    return ntohs(name.sin_port);
}

ON_PNO(shouldGiveAListenerFewCreditsAtFirst)
{
    int listener, fds[2];
    listen_with(&listener, stack, 4096);
    CHECK_EQ(credits_posted(listener), 128);
    CHECK_EQ(listen(listener, 4096), 0);
    CHECK_EQ(credits_posted(listener), 128);
    close(listener);
    uint16_t port = listen_with(&listener, stack, 10);
    CHECK_EQ(credits_posted(listener), 10);
    for (int i = 0; i < 30; i++) {
        fds[0] = connect_to(stack, port);
        wait_readable(listener);
        fds[1] = accept(listener, NULL, NULL);
        CHECK(fds[1] >= 0);
        CHECK_EQ(close(fds[0]) | close(fds[1]), 0);
    }
    CHECK_EQ(credits_posted(listener), 10 + 30);
    CHECK_EQ(listen(listener, 20), 0);
    CHECK_EQ(credits_posted(listener), 20 + 30);
}

/* Those that connect all at once are more than the listener has credits for: all are accepted, and it never has more
 * than its backlog. */
ON_PNO(shouldGiveAListenerMoreCreditsAsTheyAreUsed)
{
    int listener;
    uint16_t port = listen_with(&listener, stack, BACKLOG);
    pid_t clients = fork();
    if (clients == 0) {
        struct sockaddr_in name = name_of(stack, port);
        for (int i = 0; i < BURST; i++) {
            int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EINPROGRESS);
        }
        pause();
    }
    usleep(50000);
    for (int i = 1; i <= BURST; i++) {
        wait_readable(listener);
        CHECK(accept(listener, NULL, NULL) >= 0);
        CHECK(credits_posted(listener) <= (uint64_t)(BACKLOG + i));
    }
    CHECK_EQ(credits_posted(listener), BACKLOG + BURST);
    kill(clients, SIGKILL);
}
