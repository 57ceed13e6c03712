/* A SoftHSM2 token of a test's own, in a folder of its own: made, filled with vending keys, taken away and put back.
 *
 * The test fails when the module is not installed. Keys are brought in through PKCS#11 itself, as a utility would. */
#ifndef TESTS_UNIT_HSM_FIXTURE_H
#define TESTS_UNIT_HSM_FIXTURE_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <p11-kit/p11-kit.h>

#define HSM_MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define HSM_TOKEN  "vending"
#define HSM_PIN    "24681357"
#define HSM_URI    "pkcs11:token=" HSM_TOKEN "?module-path=" HSM_MODULE

struct hsm_token {
	char dir[64];
	CK_FUNCTION_LIST *module;
	CK_SESSION_HANDLE session;
};

static inline void hsm_expect(CK_RV rv, const char *what)
{
	if (rv != CKR_OK)
		fail_msg("%s: %s", what, p11_kit_strerror(rv));
}

static inline void hsm_write_configuration(struct hsm_token *token)
{
	char path[128];
	FILE *file;

	snprintf(token->dir, sizeof token->dir, "/tmp/batti-hsm-XXXXXX");
	assert_non_null(mkdtemp(token->dir));
	snprintf(path, sizeof path, "%s/softhsm2.conf", token->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", token->dir);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(setenv("SOFTHSM2_CONF", path, 1), 0);
}

static inline CK_SLOT_ID hsm_first_slot(const struct hsm_token *token)
{
	CK_SLOT_ID slots[8];
	CK_ULONG count = 8;

	hsm_expect(token->module->C_GetSlotList(CK_TRUE, slots, &count), "list the slots");
	assert_true(count >= 1);
	return slots[0];
}

/** The module is held only while keys are brought in: it is the driver's to end and begin. */
static inline void hsm_load(struct hsm_token *token)
{
	token->module = p11_kit_module_load(HSM_MODULE, 0);
	assert_non_null(token->module);
	hsm_expect(p11_kit_module_initialize(token->module), "begin");
}

static inline void hsm_release(struct hsm_token *token)
{
	p11_kit_module_finalize(token->module);
	p11_kit_module_release(token->module);
	token->module = NULL;
}

static inline void hsm_log_in(struct hsm_token *token)
{
	CK_FUNCTION_LIST *module;
	CK_RV rv;

	hsm_load(token);
	module = token->module;
	hsm_expect(module->C_OpenSession(hsm_first_slot(token), CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
					 &token->session),
		   "open a session");
	rv = module->C_Login(token->session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)HSM_PIN, strlen(HSM_PIN));
	if (rv != CKR_USER_ALREADY_LOGGED_IN)
		hsm_expect(rv, "log in");
}

/* Log-in counts for the whole process: the driver is to log in by itself. */
static inline void hsm_log_out(struct hsm_token *token)
{
	token->module->C_Logout(token->session);
	hsm_expect(token->module->C_CloseSession(token->session), "close the session");
	hsm_release(token);
}

static inline void hsm_make_token(struct hsm_token *token)
{
	static const char so_pin[] = "87654321";
	CK_UTF8CHAR label[32];
	CK_FUNCTION_LIST *module;
	CK_SLOT_ID slot;

	hsm_write_configuration(token);
	if (access(HSM_MODULE, R_OK) != 0)
		fail_msg("softhsm2 is not installed (assets/packages.txt): no %s", HSM_MODULE);
	hsm_load(token);
	module = token->module;
	slot = hsm_first_slot(token);
	memset(label, ' ', sizeof label);
	memcpy(label, HSM_TOKEN, strlen(HSM_TOKEN));
	hsm_expect(module->C_InitToken(slot, (CK_UTF8CHAR *)(uintptr_t)so_pin, strlen(so_pin), label), "make a token");
	slot = hsm_first_slot(token);
	hsm_expect(module->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &token->session),
		   "open a session");
	hsm_expect(module->C_Login(token->session, CKU_SO, (CK_UTF8CHAR *)(uintptr_t)so_pin, strlen(so_pin)),
		   "log in as SO");
	hsm_expect(module->C_InitPIN(token->session, (CK_UTF8CHAR *)(uintptr_t)HSM_PIN, strlen(HSM_PIN)),
		   "set the PIN");
	hsm_log_out(token);
}

static inline int hsm_remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return remove(path);
}

static inline void hsm_remove_token(struct hsm_token *token)
{
	assert_int_equal(nftw(token->dir, hsm_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/** How a key is brought in. */
struct hsm_import {
	const char *label;
	CK_KEY_TYPE type;
	const uint8_t *value;
	size_t len;
	bool extractable; /* may be wrapped: DKGA02 needs it */
};

static inline CK_OBJECT_HANDLE hsm_import(struct hsm_token *token, const struct hsm_import *key)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = key->type;
	CK_BBOOL yes = CK_TRUE, extractable = key->extractable;
	bool is_des = type == CKK_DES || type == CKK_DES2 || type == CKK_DES3;
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof class},
	    {CKA_KEY_TYPE, &type, sizeof type},
	    {CKA_LABEL, (void *)(uintptr_t)key->label, strlen(key->label)},
	    {CKA_VALUE, (void *)(uintptr_t)key->value, key->len},
	    {CKA_TOKEN, &yes, sizeof yes},
	    {CKA_PRIVATE, &yes, sizeof yes},
	    {CKA_SENSITIVE, &yes, sizeof yes},
	    {CKA_EXTRACTABLE, &extractable, sizeof extractable},
	    {is_des ? CKA_ENCRYPT : CKA_SIGN, &yes, sizeof yes},
	};
	CK_OBJECT_HANDLE object = 0;

	hsm_expect(
	    token->module->C_CreateObject(token->session, template, sizeof template / sizeof template[0], &object),
	    key->label);
	return object;
}

/** The vending key of a row: 8 bytes as DES2, both parts the same; 20 bytes as an HMAC key, zeros up to 32. */
static inline CK_OBJECT_HANDLE hsm_import_vending(struct hsm_token *token, const char *label, const uint8_t *key,
						  size_t len)
{
	uint8_t value[32] = {0};
	bool is_des = len == 8;
	struct hsm_import in = {.label = label,
				.type = is_des ? CKK_DES2 : CKK_GENERIC_SECRET,
				.value = value,
				.len = is_des ? 16 : 32,
				.extractable = is_des};

	memcpy(value, key, len);
	if (is_des)
		memcpy(value + 8, key, len);
	return hsm_import(token, &in);
}

#endif
