/* Every kind of slip on paper against golden files: the bytes that a printer gets, told command by command, and the
 * dots that a printer which is not there puts on its paper for them.
 * rooms: printer core/receipt core/money core/base tests/printer
 * uses: png
 * A slip that differs is written to golden-new beside the programs of the build: look at the pictures there. With
 * BATTI_GOLDEN_WRITE=1 in the environment what is printed now becomes what is right. */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/printer/device.h"
#include "tests/unit/golden_fixture.h"

#define PATH_CAP  700
#define TEXT_MOST ((size_t)4 << 20)

static struct bt_words *words;
static struct bt_receipt slip;
static char fresh[PATH_CAP]; /* folder of what differs */
static char work[64];        /* folder that the printer writes its sheets to */

static int open_all(void **state)
{
	char here[PATH_CAP - 32];
	ssize_t len = readlink("/proc/self/exe", here, sizeof here - 1);

	(void)state;
	if (len <= 0)
		return -1;
	here[len] = '\0';
	*strrchr(here, '/') = '\0';
	snprintf(fresh, sizeof fresh, "%s/../golden-new", here);
	snprintf(work, sizeof work, "%s/batti-golden-XXXXXX", P_tmpdir);
	return mkdtemp(work) && bt_words_open(BATTI_SHARE_DIR "/locale", &words, NULL) == BT_OK ? 0 : -1;
}

static int close_all(void **state)
{
	(void)state;
	bt_words_close(words);
	return rmdir(work);
}

/* ---- printing ---- */

static void read_text(const char *path, struct bt_buf *out)
{
	bt_buf_init(out, TEXT_MOST);
	assert_int_equal(bt_file_read(path, out, NULL), BT_OK);
}

static void take_file(const char *name, char path[PATH_CAP])
{
	snprintf(path, PATH_CAP, "%s/%s", work, name);
}

/* One whole sheet with its end on it, and nothing that a strict printer would not obey. */
static void check_log(void)
{
	char path[PATH_CAP];
	struct bt_buf log;

	take_file("prints.log", path);
	read_text(path, &log);
	assert_non_null(strstr((const char *)log.data, " end=bars unknown=0 complaints=0 "));
	assert_null(strstr((const char *)log.data, "sheet=002"));
	bt_buf_fini(&log);
	unlink(path);
}

static void feed(struct sim_device *device, struct bt_bytes bytes)
{
	uint8_t answers[256];
	int64_t now_us = 0;

	for (size_t at = 0; at < bytes.len; now_us += 1000) {
		size_t room = sim_device_room(device), left = bytes.len - at;

		sim_device_take(device, bytes.data + at, left < room ? left : room);
		at += left < room ? left : room;
		sim_device_run(device, now_us);
		(void)sim_device_answer(device, answers, sizeof answers);
		assert_true(now_us < 60000000);
	}
	sim_device_run(device, now_us);
	assert_true(sim_device_is_idle(device));
	/* Where there is no blade the clerk tears it off. */
	if (device->sheets == 0)
		sim_device_tear(device);
}

static void print(const char *driver, int width)
{
	struct sim_options options = {.model = sim_model_find("epson"), .width = width, .in_cap = 4096, .folder = work};
	struct sim_device *device = calloc(1, sizeof *device);
	struct bt_buf bytes;

	assert_non_null(device);
	assert_non_null(options.model);
	/* Paper of 512 dots is that of models with 180 dots an inch, which feed by half dots. */
	options.units_per_dot = width == 512 ? 2 : 1;
	bt_buf_init(&bytes, BT_PRN_MAX_BYTES);
	assert_int_equal(bt_prn_render(driver, &slip, width, FIXTURE_FONT, GOLDEN_PICTURES, &bytes, NULL), BT_OK);
	sim_device_init(device, &options);
	feed(device, bt_buf_view(&bytes));
	sim_device_fini(device);
	free(device);
	bt_buf_fini(&bytes);
	check_log();
}

/* ---- pictures ---- */

struct grey {
	unsigned width, height;
	uint8_t *dots; /* a byte a dot */
};

static bool read_grey(const char *path, struct grey *out)
{
	png_image image = {.version = PNG_IMAGE_VERSION};

	*out = (struct grey){0};
	if (!png_image_begin_read_from_file(&image, path))
		return false;
	image.format = PNG_FORMAT_GRAY;
	out->width = image.width;
	out->height = image.height;
	out->dots = malloc(PNG_IMAGE_SIZE(image));
	assert_non_null(out->dots);
	return png_image_finish_read(&image, NULL, out->dots, 0, NULL) != 0;
}

/* One bit a dot: forty slips have to stay small. */
static void write_bits(const char *path, const struct grey *grey)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);
	size_t row_len = (grey->width + 7) / 8;
	uint8_t *row = calloc(1, row_len);
	FILE *file = fopen(path, "wb");

	assert_true(file && row && info);
	png_init_io(png, file);
	png_set_IHDR(png, info, grey->width, grey->height, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_compression_level(png, 9);
	png_write_info(png, info);
	for (unsigned y = 0; y < grey->height; y++) {
		memset(row, 0, row_len);
		for (unsigned x = 0; x < grey->width; x++)
			if (grey->dots[(size_t)y * grey->width + x] > 127)
				row[x / 8] |= (uint8_t)(0x80u >> x % 8);
		png_write_row(png, row);
	}
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	fclose(file);
	free(row);
}

/* ---- comparing ---- */

static bool is_same_text(const char *golden, const char *made)
{
	struct bt_buf a, b;
	bool same;

	bt_buf_init(&a, TEXT_MOST);
	if (bt_file_read(golden, &a, NULL) != BT_OK)
		return false;
	read_text(made, &b);
	same = a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
	bt_buf_fini(&a);
	bt_buf_fini(&b);
	return same;
}

static bool is_same_picture(const char *golden, const struct grey *made)
{
	struct grey old;
	bool same = read_grey(golden, &old) && old.width == made->width && old.height == made->height &&
		    memcmp(old.dots, made->dots, (size_t)made->width * made->height) == 0;

	free(old.dots);
	return same;
}

static void put(const char *folder, const char *name, const char *text, const struct grey *picture)
{
	char path[PATH_CAP + 80];
	struct bt_buf content;

	(void)mkdir(folder, 0777);
	read_text(text, &content);
	snprintf(path, sizeof path, "%s/%s.txt", folder, name);
	assert_int_equal(bt_file_replace(path, bt_buf_view(&content), 0644, NULL), BT_OK);
	bt_buf_fini(&content);
	snprintf(path, sizeof path, "%s/%s.png", folder, name);
	write_bits(path, picture);
}

/* @return whether the sheet that lies in the work folder is the golden one; it is taken away. */
static bool compare(const char *name)
{
	static const char golden[] = BATTI_GOLDEN_DIR "/receipts";
	char old_text[PATH_CAP], old_picture[PATH_CAP], text[PATH_CAP], picture[PATH_CAP];
	struct grey made;
	bool same;

	take_file("sheet-001.txt", text);
	take_file("sheet-001.png", picture);
	snprintf(old_text, sizeof old_text, "%s/%s.txt", golden, name);
	snprintf(old_picture, sizeof old_picture, "%s/%s.png", golden, name);
	assert_true(read_grey(picture, &made));
	same = is_same_text(old_text, text) && is_same_picture(old_picture, &made);
	if (!same && getenv("BATTI_GOLDEN_WRITE")) {
		put(golden, name, text, &made);
		same = true;
	} else if (!same) {
		put(fresh, name, text, &made);
		print_error("%s differs: compare %s/%s.png and .txt with those in %s\n", name, fresh, name, golden);
	}
	free(made.dots);
	unlink(text);
	unlink(picture);
	return same;
}

static void every_slip_is_golden(void **state)
{
	int differ = 0;
	char name[64];

	(void)state;
	for (size_t i = 0; i < GOLDEN_KINDS; i++)
		for (size_t j = 0; j < GOLDEN_PAPERS; j++) {
			golden_compose(&golden_kinds[i], golden_papers[j].lang, 0, words, GOLDEN_PICTURES, &slip);
			print("escpos", golden_papers[j].width);
			snprintf(name, sizeof name, "%s-%s", golden_kinds[i].name, golden_papers[j].name);
			differ += !compare(name);
		}
	assert_int_equal(differ, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_slip_is_golden),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
