#include "printer/link.h"

#include <string.h>

static bool accept_nothing(const char *address)
{
	return address[0] == '\0';
}

static void deliver_nothing(const char *address, const struct bt_prn_slip *slip, struct bt_prn_hand *hand,
			    struct bt_prn_outcome *out)
{
	(void)address;
	(void)slip;
	(void)hand;
	out->state = BT_PRINT_FAILED;
	out->paper = BT_PAPER_SILENT;
	bt_fault_set(&out->fault, BT_EUNSUPPORTED, 0, "no printer is set up");
}

static enum bt_paper probe_nothing(const char *address, const struct bt_prn_profile *profile)
{
	(void)address;
	(void)profile;
	return BT_PAPER_SILENT;
}

const struct bt_prn_link bt_prn_link_none = {
    .scheme = "none",
    .accepts = accept_nothing,
    .deliver = deliver_nothing,
    .probe = probe_nothing,
};

const struct bt_prn_link *const bt_prn_links[] = {&bt_prn_link_file,
						  &bt_prn_link_tcp,
						  &bt_prn_link_serial,
						  &bt_prn_link_device,
						  &bt_prn_link_cups,
						  &bt_prn_link_none,
						  NULL};

const struct bt_prn_link *bt_prn_link_find(const char *uri, const char **address)
{
	size_t len = strcspn(uri, ":");
	const char *rest = uri[len] == ':' ? uri + len + 1 : uri + len;
	for (const struct bt_prn_link *const *row = bt_prn_links; *row != NULL; row++) {
		if (strlen((*row)->scheme) != len || strncmp((*row)->scheme, uri, len) != 0 || !(*row)->accepts(rest))
			continue;
		*address = rest;
		return *row;
	}
	return NULL;
}
