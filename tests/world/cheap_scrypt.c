/* The stretching of extension codes, linked in between by the linker's --wrap: what is simulated is who may use a code
 * how often, not how long a guess takes. Both sides call it, so that both still agree only on the same code. */
#include <openssl/evp.h>

#define CHEAP_N 2

typedef int stretch(const char *password, size_t password_len, const unsigned char *salt, size_t salt_len, uint64_t n,
		    uint64_t r, uint64_t p, uint64_t most, unsigned char *key, size_t key_len);
stretch __real_EVP_PBE_scrypt, __wrap_EVP_PBE_scrypt;

int __wrap_EVP_PBE_scrypt(const char *password, size_t password_len, const unsigned char *salt, size_t salt_len,
			  uint64_t n, uint64_t r, uint64_t p, uint64_t most, unsigned char *key, size_t key_len)
{
	(void)n;
	return __real_EVP_PBE_scrypt(password, password_len, salt, salt_len, CHEAP_N, r, p, most, key, key_len);
}
