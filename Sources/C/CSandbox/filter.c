// The allow-list of system calls. What is on it was seen with strace while all formats were decoded and encoded.
#define _GNU_SOURCE
#include "CSandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#else
#error "The call filter knows x86_64 and aarch64; another machine needs its number here."
#endif

// Memory, threads, clocks, the descriptors we were given, our own end.
static const int allowed[] = {
    SYS_futex, SYS_read, SYS_lseek, SYS_madvise, SYS_rt_sigprocmask, SYS_clock_gettime, SYS_exit, SYS_close,
    SYS_set_robust_list, SYS_brk, SYS_rseq, SYS_write, SYS_munmap, SYS_mremap, SYS_dup, SYS_sendmsg, SYS_recvmsg,
    SYS_getrusage, SYS_rt_sigaction, SYS_sched_getaffinity, SYS_pread64, SYS_pwrite64, SYS_fstat, SYS_ftruncate,
    SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_sched_yield, SYS_getpid, SYS_gettid, SYS_getrandom,
    SYS_rt_sigreturn, SYS_sigaltstack, SYS_exit_group, SYS_restart_syscall, SYS_ppoll,
    // GLib seeds its random numbers with it when /dev/urandom cannot be opened.
    SYS_getppid,
    // glibc says why it aborts with it; descriptor 2 is /dev/null.
    SYS_writev,
};

// Refused with an error that callers know how to take, instead of with death: libraries try these and go on without.
static const struct {
    int call;
    int error;
} refused[] = {
    {SYS_openat, EACCES}, {SYS_newfstatat, EACCES}, {SYS_readlinkat, EACCES}, {SYS_faccessat, EACCES},
    {SYS_statx, ENOSYS}, {SYS_unlinkat, EACCES}, {SYS_getcwd, EACCES}, {SYS_ioctl, ENOTTY}, {SYS_sysinfo, EPERM},
    {SYS_socket, EPERM}, {SYS_memfd_create, EPERM}, {SYS_clone3, ENOSYS},
#if defined(__x86_64__)
    {SYS_open, EACCES}, {SYS_access, EACCES}, {SYS_readlink, EACCES}, {SYS_unlink, EACCES}, {SYS_stat, EACCES},
#endif
};

struct program {
    struct sock_filter steps[192];
    unsigned short count;
};

static void add(struct program *p, struct sock_filter step) { p->steps[p->count++] = step; }
static void load(struct program *p, unsigned offset) {
    add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}
static void answer(struct program *p, unsigned verdict) {
    add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
}
static void jump(struct program *p, unsigned short test, unsigned value, unsigned char yes, unsigned char no) {
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, value, yes, no));
}
static unsigned error(int code) { return SECCOMP_RET_ERRNO | (unsigned)code; }
// The low half of an argument: both machines are little-endian.
static unsigned argument(int index) { return offsetof(struct seccomp_data, args) + 8u * (unsigned)index; }

static void check_machine(struct program *p) {
    load(p, offsetof(struct seccomp_data, arch));
    jump(p, BPF_JEQ, THIS_ARCH, 1, 0);
    answer(p, SECCOMP_RET_KILL_PROCESS);
    load(p, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    // x32 numbers would reach the same calls by another door.
    jump(p, BPF_JGE, 0x40000000, 0, 1);
    answer(p, SECCOMP_RET_KILL_PROCESS);
#endif
}

static void allow_listed(struct program *p) {
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        jump(p, BPF_JEQ, (unsigned)allowed[i], 0, 1);
        answer(p, SECCOMP_RET_ALLOW);
    }
}

static void refuse_listed(struct program *p) {
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        jump(p, BPF_JEQ, (unsigned)refused[i].call, 0, 1);
        answer(p, error(refused[i].error));
    }
}

// Allows `call` when the bits `mask` of its argument are all clear (or, with `wanted`, some are set).
static void allow_by_bits(struct program *p, int call, int index, unsigned mask, int wanted, int code) {
    jump(p, BPF_JEQ, (unsigned)call, 0, 4);
    load(p, argument(index));
    jump(p, BPF_JSET, mask, wanted ? 0 : 1, wanted ? 1 : 0);
    answer(p, SECCOMP_RET_ALLOW);
    answer(p, error(code));
}

// Allows `call` when its argument is one of `values`.
static void allow_by_value(struct program *p, int call, int index, const unsigned *values, unsigned char n, int code) {
    jump(p, BPF_JEQ, (unsigned)call, 0, (unsigned char)(n + 3));
    load(p, argument(index));
    for (unsigned char i = 0; i < n; i++) jump(p, BPF_JEQ, values[i], (unsigned char)(n - i), 0);
    answer(p, error(code));
    answer(p, SECCOMP_RET_ALLOW);
}

// prlimit64 may read our own limits and set none: pid 0 and no new value, in both halves.
static void allow_reading_limits(struct program *p) {
    jump(p, BPF_JEQ, SYS_prlimit64, 0, 8);
    load(p, argument(0));
    jump(p, BPF_JEQ, 0, 0, 5);
    load(p, argument(2));
    jump(p, BPF_JEQ, 0, 0, 3);
    load(p, argument(2) + 4);
    jump(p, BPF_JEQ, 0, 0, 1);
    answer(p, SECCOMP_RET_ALLOW);
    answer(p, error(EPERM));
}

int csandbox_filter_calls(void) {
    struct program p = {.count = 0};
    const unsigned descriptor_questions[] = {F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL};
    const unsigned names[] = {PR_SET_NAME};
    const unsigned me[] = {(unsigned)getpid()};
    check_machine(&p);
    allow_listed(&p);
    allow_by_bits(&p, SYS_mmap, 2, PROT_EXEC, 0, EACCES);
    allow_by_bits(&p, SYS_mprotect, 2, PROT_EXEC, 0, EACCES);
    allow_by_bits(&p, SYS_clone, 0, CLONE_THREAD, 1, EPERM);
    allow_by_value(&p, SYS_fcntl, 1, descriptor_questions, 4, EPERM);
    allow_by_value(&p, SYS_prctl, 0, names, 1, EPERM);
    // A library's abort() signals its own thread; the parent then sees signal 6.
    allow_by_value(&p, SYS_tgkill, 0, me, 1, EPERM);
    allow_reading_limits(&p);
    refuse_listed(&p);
    answer(&p, SECCOMP_RET_KILL_PROCESS);
    struct sock_fprog program = {.len = p.count, .filter = p.steps};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0 ? 0 : -1;
}
