/* Refuses one call of the process, counted from when it is told to: preload it, then call refuse(). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { READ, PREAD, WRITE, PWRITE, FSYNC, RENAME, TRUNCATE, SENDFILE, MMAP, MALLOC };

static atomic_int chosen = -1, code;
static atomic_long at, count;

/* From here on the call of a kind whose number is `number` fails with `error`; 0 for a short write. */
void refuse(int kind, long number, int error) {
    atomic_store(&chosen, -1);
    atomic_store(&count, 0);
    atomic_store(&at, number);
    atomic_store(&code, error);
    atomic_store(&chosen, kind);
}

/* How many calls of the kind there were. */
long counted(void) {
    atomic_store(&chosen, -1);
    return atomic_load(&count);
}

static int refused(int kind) {
    if (atomic_load(&chosen) != kind || atomic_fetch_add(&count, 1) + 1 != atomic_load(&at)) return 0;
    errno = atomic_load(&code);
    return 1;
}

#define REAL(type, name, arguments) \
    static type(*real) arguments;   \
    if (!real) real = (type(*) arguments)dlsym(RTLD_NEXT, name)

ssize_t read(int file, void *to, size_t size) {
    REAL(ssize_t, "read", (int, void *, size_t));
    return file > 2 && refused(READ) ? -1 : real(file, to, size);
}

ssize_t pread64(int file, void *to, size_t size, off64_t from) {
    REAL(ssize_t, "pread64", (int, void *, size_t, off64_t));
    return refused(PREAD) ? -1 : real(file, to, size, from);
}

ssize_t write(int file, const void *from, size_t size) {
    REAL(ssize_t, "write", (int, const void *, size_t));
    if (file <= 2 || !refused(WRITE)) return real(file, from, size);
    return errno ? -1 : real(file, from, size / 2);
}

ssize_t pwrite64(int file, const void *from, size_t size, off64_t to) {
    REAL(ssize_t, "pwrite64", (int, const void *, size_t, off64_t));
    if (!refused(PWRITE)) return real(file, from, size, to);
    return errno ? -1 : real(file, from, size / 2, to);
}

int fsync(int file) {
    REAL(int, "fsync", (int));
    return refused(FSYNC) ? -1 : real(file);
}

int rename(const char *old, const char *new) {
    REAL(int, "rename", (const char *, const char *));
    return refused(RENAME) ? -1 : real(old, new);
}

int ftruncate64(int file, off64_t size) {
    REAL(int, "ftruncate64", (int, off64_t));
    return refused(TRUNCATE) ? -1 : real(file, size);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t size) {
    REAL(ssize_t, "sendfile64", (int, int, off64_t *, size_t));
    return refused(SENDFILE) ? -1 : real(to, from, offset, size);
}

void *mmap64(void *where, size_t size, int rights, int flags, int file, off64_t from) {
    REAL(void *, "mmap64", (void *, size_t, int, int, int, off64_t));
    return refused(MMAP) ? MAP_FAILED : real(where, size, rights, flags, file, from);
}

void *mmap(void *where, size_t size, int rights, int flags, int file, off_t from) {
    return mmap64(where, size, rights, flags, file, from);
}

extern void *__libc_malloc(size_t);

void *malloc(size_t size) { return refused(MALLOC) ? NULL : __libc_malloc(size); }
