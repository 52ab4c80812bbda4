// Landlock, privileges, limits: what is taken away before libvips starts.
#define _GNU_SOURCE
#include "CSandbox.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// The distribution's header is older than the kernel: these are the layout and bits of ABI 7.
struct ruleset {
    uint64_t files;
    uint64_t ports;
    uint64_t scopes;
};
enum { truncating = 1 << 14, device_ioctl = 1 << 15, all_ports = 3, all_scopes = 3 };

int csandbox_landlock_abi(void) {
    int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi < 0 ? 0 : abi;
}

static int make_ruleset(int abi) {
    struct ruleset rules = {.files = (1 << 13) - 1};
    size_t size = sizeof rules.files;
    if (abi >= 2) rules.files |= 1 << 13;
    if (abi >= 3) rules.files |= truncating;
    if (abi >= 4) rules.ports = all_ports, size = 2 * sizeof(uint64_t);
    if (abi >= 5) rules.files |= device_ioctl;
    if (abi >= 6) rules.scopes = all_scopes, size = sizeof rules;
    return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
}

static int allow_reading(int rules, const char *path) {
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return errno == ENOENT ? 0 : -1;
    struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE, .parent_fd = place};
    int result = (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(place);
    return result;
}

int csandbox_confine(const char *const *readable, size_t count) {
    int abi = csandbox_landlock_abi();
    if (abi == 0) {
        errno = ENOSYS;
        return -1;
    }
    int rules = make_ruleset(abi);
    if (rules < 0) return -1;
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++) result = allow_reading(rules, readable[i]);
    if (result == 0) result = (int)syscall(SYS_landlock_restrict_self, rules, 0);
    close(rules);
    return result;
}

int csandbox_bind_to_parent(pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return -1;
    // The parent may have died between our birth and the line above.
    if (getppid() != parent) {
        errno = ESRCH;
        return -1;
    }
    return 0;
}

static int drop_capabilities(void) {
    for (int capability = 0; capability <= 63; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EINVAL && errno != EPERM) return -1;
    }
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    return (int)syscall(SYS_capset, &head, none);
}

int csandbox_drop_privileges(void) {
    prctl(PR_SET_NAME, "codec");
    struct rlimit nothing = {0, 0};
    if (setrlimit(RLIMIT_CORE, &nothing) != 0) return -1;
    if (prctl(PR_SET_DUMPABLE, 0) != 0) return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return drop_capabilities();
}

void csandbox_reset_signals(void) {
    int crashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) signal(crashes[i], SIG_DFL);
    // A file over the limit and a parent that went away become plain errors.
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

static int limit(int what, uint64_t value) {
    struct rlimit both = {value, value};
    return setrlimit((__rlimit_resource_t)what, &both);
}

int csandbox_limit(uint64_t data, uint64_t file, uint64_t cpu, uint64_t descriptors) {
    if (limit(RLIMIT_DATA, data) != 0) return -1;
    if (limit(RLIMIT_FSIZE, file) != 0) return -1;
    if (limit(RLIMIT_CPU, cpu) != 0) return -1;
    return limit(RLIMIT_NOFILE, descriptors);
}

int64_t csandbox_cpu(void) {
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec
         + usage.ru_stime.tv_usec;
}

int csandbox_library_folder(const char *name, char *path, size_t room) {
    Dl_info info;
    void *function = dlsym(RTLD_DEFAULT, name);
    if (function == NULL || dladdr(function, &info) == 0 || info.dli_fname == NULL) return errno = ENOENT, -1;
    const char *slash = strrchr(info.dli_fname, '/');
    if (slash == NULL || (size_t)(slash - info.dli_fname) >= room) return errno = ENOENT, -1;
    size_t length = (size_t)(slash - info.dli_fname);
    memcpy(path, info.dli_fname, length);
    path[length] = 0;
    return 0;
}
