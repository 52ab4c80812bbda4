#include "cre2.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

struct cre2_pattern {
    RE2 re;
};

struct cre2_set {
    RE2::Set set;
};

static RE2::Options options(int64_t memory) {
    RE2::Options options;
    options.set_max_mem(memory);
    options.set_log_errors(false);
    options.set_never_capture(true);
    return options;
}

static void tell(const std::string &text, char *reason, size_t room) { snprintf(reason, room, "%s", text.c_str()); }

cre2_pattern *cre2_compile(const char *pattern, size_t length, int64_t memory, char *reason, size_t room) {
    auto *made = new cre2_pattern{RE2(re2::StringPiece(pattern, length), options(memory))};
    if (made->re.ok()) return made;
    tell(made->re.error(), reason, room);
    delete made;
    return nullptr;
}

int cre2_matches(const cre2_pattern *pattern, const char *text, size_t length) {
    return RE2::PartialMatch(re2::StringPiece(text, length), pattern->re);
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }

cre2_set *cre2_set_make(int64_t memory) { return new cre2_set{RE2::Set(options(memory), RE2::UNANCHORED)}; }

int cre2_set_add(cre2_set *set, const char *pattern, size_t length, char *reason, size_t room) {
    std::string error;
    int number = set->set.Add(re2::StringPiece(pattern, length), &error);
    if (number < 0) tell(error, reason, room);
    return number;
}

int cre2_set_compile(cre2_set *set) { return set->set.Compile(); }

ptrdiff_t cre2_set_match(const cre2_set *set, const char *text, size_t length, int32_t *found, size_t room) {
    // Kept between the calls of a thread: a collection is thousands of short texts.
    static thread_local std::vector<int> matches;
    RE2::Set::ErrorInfo error;
    matches.clear();
    if (!set->set.Match(re2::StringPiece(text, length), &matches, &error))
        return error.kind == RE2::Set::kNoError ? 0 : -1;
    std::sort(matches.begin(), matches.end());
    std::copy_n(matches.begin(), std::min(room, matches.size()), found);
    return static_cast<ptrdiff_t>(matches.size());
}

void cre2_set_free(cre2_set *set) { delete set; }
