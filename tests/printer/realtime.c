#include "tests/printer/realtime.h"

#include <string.h>

#include "tests/printer/answer.h"
#include "tests/printer/sheet.h"

#define DLE 0x10
#define EOT 0x04
#define ENQ 0x05
#define DC4 0x14

size_t sim_realtime_length(uint8_t second)
{
	return second == EOT || second == ENQ || second == DC4 ? 3 : 0;
}

size_t sim_realtime_length_dc4(uint8_t function)
{
	return function == 1 || function == 2 ? 5 : function == 7 ? 4 : function == 8 ? 10 : 3;
}

/* An error of the blade ends here; whether it comes back depends on the blade. Of a model that goes by the letter
 * nothing else does. */
static void recover(struct sim_device *device, int n)
{
	if (!device->options.model->forgets || (n != 1 && n != 2))
		return;
	if ((device->troubles & SIM_BLADE_STUCK) == 0 && (device->options.model->only_error || n == 1))
		return;
	if (n == 2)
		sim_device_forget(device);
	sim_device_trouble(device, SIM_BLADE_STUCK, false);
}

static void obey_dc4(struct sim_device *device, const uint8_t *bytes)
{
	static const uint8_t clear[] = {0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08};

	if (bytes[2] == 1 && device->obeys_pulse && !sim_device_is_stopped(device)) {
		device->tale.drawer++;
		sim_tale_add(&device->tale, "          (real time) pulse to the drawer\n");
	} else if (bytes[2] == 2 && device->obeys_off && bytes[3] == 1 && bytes[4] == 8) {
		sim_tale_add(&device->tale, "          (real time) power off\n");
		sim_device_trouble(device, SIM_OFF, true);
	} else if (bytes[2] == 8 && device->options.model->forgets && memcmp(bytes + 3, clear, sizeof clear) == 0) {
		sim_device_forget(device);
		sim_answer(device, "\x37\x25", 3);
	}
}

static void obey(struct sim_device *device, const uint8_t *bytes)
{
	if (bytes[1] == EOT)
		sim_answer_now(device, bytes[2]);
	else if (bytes[1] == ENQ)
		recover(device, bytes[2]);
	else
		obey_dc4(device, bytes);
}

static void scan_byte(struct sim_device *device, uint8_t byte)
{
	uint8_t *bytes = device->real_time;
	size_t need;

	bytes[device->real_time_len++] = byte;
	if (device->real_time_len == 1) {
		device->real_time_len = byte == DLE ? 1 : 0;
		return;
	}
	need = sim_realtime_length(bytes[1]);
	if (need == 0) {
		bytes[0] = byte;
		device->real_time_len = byte == DLE ? 1 : 0;
		return;
	}
	if (bytes[1] == DC4 && device->real_time_len >= 3)
		need = sim_realtime_length_dc4(bytes[2]);
	if (device->real_time_len < need)
		return;
	device->real_time_len = 0;
	obey(device, bytes);
}

void sim_realtime_scan(struct sim_device *device, const uint8_t *bytes, size_t len)
{
	for (size_t at = 0; at < len; at++) {
		if (device->real_time_len == 0) {
			const uint8_t *next = memchr(bytes + at, DLE, len - at);

			if (next == NULL)
				return;
			at = (size_t)(next - bytes);
		}
		scan_byte(device, bytes[at]);
	}
}
