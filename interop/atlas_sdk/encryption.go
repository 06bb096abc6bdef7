package main

import (
	"encoding/json"
	"net/http"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312020/admin"
)

// soon is how long something that happens by itself may take.
const soon = 60 * time.Second

// roles are made and shown here; that a customer's cloud lets them in is another script's.
func roles(a api, project string) {
	access := a.CloudProviderAccessApi
	role := got(access.CreateCloudProviderAccess(a.ctx, project, of[admin.CloudProviderAccessRoleRequest](a, `{"providerName": "AWS"}`)).Execute()).
		status(a, "CreateCloudProviderAccess", 200)
	id := role.GetRoleId()
	a.That("it says whom to trust, and by which external id", role.GetAtlasAWSAccountArn() != "" && role.GetAtlasAssumedRoleExternalId() != "", plain(a, role))
	read := got(access.GetCloudProviderAccess(a.ctx, project, id).Execute()).must(a, "GetCloudProviderAccess")
	same(a, "which stays so", role, read)
	list := got(access.ListCloudProviderAccess(a.ctx, project).Execute()).must(a, "ListCloudProviderAccess")
	a.Equal("it is listed", len(list.GetAwsIamRoles()), 1)
	stranger := of[admin.CloudProviderAccessRoleRequestUpdate](a, `{"providerName": "AWS", "iamAssumedRoleArn": "arn:aws:iam::123456789012:role/nobody"}`)
	got(access.AuthorizeProviderAccessRole(a.ctx, project, id, stranger).Execute()).
		refused(a, "a role that trusts nobody", 400, "CANNOT_ASSUME_ROLE")
	unauthorized := of[admin.EncryptionAtRest](a, `{"awsKms": {"enabled": true, "customerMasterKeyID": "12345678-1234-1234-1234-123456789012", "region": "US_EAST_1", "roleId": "%s"}}`, id)
	got(a.EncryptionAtRestUsingCustomerKeyManagementApi.UpdateEncryptionAtRest(a.ctx, project, unauthorized).Execute()).
		refused(a, "a role that was never authorized", 400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED")
	done(access.DeauthorizeProviderAccessRole(a.ctx, project, "AWS", id).Execute()).status(a, "DeauthorizeProviderAccessRole", 204)
	got(access.GetCloudProviderAccess(a.ctx, project, id).Execute()).refused(a, "a role that is gone", 404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND")
}

func settings(a api, project string) {
	settings := a.EncryptionAtRestUsingCustomerKeyManagementApi
	before := got(settings.GetEncryptionAtRest(a.ctx, project).Execute()).must(a, "GetEncryptionAtRest")
	aws, azure, gcp := before.GetAwsKms(), before.GetAzureKeyVault(), before.GetGoogleCloudKms()
	a.That("nothing is enabled", !aws.GetEnabled() && !azure.GetEnabled() && !gcp.GetEnabled(), plain(a, before))
	var all admin.EncryptionAtRest
	for _, cloud := range []payloads{a.dev.Clouds.AWS, a.dev.Clouds.Azure, a.dev.Clouds.GCP} {
		a.Need("dev.json has a payload", json.Unmarshal(cloud.Payload, &all))
	}
	after := got(settings.UpdateEncryptionAtRest(a.ctx, project, &all).Execute()).status(a, "UpdateEncryptionAtRest, all three at once", 200)
	a.That("all three are valid", after.AwsKms.GetValid() && after.AzureKeyVault.GetValid() && after.GoogleCloudKms.GetValid(), plain(a, after))
	a.Equal("the key", after.AwsKms.GetCustomerMasterKeyID(), all.AwsKms.GetCustomerMasterKeyID())
	a.That("and no secret", after.AwsKms.SecretAccessKey == nil && after.AzureKeyVault.Secret == nil && after.GoogleCloudKms.ServiceAccountKey == nil, "one")
	echoed := got(settings.UpdateEncryptionAtRest(a.ctx, project, after).Execute()).must(a, "what was read, sent back")
	same(a, "changes nothing", after, echoed)
	same(a, "and is read again", after, got(settings.GetEncryptionAtRest(a.ctx, project).Execute()).must(a, "GetEncryptionAtRest"))
	off := of[admin.EncryptionAtRest](a, `{"googleCloudKms": {"enabled": false}}`)
	without := got(settings.UpdateEncryptionAtRest(a.ctx, project, off).Execute()).must(a, "one of them off")
	a.That("leaves the others", without.AwsKms.GetValid() && without.AzureKeyVault.GetValid() && !without.GoogleCloudKms.GetEnabled(), plain(a, without))
}

func endpoints(a api, project string) {
	api := a.EncryptionAtRestUsingCustomerKeyManagementApi
	private := of[admin.EncryptionAtRest](a, `{"awsKms": {"requirePrivateNetworking": true}}`)
	got(api.UpdateEncryptionAtRest(a.ctx, project, private).Execute()).must(a, "private networking is required")
	endpoint := got(api.CreateRestPrivateEndpoint(a.ctx, project, "AWS", of[admin.EARPrivateEndpoint](a, `{"cloudProvider": "AWS", "regionName": "US_EAST_1"}`)).Execute()).
		status(a, "CreateRestPrivateEndpoint", 202)
	id := endpoint.GetId()
	a.Equal("it begins as", endpoint.GetStatus(), "INITIATING")
	list := got(api.ListRestPrivateEndpoints(a.ctx, project, "AWS").Execute()).must(a, "ListRestPrivateEndpoints")
	a.Equal("it is listed", list.GetTotalCount(), 1)
	a.until("it becomes active", func() (string, bool) {
		seen := got(api.GetRestPrivateEndpoint(a.ctx, project, "AWS", id).Execute())
		return seen.value.GetStatus(), seen.value.GetStatus() == "ACTIVE"
	})
	off := of[admin.EncryptionAtRest](a, `{"awsKms": {"enabled": false}}`)
	got(api.UpdateEncryptionAtRest(a.ctx, project, off).Execute()).
		refused(a, "disabling with an endpoint", 400, "CANNOT_DISABLE_ENCRYPTION_AT_REST_DUE_TO_PRIVATE_ENDPOINTS")
	done(a.ProjectsApi.DeleteGroup(a.ctx, project).Execute()).refused(a, "deleting the project", 409, "CANNOT_CLOSE_GROUP_EAR_PRIVATE_ENDPOINT")
	done(api.RequestPrivateEndpointDeletion(a.ctx, project, "AWS", id).Execute()).status(a, "RequestPrivateEndpointDeletion", 204)
	next := got(api.GetRestPrivateEndpoint(a.ctx, project, "AWS", id).Execute())
	gone := next.answer != nil && next.answer.StatusCode == http.StatusNotFound
	a.That("the very next look sees it going or gone", gone || next.value.GetStatus() == "DELETING", next.value.GetStatus())
	a.until("and then it is gone", func() (string, bool) {
		seen := got(api.GetRestPrivateEndpoint(a.ctx, project, "AWS", id).Execute())
		return seen.value.GetStatus(), seen.answer != nil && seen.answer.StatusCode == http.StatusNotFound
	})
	public := of[admin.EncryptionAtRest](a, `{"awsKms": {"requirePrivateNetworking": false}}`)
	got(api.UpdateEncryptionAtRest(a.ctx, project, public).Execute()).must(a, "the public way again")
}

// until looks again and again, and counts once.
func (a api) until(what string, look func() (string, bool)) {
	deadline := time.Now().Add(soon)
	for {
		seen, holds := look()
		if holds || time.Now().After(deadline) {
			a.That(what, holds, "saw "+seen)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
