// Tells ThreadSanitizer of the slow half of Swift's Mutex, loaded before the test program with LD_PRELOAD.
//
// The fast half is compiled into our own code, where the sanitizer sees its atomics. Under contention the Mutex calls
// into libswiftSynchronization, which nobody instruments: whatever such a lock guards would be reported as a race. So
// we stand in front of those three functions, call them, and say what they mean. Without the sanitizer we only pass on.
//
// Swift's calling convention hands `self` over in a register of its own. The names are of Swift 6 on Linux; where a
// toolchain has others, nothing is intercepted and the reports come back.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT void argentum_lock(uint32_t thread, SELF void *self) __asm__(LOCK);
SWIFT bool argentum_try_lock(SELF void *self) __asm__(TRY_LOCK);
SWIFT void argentum_unlock(SELF void *self) __asm__(UNLOCK);

typedef SWIFT void lock_function(uint32_t thread, SELF void *self);
typedef SWIFT bool try_lock_function(SELF void *self);
typedef SWIFT void unlock_function(SELF void *self);

static lock_function *lock;
static try_lock_function *try_lock;
static unlock_function *unlock;

__attribute__((constructor)) static void find(void) {
  lock = (lock_function *)dlsym(RTLD_NEXT, LOCK);
  try_lock = (try_lock_function *)dlsym(RTLD_NEXT, TRY_LOCK);
  unlock = (unlock_function *)dlsym(RTLD_NEXT, UNLOCK);
}

SWIFT void argentum_lock(uint32_t thread, SELF void *self) {
  lock(thread, self);
  if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool argentum_try_lock(SELF void *self) {
  bool is_mine = try_lock(self);
  if (is_mine && __tsan_acquire) __tsan_acquire(self);
  return is_mine;
}

SWIFT void argentum_unlock(SELF void *self) {
  if (__tsan_release) __tsan_release(self);
  unlock(self);
}
