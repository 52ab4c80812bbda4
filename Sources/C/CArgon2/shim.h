// The door to libargon2. Everything behind it is used by AgCrypto alone.
#ifndef CARGON2_SHIM_H
#define CARGON2_SHIM_H
#include <argon2.h>
#endif
