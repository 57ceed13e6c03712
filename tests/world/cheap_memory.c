/* Memory for JSON and SQLite that costs a few instructions to have and to give back. One thread asks for millions of
 * small pieces and frees each soon: pieces of one size lie side by side in blocks of their own, and what is freed is
 * what is handed out next. Nothing is ever given back to the system. Under the address sanitizer all stays with the
 * allocator that checks. */
#include <jansson.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/world/world.h"

#define BLOCK_SHIFT 16
#define BLOCKS      8192 /* reserved, not used: half a gigabyte of addresses */
#define BLOCK       ((size_t)1 << BLOCK_SHIFT)
#define SMALL_STEP  16
#define SMALL_MOST  1024
#define LARGE_STEP  1024
#define LARGE_MOST  16384 /* above it the C library's */
#define SMALL_SIZES (SMALL_MOST / SMALL_STEP)
#define SIZES       (SMALL_SIZES + LARGE_MOST / LARGE_STEP)

typedef void giver(void *memory);
giver __real_free, __wrap_free;

struct piece {
	struct piece *next;
};

static struct {
	unsigned char *start;
	size_t blocks;               /* in use */
	unsigned char sizes[BLOCKS]; /* which size the pieces of a block have */
	struct piece *free[SIZES];
} heap;

static size_t size_class(size_t len)
{
	if (len <= SMALL_MOST)
		return len ? (len - 1) / SMALL_STEP : 0;
	return SMALL_SIZES + (len - 1) / LARGE_STEP;
}

static size_t bytes_of(size_t class)
{
	return class < SMALL_SIZES ? (class + 1) * SMALL_STEP : (class - SMALL_SIZES + 1) * LARGE_STEP;
}

static bool is_ours(const void *memory)
{
	return (uintptr_t)memory - (uintptr_t)heap.start < heap.blocks << BLOCK_SHIFT;
}

/* A new block, all of it free pieces, the first of them on top. */
static bool cut_block(size_t class)
{
	unsigned char *block = heap.start + heap.blocks * BLOCK;
	size_t len = bytes_of(class);

	if (heap.blocks == BLOCKS)
		return false;
	heap.sizes[heap.blocks++] = (unsigned char)class;
	for (size_t at = BLOCK / len * len; at > 0; at -= len) {
		struct piece *piece = (struct piece *)(void *)(block + at - len);

		piece->next = heap.free[class];
		heap.free[class] = piece;
	}
	return true;
}

static void *take(size_t len)
{
	size_t class = size_class(len);
	struct piece *piece;

	if (len > LARGE_MOST || (!heap.free[class] && !cut_block(class)))
		return malloc(len);
	piece = heap.free[class];
	heap.free[class] = piece->next;
	return piece;
}

static void give_back(void *memory)
{
	struct piece *piece = memory;

	if (!is_ours(memory)) {
		__real_free(memory);
		return;
	}
	size_t class = heap.sizes[((uintptr_t)memory - (uintptr_t)heap.start) >> BLOCK_SHIFT];

	piece->next = heap.free[class];
	heap.free[class] = piece;
}

/* Texts that Jansson has made are freed by whoever asked for them (the linker's --wrap). */
void __wrap_free(void *memory)
{
	give_back(memory);
}

/* ---- as SQLite wants it ---- */

static void *take_for_sqlite(int len)
{
	return take((size_t)len);
}

static int size_for_sqlite(void *memory)
{
	if (!memory)
		return 0;
	return is_ours(memory) ? (int)bytes_of(heap.sizes[((uintptr_t)memory - (uintptr_t)heap.start) >> BLOCK_SHIFT])
			       : (int)malloc_usable_size(memory);
}

static int round_for_sqlite(int len)
{
	return (size_t)len > LARGE_MOST ? (len + 7) & ~7 : (int)bytes_of(size_class((size_t)len));
}

static void *resize_for_sqlite(void *memory, int len)
{
	int before = size_for_sqlite(memory);
	void *moved;

	if (before >= len && before / 2 <= len)
		return memory;
	moved = take((size_t)len);
	if (moved && memory) {
		memcpy(moved, memory, (size_t)(before < len ? before : len));
		give_back(memory);
	}
	return moved;
}

static int start_for_sqlite(void *context)
{
	(void)context;
	return SQLITE_OK;
}

static void end_for_sqlite(void *context)
{
	(void)context;
}

static const sqlite3_mem_methods for_sqlite = {.xMalloc = take_for_sqlite,
					       .xFree = give_back,
					       .xRealloc = resize_for_sqlite,
					       .xSize = size_for_sqlite,
					       .xRoundup = round_for_sqlite,
					       .xInit = start_for_sqlite,
					       .xShutdown = end_for_sqlite};

bool sim_memory_use(void)
{
#ifdef __SANITIZE_ADDRESS__
	static const bool is_checked = true;
#else
	static const bool is_checked = false;
#endif
	if (is_checked)
		return true;
	heap.start =
	    mmap(NULL, BLOCKS * BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (heap.start == MAP_FAILED)
		return false;
	json_set_alloc_funcs(take, give_back);
	/* One thread, and nobody asks how much memory SQLite has. */
	return sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK &&
	       sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK &&
	       sqlite3_config(SQLITE_CONFIG_MALLOC, &for_sqlite) == SQLITE_OK;
}
