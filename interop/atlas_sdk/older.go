package main

import (
	"context"
	"encoding/json"
	"net/http"

	"atrest/interop/checks"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/atlas-sdk/v20241113005/admin"
)

// olderClient is the SDK of the published samples: settings and clusters by another date.
func olderClient(c *checks.Checks, dev dev, seen *recorder) {
	c.Section("the SDK of November 2024", func() {
		transport := digest.NewTransportWithHTTPRoundTripper(dev.API.APIKey.PublicKey, dev.API.APIKey.PrivateKey, seen)
		client, err := admin.NewClient(admin.UseBaseURL(dev.API.BaseURL), admin.UseHTTPClient(&http.Client{Transport: transport, Timeout: answersWithin}))
		c.Must("a client is made", err)
		ctx, project := context.Background(), dev.API.ProjectID
		settings := client.EncryptionAtRestUsingCustomerKeyManagementApi
		var wanted admin.EncryptionAtRest
		c.Need("dev.json has a payload", json.Unmarshal(dev.Clouds.AWS.RolePayload, &wanted))
		changed, _, err := settings.UpdateEncryptionAtRest(ctx, project, &wanted).Execute()
		c.Must("UpdateEncryptionAtRest with a role", err)
		c.That("it is valid", changed.AwsKms.GetValid(), changed)
		c.Equal("the role comes back", changed.AwsKms.GetRoleId(), wanted.AwsKms.GetRoleId())
		read, _, err := settings.GetEncryptionAtRest(ctx, project).Execute()
		c.Must("GetEncryptionAtRest", err)
		c.Equal("the key", read.AwsKms.GetCustomerMasterKeyID(), wanted.AwsKms.GetCustomerMasterKeyID())
		list, _, err := client.ClustersApi.ListClusters(ctx, project).Execute()
		c.Must("ListClusters", err)
		c.Equal("none yet", list.GetTotalCount(), 0)
		endpoints, _, err := settings.GetEncryptionAtRestPrivateEndpointsForCloudProvider(ctx, project, "AZURE").Execute()
		c.Must("the endpoints of Azure", err)
		c.Equal("none yet either", endpoints.GetTotalCount(), 0)
		off := admin.EncryptionAtRest{AwsKms: &admin.AWSKMSConfiguration{Enabled: admin.PtrBool(false)}}
		changed, _, err = settings.UpdateEncryptionAtRest(ctx, project, &off).Execute()
		c.Must("UpdateEncryptionAtRest, off again", err)
		c.That("it is off", !changed.AwsKms.GetEnabled(), changed)
	})
}
