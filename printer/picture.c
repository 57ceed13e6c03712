#include "printer/picture.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/file.h"
#include "core/base/text.h"

#define KEPT_MOST 32 /* pictures, each size of one by itself */
#define FILE_MOST (256 * 1024)
#define SIDE_MOST 1152 /* dots, before it is made smaller */

/* A dot is black when this part of it is: a line of two dots stays one on any paper, and so does a gap. */
#define BLACK_PARTS    2
#define BLACK_OF_PARTS 5

struct kept {
	char name[32];
	int paper_width;
	struct bt_stamp stamp;
	uint8_t *bits;
};

struct bt_pictures {
	char folder[512];
	int count;
	struct kept kept[KEPT_MOST];
};

/* Light, 0..255, dot by dot. */
struct light {
	int width, rows;
	uint8_t *dots;
};

enum bt_err bt_pictures_open(const char *folder, struct bt_pictures **out)
{
	struct bt_pictures *pictures = calloc(1, sizeof(*pictures));
	if (pictures == NULL)
		return BT_ENOMEM;
	if (bt_text_copy(pictures->folder, sizeof(pictures->folder), folder) != BT_OK) {
		free(pictures);
		return BT_EINPUT;
	}
	*out = pictures;
	return BT_OK;
}

void bt_pictures_close(struct bt_pictures *pictures)
{
	if (pictures == NULL)
		return;
	for (int i = 0; i < pictures->count; i++)
		free(pictures->kept[i].bits);
	free(pictures);
}

static bool is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return len > 0 && name[len] == '\0' && len < sizeof(((struct kept *)NULL)->name);
}

/* @return false when it is no picture or too large; @p out then holds nothing. */
static bool decode_light(struct bt_bytes file, struct light *out)
{
	static const png_color white = {255, 255, 255};
	png_image image = {.version = PNG_IMAGE_VERSION};
	if (png_image_begin_read_from_memory(&image, file.data, file.len) == 0)
		return false;
	image.format = PNG_FORMAT_GRAY;
	bool small = image.width <= SIDE_MOST && image.height <= SIDE_MOST;
	uint8_t *dots = small ? malloc((size_t)image.width * image.height) : NULL;
	if (dots == NULL || png_image_finish_read(&image, &white, dots, 0, NULL) == 0) {
		png_image_free(&image);
		free(dots);
		return false;
	}
	*out = (struct light){(int)image.width, (int)image.height, dots};
	return true;
}

static bool read_light(const char *folder, const char *name, struct light *out)
{
	char path[600];
	struct bt_buf file;
	bool read = false;
	if (bt_text_printf(path, sizeof(path), "%s/%s.png", folder, name) != BT_OK)
		return false;
	bt_buf_init(&file, FILE_MOST);
	if (bt_file_read(path, &file, NULL) == BT_OK)
		read = decode_light(bt_buf_view(&file), out);
	bt_buf_fini(&file);
	return read;
}

/* How much of old dot @p i lies in new dot @p j, when @p from dots become @p to; a whole old dot is @p to. */
static int64_t find_share(int i, int from, int j, int to)
{
	int left = i * to > j * from ? i * to : j * from;
	int right = (i + 1) * to < (j + 1) * from ? (i + 1) * to : (j + 1) * from;
	return right > left ? right - left : 0;
}

static bool is_black(const struct light *light, const struct bt_stamp *stamp, int x, int y)
{
	int64_t dark = 0;
	for (int row = y * light->rows / stamp->rows; row * stamp->rows < (y + 1) * light->rows; row++) {
		int64_t of_row = 0;
		for (int column = x * light->width / stamp->width; column * stamp->width < (x + 1) * light->width;
		     column++)
			of_row += find_share(column, light->width, x, stamp->width) *
				  (255 - light->dots[row * light->width + column]);
		dark += of_row * find_share(row, light->rows, y, stamp->rows);
	}
	return dark * BLACK_OF_PARTS >= (int64_t)255 * light->width * light->rows * BLACK_PARTS;
}

/* @return the dots, the caller's, and their size in @p out; NULL without memory. */
static uint8_t *make_dots(const struct light *light, int paper_width, struct bt_stamp *out)
{
	int width = (light->width * paper_width + BT_PICTURE_FULL / 2) / BT_PICTURE_FULL;
	width = width > paper_width ? paper_width : width < 1 ? 1 : width;
	int rows = (light->rows * width + light->width / 2) / light->width;
	*out = (struct bt_stamp){.width = width, .rows = rows < 1 ? 1 : rows, .stride = (width + 7) / 8};
	uint8_t *bits = calloc((size_t)out->rows, (size_t)out->stride);
	out->bits = bits;
	for (int y = 0; y < out->rows && bits != NULL; y++)
		for (int x = 0; x < width; x++)
			if (is_black(light, out, x, y))
				bits[y * out->stride + x / 8] |= (uint8_t)(0x80 >> (x % 8));
	return bits;
}

static const struct bt_stamp *keep_picture(struct bt_pictures *pictures, const char *name, int paper_width)
{
	struct light light;
	struct kept *kept = &pictures->kept[pictures->count];
	if (pictures->count == KEPT_MOST || !read_light(pictures->folder, name, &light))
		return NULL;
	kept->bits = make_dots(&light, paper_width, &kept->stamp);
	free(light.dots);
	if (kept->bits == NULL)
		return NULL;
	(void)bt_text_copy(kept->name, sizeof(kept->name), name);
	kept->paper_width = paper_width;
	pictures->count++;
	return &kept->stamp;
}

const struct bt_stamp *bt_pictures_find(struct bt_pictures *pictures, const char *name, int paper_width)
{
	if (pictures == NULL || !is_name(name) || paper_width < 1 || paper_width > BT_PICTURE_FULL)
		return NULL;
	for (int i = 0; i < pictures->count; i++)
		if (pictures->kept[i].paper_width == paper_width && strcmp(pictures->kept[i].name, name) == 0)
			return &pictures->kept[i].stamp;
	return keep_picture(pictures, name, paper_width);
}
