/* The head-end's look at signatures, linked in between by the linker's --wrap: one that this process has made is not
 * verified again, but for one in 1024. Everything else goes to the sandbox's own code. */
#include "core/sandbox/crypto.h"
#include "tests/sim/signatures.h"

bool __real_bt_sbx_ed25519_verify(const uint8_t key[32], const void *in, size_t len, const uint8_t signature[64]);
bool __wrap_bt_sbx_ed25519_verify(const uint8_t key[32], const void *in, size_t len, const uint8_t signature[64]);

bool __wrap_bt_sbx_ed25519_verify(const uint8_t key[32], const void *in, size_t len, const uint8_t signature[64])
{
	static unsigned asked;

	if (signature_is_remembered(key, in, len, signature) && ++asked % 1024 != 0)
		return true;
	return __real_bt_sbx_ed25519_verify(key, in, len, signature);
}
