#include "core/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <openssl/crypto.h>

#define SECURE_HEAP_BYTES    (1u << 18)
#define SECURE_HEAP_SMALLEST 16

enum bt_err bt_secret_process_init(struct bt_fault *fault)
{
	struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return bt_fault_set(fault, BT_EOS, errno, "setrlimit");
		/* ptrace of a debugger or a sanitizer's leak checker needs a dumpable process; no core is written all
		 * the same. */
#ifndef __SANITIZE_ADDRESS__
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return bt_fault_set(fault, BT_EOS, errno, "prctl");
#endif
	if (!CRYPTO_secure_malloc_initialized() && !CRYPTO_secure_malloc_init(SECURE_HEAP_BYTES, SECURE_HEAP_SMALLEST))
		return bt_fault_set(fault, BT_ENOMEM, 0, "locked memory for keys");
	return BT_OK;
}

enum bt_err bt_secret_make(struct bt_secret *out, size_t len)
{
	uint8_t *data = OPENSSL_secure_zalloc(len ? len : 1);

	if (!data)
		return BT_ENOMEM;
	*out = (struct bt_secret){data, len};
	return BT_OK;
}

void bt_secret_wipe(struct bt_secret *secret)
{
	if (secret->data)
		OPENSSL_secure_clear_free(secret->data, secret->len ? secret->len : 1);
	*secret = (struct bt_secret){NULL, 0};
}

enum bt_err bt_secret_read_file(const char *path, struct bt_secret *out, struct bt_fault *fault)
{
	char text[1025];
	ssize_t got;
	size_t len;
	enum bt_err err;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return bt_fault_set(fault, BT_ENOTFOUND, errno, "cannot open %s", path);
	got = read(fd, text, sizeof text);
	close(fd);
	len = got > 0 ? (size_t)got : 0;
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '\r')
			len = i;
	if (len == 0 || len > 1023) {
		err = bt_fault_set(fault, BT_EINPUT, 0, "%s: first line is empty or too long", path);
		goto out;
	}
	err = bt_secret_make(out, len);
	if (!err)
		memcpy(out->data, text, len);
out:
	OPENSSL_cleanse(text, sizeof text);
	return err;
}
