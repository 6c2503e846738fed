/* Programs that libpno.so is preloaded into: what the shim says before they start. */
#include <limits.h>
#include <sys/wait.h>

#include "check.h"

#define NO_DPU "/nonexistent/dpu.sock"

/* The library, beside this program. */
static const char *library(void)
{
    static char path[PATH_MAX + 16];
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
    CHECK(length > 0);
    path[length] = '\0';
    strcpy(strrchr(path, '/'), "/libpno.so");
    if (access(path, R_OK) < 0)
        check_skip("there is no libpno.so");
    return path;
}

/* Runs a program under the shim. Answers its status, and what it wrote to standard error. */
static int run(char *const command[], char *told, size_t room)
{
    int ends[2], status;
    const char *preload = library();
    CHECK_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        setenv("LD_PRELOAD", preload, 1);
        execvp(command[0], command);
        _exit(126);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while (length < room - 1 && (got = read(ends[0], told + length, room - 1 - length)) > 0)
        length += (size_t)got;
    told[length] = '\0';
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int run_true(char *told, size_t room)
{
    return run((char *[]){"true", NULL}, told, room);
}

/* The text is one line that says this. */
static void check_line(const char *told, const char *part)
{
    if (strstr(told, part) == NULL || strchr(told, '\n') != told + strlen(told) - 1)
        check_failed(__FILE__, __LINE__, "told: '%s'", told);
}

TEST(shouldRunAProgramWithoutAWord)
{
    char told[1024];
    CHECK_EQ(run_true(told, sizeof(told)), 0);
    CHECK_EQ(strlen(told), 0);
}

TEST(shouldKeepItsSettingsInAnEnvironmentThatIsMadeAnew)
{
    char preload[PATH_MAX + 32], told[1024];
    snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", library());
    setenv("PNO_LOG", "/dev/null", 1);
    char *const clean[] = {"env", "-i", preload, "PNO_LOG=other", "sh", "-c", "echo \"$PNO_SOCKET $PNO_LOG\" >&2",
                           NULL};
    char expected[PATH_MAX];
    snprintf(expected, sizeof(expected), "%s other\n", getenv("PNO_SOCKET"));
    CHECK_EQ(run(clean, told, sizeof(told)), 0);
    if (strcmp(told, expected) != 0)
        check_failed(__FILE__, __LINE__, "told: '%s'", told);
}

TEST(shouldLeaveAnEnvironmentWithoutTheShimAlone)
{
    char told[1024];
    char *const bare[] = {"env", "-i", "sh", "-c", "echo \"[$PNO_SOCKET]\" >&2", NULL};
    CHECK_EQ(run(bare, told, sizeof(told)), 0);
    CHECK(strcmp(told, "[]\n") == 0);
}

/* As nginx's next binary, which gets the listener and an environment of a few lines. */
TEST(shouldFollowItsSocketsIntoAnEnvironmentWithoutTheShim)
{
    uint16_t port;
    char told[1024], script[512], expected[PATH_MAX];
    CHECK(listen_on(&pno_stack, 0, &port) >= 0);
    snprintf(script, sizeof(script),
             "exec 5<>/dev/tcp/%s/%u; exec env -i sh -c 'echo \"${LD_PRELOAD:+shim} $PNO_SOCKET\" >&2'",
             pno_stack.address, port);
    snprintf(expected, sizeof(expected), "shim %s\n", getenv("PNO_SOCKET"));
    CHECK_EQ(run((char *[]){"bash", "-c", script, NULL}, told, sizeof(told)), 0);
    if (strcmp(told, expected) != 0)
        check_failed(__FILE__, __LINE__, "told: '%s'", told);
}

TEST(shouldLeaveAnEnvironmentAloneThatHasItsOwnPreload)
{
    uint16_t port;
    char told[1024], script[512];
    CHECK(listen_on(&pno_stack, 0, &port) >= 0);
    snprintf(script, sizeof(script),
             "exec 5<>/dev/tcp/%s/%u; exec env -i LD_PRELOAD= sh -c 'echo \"[$LD_PRELOAD$PNO_SOCKET]\" >&2'",
             pno_stack.address, port);
    CHECK_EQ(run((char *[]){"bash", "-c", script, NULL}, told, sizeof(told)), 0);
    CHECK(strcmp(told, "[]\n") == 0);
}

TEST(shouldEndAProgramThatFindsNoDpu)
{
    char told[1024];
    setenv("PNO_SOCKET", NO_DPU, 1);
    CHECK_EQ(run_true(told, sizeof(told)), 127);
    check_line(told, "no DPU answers at " NO_DPU ": No such file or directory; start one with: pno dpu");
}

TEST(shouldFallBackToTheKernelWithOneWarning)
{
    char told[1024];
    setenv("PNO_SOCKET", NO_DPU, 1);
    setenv("PNO_FALLBACK", "1", 1);
    CHECK_EQ(run_true(told, sizeof(told)), 0);
    check_line(told, "continuing with the kernel's TCP");
}

TEST(shouldEndAProgramWhoseRulesCannotBeRead)
{
    char told[1024];
    setenv("PNO_EXCLUDE", "10.0.0.0/8:22,here:80", 1);
    CHECK_EQ(run_true(told, sizeof(told)), 127);
    check_line(told, "PNO_EXCLUDE: 'here:80' is no rule: WHERE is none of these; a rule is ");
}

TEST(shouldNotFallBackBecauseOfRulesThatCannotBeRead)
{
    char told[1024];
    setenv("PNO_CONFIG", "/nonexistent/pno.conf", 1);
    setenv("PNO_FALLBACK", "1", 1);
    CHECK_EQ(run_true(told, sizeof(told)), 127);
    check_line(told, "PNO_CONFIG: /nonexistent/pno.conf: No such file or directory");
}

/* With sockets of the kernel a program goes on as it is. */
TEST(shouldSpeakByTheKernelWithoutADpu)
{
    char told[1024];
    int ends[2], status;
    setenv("PNO_SOCKET", NO_DPU, 1);
    setenv("PNO_FALLBACK", "1", 1);
    setenv("LD_PRELOAD", library(), 1);
    uint16_t port;
    int listener = listen_on(&kernel_stack, SOCK_CLOEXEC, &port);
    CHECK_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        char script[128];
        dup2(ends[1], STDERR_FILENO);
        snprintf(script, sizeof(script), "exec 3<>/dev/tcp/127.0.0.1/%u; echo hello >&3", port);
        execlp("bash", "bash", "-c", script, NULL);
        _exit(126);
    }
    unsetenv("LD_PRELOAD");
    close(ends[1]);
    int accepted = accept(listener, NULL, NULL);
    CHECK(accepted >= 0);
    CHECK_EQ(read(accepted, told, sizeof(told)), 6);
    CHECK(memcmp(told, "hello\n", 6) == 0);
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

/* --- the log --- */

static void read_log(const char *path, char *text, size_t room)
{
    FILE *log = fopen(path, "r");
    CHECK(log != NULL);
    text[fread(text, 1, room - 1, log)] = '\0';
    CHECK_EQ(fclose(log), 0);
}

static void run_bash(const char *script)
{
    int status;
    const char *preload = library();
    pid_t child = fork();
    if (child == 0) {
        setenv("LD_PRELOAD", preload, 1);
        execlp("bash", "bash", "-c", script, NULL);
        _exit(126);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
}

/* bash connects to a port of the fake DPU's that nobody listens on. */
static void log_a_connect(const char *suffix, char *text, size_t room)
{
    char path[64], variable[80];
    snprintf(path, sizeof(path), "/tmp/pno-log-%d", (int)getpid());
    snprintf(variable, sizeof(variable), "%s%s", path, suffix);
    setenv("PNO_LOG", variable, 1);
    run_bash("exec 2> /dev/null; exec 3<>/dev/tcp/10.77.0.1/1");
    if (access(path, R_OK) < 0)
        *text = '\0';
    else
        read_log(path, text, room);
    unlink(path);
}

TEST(shouldTraceCallsWithArgumentsAndErrno)
{
    char text[8192];
    log_a_connect(",calls", text, sizeof(text));
    CHECK(strstr(text, "]: socket(2, 1, ") != NULL);
    const char *connect = strstr(text, "]: connect(");
    CHECK(connect != NULL);
    CHECK(strstr(connect, ", 16) = ECONNREFUSED\n") != NULL);
    CHECK(strstr(connect, "]: close(") != NULL);
}

TEST(shouldNotTraceCallsUnasked)
{
    char text[8192];
    log_a_connect("", text, sizeof(text));
    CHECK_EQ(strlen(text), 0);
}
