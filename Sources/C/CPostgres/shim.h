// The door to PostgreSQL's client library. Everything behind it is used by AgSQL alone.
#ifndef CPOSTGRES_SHIM_H
#define CPOSTGRES_SHIM_H
#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>

/// Character constants are imported as numbers of another type than the function takes.
static inline const char *cpostgres_state(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *cpostgres_message(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

static inline const char *cpostgres_constraint(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
}

static void cpostgres_ignore(void *context, const char *message) {
    (void)context;
    (void)message;
}

/// By default libpq prints notices to standard error.
static inline void cpostgres_silence(PGconn *connection) {
    PQsetNoticeProcessor(connection, cpostgres_ignore, 0);
}

/// A descriptor that wakes `poll`.
static inline int cpostgres_event(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

#endif
