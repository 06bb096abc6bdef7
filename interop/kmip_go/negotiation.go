package main

import (
	"context"
	"slices"

	"atrest/interop/checks"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/kmipclient"
	"github.com/ovh/kmip-go/payloads"
)

// negotiation lets the client find out which version to speak: it asks by Discover Versions as it connects.
func negotiation(c *checks.Checks, door door) {
	client, err := door.dial("cluster0-0")
	c.Must("the client connects and settles on a version", err)
	defer client.Close()
	c.Equal("on the newest", client.Version(), kmip.V1_4)
	answer, err := client.Request(context.Background(), &payloads.DiscoverVersionsRequestPayload{})
	c.Must("Discover Versions", err)
	spoken := answer.(*payloads.DiscoverVersionsResponsePayload).ProtocolVersion
	c.That("all of them, the newest first", slices.Equal(spoken, versions), spoken)
	twin, err := client.Clone()
	c.Must("a clone connects without asking again", err)
	defer twin.Close()
	_, err = twin.Query().Operations().Exec()
	c.That("and is answered", err == nil, err)

	for _, only := range versions {
		limited, err := door.dial("cluster0-0", kmipclient.WithKmipVersions(only))
		if c.That("a client that speaks only "+only.String(), err == nil, err); err == nil {
			c.Equal("gets it", limited.Version(), only)
			limited.Close()
		}
	}
	both, err := door.dial("cluster0-0", kmipclient.WithKmipVersions(kmip.V1_1, kmip.V1_2, kmip.V2_0))
	if c.That("a client of 1.1, 1.2 and 2.0", err == nil, err); err == nil {
		c.Equal("gets the newest that both speak", both.Version(), kmip.V1_2)
		both.Close()
	}
	late, err := door.dial("cluster0-0", kmipclient.WithKmipVersions(kmip.V2_0, kmip.V2_1))
	c.That("a client of 2.0 and 2.1 alone is told that there is nothing common", err != nil, "it connected")
	if err == nil {
		late.Close()
	}
}
