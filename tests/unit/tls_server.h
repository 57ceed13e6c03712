/* A TLS server for tests: made by hand over sockets and OpenSSL, so that it can misbehave at any byte.
 *
 * It listens on 127.0.0.1 at a free port, serves each connection on its own thread by one of the manners below, and
 * counts what arrived. It shares no code with the product. */
#ifndef BT_TEST_TLS_SERVER_H
#define BT_TEST_TLS_SERVER_H

#include <arpa/inet.h>
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define TLS_SERVER_CONNECTIONS_MAX 128

struct tls_server;
/** Serve one connection whose TLS stands. */
typedef void tls_server_manner(struct tls_server *server, SSL *ssl);

struct tls_server {
	SSL_CTX *context;
	tls_server_manner *manner; /* NULL: close as soon as the TCP connection is made */
	bool mute;                 /* accept, and never begin TLS */
	bool plain;                /* speak HTTP without TLS */
	const char *reply;         /* for manners that answer */
	size_t reply_len;
	int listener, port;
	int stop[2]; /* closing [1] ends every wait */
	pthread_t acceptor, threads[TLS_SERVER_CONNECTIONS_MAX];
	int thread_count;
	atomic_int connections, handshakes, requests;
	atomic_long bytes_out;
	char first_head[4096];  /* of the first request; read it after stop_server() */
	char peer_name[64];     /* of the first that showed a certificate */
	bool tells_newest_peer; /* of the newest */
};

struct tls_server_job {
	struct tls_server *server;
	int fd;
};

/* ---- the library ---- */

/* Test programs join the product's rooms and what those use; libssl is not among it, so it is loaded by hand. */
#define LIBSSL_FUNCTIONS(F)                                                                                            \
	F(SSL_new)                                                                                                     \
	F(SSL_free)                                                                                                    \
	F(SSL_set_fd)                                                                                                  \
	F(SSL_get_fd)                                                                                                  \
	F(SSL_accept)                                                                                                  \
	F(SSL_read)                                                                                                    \
	F(SSL_write)                                                                                                   \
	F(SSL_shutdown)                                                                                                \
	F(SSL_get1_peer_certificate)                                                                                   \
	F(SSL_CTX_new)                                                                                                 \
	F(SSL_CTX_free)                                                                                                \
	F(TLS_server_method)                                                                                           \
	F(SSL_CTX_use_certificate)                                                                                     \
	F(SSL_CTX_use_PrivateKey)                                                                                      \
	F(SSL_CTX_load_verify_locations)                                                                               \
	F(SSL_CTX_set_verify)                                                                                          \
	F(SSL_CTX_set_security_level)                                                                                  \
	F(SSL_CTX_ctrl)

static struct {
#define DECLARE(name) __typeof__(name) *name;
	LIBSSL_FUNCTIONS(DECLARE)
#undef DECLARE
} libssl;

static inline void load_libssl(void)
{
	void *handle = dlopen("libssl.so.3", RTLD_NOW), *found;

	if (!handle)
		abort();
#define LOAD(name)                                                                                                     \
	found = dlsym(handle, #name);                                                                                  \
	if (!found)                                                                                                    \
		abort();                                                                                               \
	memcpy(&libssl.name, &found, sizeof found);
	LIBSSL_FUNCTIONS(LOAD)
#undef LOAD
}

/* ---- certificates ---- */

static inline X509 *make_certificate(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
				     const char *extension_name, const char *extension)
{
	X509 *certificate = X509_new();
	X509V3_CTX context;
	X509_EXTENSION *made;
	X509_NAME *subject = X509_get_subject_name(certificate);

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer ? 2 : 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject);
	X509_set_pubkey(certificate, key);
	X509V3_set_ctx(&context, issuer ? issuer : certificate, certificate, NULL, NULL, 0);
	made = X509V3_EXT_conf(NULL, &context, extension_name, extension);
	X509_add_ext(certificate, made, -1);
	X509_EXTENSION_free(made);
	X509_sign(certificate, issuer_key, EVP_sha256());
	return certificate;
}

/** Make it valid from and to so many seconds from now. */
static inline void date_certificate(X509 *certificate, EVP_PKEY *issuer_key, long from_s, long to_s)
{
	X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
	X509_gmtime_adj(X509_getm_notAfter(certificate), to_s);
	X509_sign(certificate, issuer_key, EVP_sha256());
}

static inline void write_certificate(const char *path, X509 *certificate)
{
	FILE *file = fopen(path, "w");

	if (!file || PEM_write_X509(file, certificate) != 1 || fclose(file) != 0)
		abort();
}

static inline void write_key(const char *path, EVP_PKEY *key)
{
	FILE *file = fopen(path, "w");

	if (!file || PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) != 1 || fclose(file) != 0)
		abort();
}

/* ---- reading and writing ---- */

/** Read one request whole (head, and body by its Content-Length). False when the peer went away before its end. */
static inline bool read_request(struct tls_server *server, SSL *ssl)
{
	char head[4096], drop[4096];
	size_t len = 0, wanted = 0, have;
	const char *end, *length;

	for (;;) {
		int got = libssl.SSL_read(ssl, head + len, (int)(sizeof head - 1 - len));

		if (got <= 0)
			return false;
		len += (size_t)got;
		head[len] = '\0';
		end = strstr(head, "\r\n\r\n");
		if (end)
			break;
	}
	length = strcasestr(head, "content-length:");
	if (length && length < end)
		wanted = strtoul(length + sizeof "content-length:" - 1, NULL, 10);
	have = len - (size_t)(end + 4 - head);
	while (have < wanted) {
		int got = libssl.SSL_read(ssl, drop, sizeof drop);

		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	if (atomic_fetch_add(&server->requests, 1) == 0)
		memcpy(server->first_head, head, len + 1);
	return true;
}

static inline bool write_all(struct tls_server *server, SSL *ssl, const char *data, size_t len)
{
	while (len) {
		int put = libssl.SSL_write(ssl, data, (int)(len < 16384 ? len : 16384));

		if (put <= 0)
			return false;
		atomic_fetch_add(&server->bytes_out, put);
		data += put;
		len -= (size_t)put;
	}
	return true;
}

/** Wait at most @p ms (-1: for ever) until the peer closes or the server stops. True when either did. */
static inline bool wait_for_end(struct tls_server *server, int fd, int ms)
{
	struct pollfd wait[2] = {{.fd = fd, .events = POLLIN | POLLRDHUP}, {.fd = server->stop[0], .events = POLLIN}};

	return poll(wait, 2, ms) > 0;
}

/* ---- the server ---- */

static inline void serve_tls(struct tls_server *server, int fd)
{
	SSL *ssl = libssl.SSL_new(server->context);
	X509 *peer;

	libssl.SSL_set_fd(ssl, fd);
	if (libssl.SSL_accept(ssl) == 1) {
		bool first = atomic_fetch_add(&server->handshakes, 1) == 0;

		peer = libssl.SSL_get1_peer_certificate(ssl);
		if (peer && (first || server->tells_newest_peer))
			X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, server->peer_name,
						  sizeof server->peer_name);
		X509_free(peer);
		server->manner(server, ssl);
	}
	libssl.SSL_free(ssl);
}

static inline void *serve_connection(void *context)
{
	struct tls_server_job *job = context;
	struct tls_server *server = job->server;
	char drop[512];

	if (server->plain) {
		if (read(job->fd, drop, sizeof drop) > 0)
			(void)!write(job->fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
	} else if (server->mute) {
		/* The ClientHello has arrived; only the going away of its sender counts as the end. */
		if (read(job->fd, drop, sizeof drop) > 0)
			wait_for_end(server, job->fd, -1);
	} else if (server->manner) {
		serve_tls(server, job->fd);
	}
	close(job->fd);
	free(job);
	return NULL;
}

static inline void *accept_connections(void *context)
{
	struct tls_server *server = context;

	for (;;) {
		struct pollfd wait[2] = {{.fd = server->listener, .events = POLLIN},
					 {.fd = server->stop[0], .events = POLLIN}};
		struct tls_server_job *job;

		if (poll(wait, 2, -1) < 1 || wait[1].revents)
			return NULL;
		job = malloc(sizeof *job);
		if (!job || server->thread_count >= TLS_SERVER_CONNECTIONS_MAX)
			abort();
		job->server = server;
		job->fd = accept(server->listener, NULL, NULL);
		atomic_fetch_add(&server->connections, 1);
		if (pthread_create(&server->threads[server->thread_count++], NULL, serve_connection, job) != 0)
			abort();
	}
}

static inline int listen_somewhere(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 128) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		abort();
	*port = ntohs(address.sin_port);
	return fd;
}

/** @p server holds manner and reply already; the context is borrowed. */
static inline void start_server(struct tls_server *server)
{
	signal(SIGPIPE, SIG_IGN);
	server->listener = listen_somewhere(&server->port);
	if (pipe(server->stop) != 0 || pthread_create(&server->acceptor, NULL, accept_connections, server) != 0)
		abort();
}

static inline void stop_server(struct tls_server *server)
{
	close(server->stop[1]);
	pthread_join(server->acceptor, NULL);
	for (int i = 0; i < server->thread_count; i++)
		pthread_join(server->threads[i], NULL);
	close(server->listener);
	close(server->stop[0]);
}

#endif
