package main

import (
	"go.mongodb.org/atlas-sdk/v20250312020/admin"
)

func house(a api) {
	status := got(a.RootApi.GetSystemStatus(a.ctx).Execute()).must(a, "GetSystemStatus")
	a.That("it names the service", status.GetAppName() != "", status)
	got(a.RootApi.ListControlPlaneAddresses(a.ctx).Execute()).must(a, "ListControlPlaneAddresses")
	limits := got(a.RateLimitingApi.ListRateLimits(a.ctx).Execute()).must(a, "ListRateLimits")
	a.That("there are some", len(limits.GetResults()) > 0, limits)
	if first := limits.GetResults(); len(first) > 0 {
		got(a.RateLimitingApi.GetRateLimit(a.ctx, first[0].GetEndpointSetId()).Execute()).must(a, "GetRateLimit")
	}
	types := got(a.EventsApi.ListEventTypes(a.ctx).Execute()).must(a, "ListEventTypes")
	a.That("event types are listed", types.GetTotalCount() > 20, types.GetTotalCount())
	got(a.AlertConfigurationsApi.ListMatcherFieldNames(a.ctx).Execute()).must(a, "ListMatcherFieldNames")
}

func organizations(a api) {
	orgs := got(a.OrganizationsApi.ListOrgs(a.ctx).Execute()).must(a, "ListOrgs")
	a.That("ours is among them", orgs.GetTotalCount() >= 1, orgs)
	org := a.dev.API.OrgID
	got(a.OrganizationsApi.GetOrg(a.ctx, org).Execute()).must(a, "GetOrg")
	before := got(a.OrganizationsApi.GetOrgSettings(a.ctx, org).Execute()).must(a, "GetOrgSettings")
	// Another value than the one that is there, whoever set that.
	hours := 8760
	if before.GetMaxServiceAccountSecretValidityInHours() == hours {
		hours = 8000
	}
	wanted := of[admin.OrganizationSettings](a, `{"maxServiceAccountSecretValidityInHours": %d}`, hours)
	got(a.OrganizationsApi.UpdateOrgSettings(a.ctx, org, wanted).Execute()).must(a, "UpdateOrgSettings")
	changed := got(a.OrganizationsApi.GetOrgSettings(a.ctx, org).Execute()).must(a, "GetOrgSettings, again")
	a.Equal("the settings are kept", changed.GetMaxServiceAccountSecretValidityInHours(), hours)
	got(a.OrganizationsApi.GetOrgGroups(a.ctx, org).Execute()).must(a, "GetOrgGroups")
	got(a.OrganizationsApi.UpdateOrg(a.ctx, org, of[admin.AtlasOrganization](a, `{"name": "Dev %s"}`, a.suffix)).Execute()).
		must(a, "UpdateOrg")
	got(a.OrganizationsApi.UpdateOrg(a.ctx, org, of[admin.AtlasOrganization](a, `{"name": "Dev"}`)).Execute()).
		must(a, "UpdateOrg, back again")
	got(a.OrganizationsApi.GetOrg(a.ctx, nobody).Execute()).refused(a, "somebody else's organization", 404, "ORG_NOT_FOUND")
	done(a.OrganizationsApi.DeleteOrg(a.ctx, org).Execute()).refused(a, "deleting it with all its projects", 409, "ORG_NOT_EMPTY")
}

func orgKeys(a api) {
	org := a.dev.API.OrgID
	keys := a.ProgrammaticAPIKeysApi
	wanted := of[admin.CreateAtlasOrganizationApiKey](a, `{"desc": "ci %s", "roles": ["ORG_MEMBER"]}`, a.suffix)
	key := got(keys.CreateOrgApiKey(a.ctx, org, wanted).Execute()).status(a, "CreateOrgApiKey", 200)
	a.That("it comes with its private half", len(key.GetPrivateKey()) == 36, "no")
	id := key.GetId()
	read := got(keys.GetOrgApiKey(a.ctx, org, id).Execute()).must(a, "GetOrgApiKey")
	a.That("which is shown once", read.GetPrivateKey() != key.GetPrivateKey(), "again")
	a.Equal("its description", read.GetDesc(), wanted.Desc)
	got(keys.ListOrgApiKeys(a.ctx, org).Execute()).must(a, "ListOrgApiKeys")
	update := of[admin.UpdateAtlasOrganizationApiKey](a, `{"desc": "ci2", "roles": ["ORG_READ_ONLY"]}`)
	changed := got(keys.UpdateOrgApiKey(a.ctx, org, id, update).Execute()).must(a, "UpdateOrgApiKey")
	a.Equal("its description now", changed.GetDesc(), "ci2")
	entries := of[[]admin.UserAccessListRequest](a, `[{"ipAddress": "127.0.0.1"}, {"cidrBlock": "10.0.0.0/8"}]`)
	got(keys.CreateOrgAccessEntry(a.ctx, org, id, entries).Execute()).must(a, "CreateOrgAccessEntry")
	listed := got(keys.ListOrgAccessEntries(a.ctx, org, id).Execute()).must(a, "ListOrgAccessEntries")
	a.Equal("both are there", listed.GetTotalCount(), 2)
	got(keys.GetOrgAccessEntry(a.ctx, org, "127.0.0.1", id).Execute()).must(a, "GetOrgAccessEntry")
	mine := a.as(key.GetPublicKey(), key.GetPrivateKey())
	got(mine.OrganizationsApi.GetOrg(a.ctx, org).Execute()).must(a, "the key works from there")
	got(mine.OrganizationsApi.UpdateOrg(a.ctx, org, of[admin.AtlasOrganization](a, `{"name": "Mine"}`)).Execute()).
		refused(a, "more than its role allows", 403, "USER_UNAUTHORIZED")
	done(keys.DeleteAccessEntry(a.ctx, org, id, "127.0.0.1").Execute()).must(a, "DeleteAccessEntry")
	got(mine.OrganizationsApi.GetOrg(a.ctx, org).Execute()).refused(a, "from another address", 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
	done(keys.DeleteOrgApiKey(a.ctx, org, id).Execute()).must(a, "DeleteOrgApiKey")
	got(keys.GetOrgApiKey(a.ctx, org, id).Execute()).refused(a, "a key that is gone", 404, "API_KEY_NOT_FOUND")
}

func orgAccounts(a api) {
	org := a.dev.API.OrgID
	accounts := a.ServiceAccountsApi
	wanted := of[admin.OrgServiceAccountRequest](a,
		`{"name": "robot %s", "description": "of the suite", "roles": ["ORG_MEMBER"], "secretExpiresAfterHours": 24}`, a.suffix)
	account := got(accounts.CreateOrgServiceAccount(a.ctx, org, wanted).Execute()).status(a, "CreateOrgServiceAccount", 201)
	id := account.GetClientId()
	first := account.GetSecrets()
	a.That("its secret is shown", len(first) == 1 && first[0].GetSecret() != "", "not")
	got(accounts.ListOrgServiceAccounts(a.ctx, org).Execute()).must(a, "ListOrgServiceAccounts")
	read := got(accounts.GetOrgServiceAccount(a.ctx, org, id).Execute()).must(a, "GetOrgServiceAccount")
	a.That("once", len(read.GetSecrets()) == 1 && read.GetSecrets()[0].GetSecret() == "", "again")
	update := of[admin.OrgServiceAccountUpdateRequest](a, `{"name": "robot2"}`)
	changed := got(accounts.UpdateOrgServiceAccount(a.ctx, id, org, update).Execute()).must(a, "UpdateOrgServiceAccount")
	a.Equal("its name", changed.GetName(), "robot2")
	more := of[admin.ServiceAccountSecretRequest](a, `{"secretExpiresAfterHours": 8}`)
	secret := got(accounts.CreateOrgSecret(a.ctx, org, id, more).Execute()).status(a, "CreateOrgSecret", 201)
	entry := of[[]admin.ServiceAccountIPAccessListEntry](a, `[{"ipAddress": "127.0.0.1"}]`)
	got(accounts.CreateOrgAccessList(a.ctx, org, id, entry).Execute()).must(a, "CreateOrgAccessList")
	got(accounts.ListOrgAccessList(a.ctx, org, id).Execute()).must(a, "ListOrgAccessList")
	got(accounts.GetServiceAccountGroups(a.ctx, org, id).Execute()).must(a, "GetServiceAccountGroups")
	mine := a.asAccount(id, secret.GetSecret())
	got(mine.OrganizationsApi.GetOrg(a.ctx, org).Execute()).must(a, "the new secret signs in")
	done(accounts.DeleteOrgSecret(a.ctx, id, secret.Id, org).Execute()).must(a, "DeleteOrgSecret")
	done(accounts.DeleteOrgAccessEntry(a.ctx, org, id, "127.0.0.1").Execute()).must(a, "DeleteOrgAccessEntry")
	done(accounts.DeleteOrgServiceAccount(a.ctx, id, org).Execute()).status(a, "DeleteOrgServiceAccount", 204)
	got(mine.OrganizationsApi.GetOrg(a.ctx, org).Execute()).refused(a, "its token afterwards", 401, "UNEXPECTED_ERROR")
}

func people(a api) {
	org := a.dev.API.OrgID
	users, teams := a.MongoDBCloudUsersApi, a.TeamsApi
	invited := of[admin.OrgUserRequest](a, `{"username": "ada-%s@example.org", "roles": {"orgRoles": ["ORG_MEMBER"]}}`, a.suffix)
	user := got(users.CreateOrgUser(a.ctx, org, invited).Execute()).must(a, "CreateOrgUser")
	got(users.ListOrgUsers(a.ctx, org).Execute()).must(a, "ListOrgUsers")
	got(users.GetOrgUser(a.ctx, org, user.Id).Execute()).must(a, "GetOrgUser")
	team := of[admin.Team](a, `{"name": "team %s", "usernames": ["ada-%s@example.org"]}`, a.suffix, a.suffix)
	made := got(teams.CreateOrgTeam(a.ctx, org, team).Execute()).must(a, "CreateOrgTeam")
	id := made.GetId()
	got(teams.ListOrgTeams(a.ctx, org).Execute()).must(a, "ListOrgTeams")
	got(teams.GetOrgTeam(a.ctx, org, id).Execute()).must(a, "GetOrgTeam")
	got(teams.GetTeamByName(a.ctx, org, "team "+a.suffix).Execute()).must(a, "GetTeamByName")
	got(users.ListTeamUsers(a.ctx, org, id).Execute()).must(a, "ListTeamUsers")
	name := of[admin.TeamUpdate](a, `{"name": "crew %s"}`, a.suffix)
	got(teams.RenameOrgTeam(a.ctx, org, id, name).Execute()).must(a, "RenameOrgTeam")
	read := of[admin.AddOrRemoveOrgRole](a, `{"orgRole": "ORG_READ_ONLY"}`)
	got(users.AddOrgRole(a.ctx, org, user.Id, read).Execute()).must(a, "AddOrgRole")
	got(users.RemoveOrgRole(a.ctx, org, user.Id, read).Execute()).must(a, "RemoveOrgRole")
	roles := of[admin.OrgUserUpdateRequest](a, `{"roles": {"orgRoles": ["ORG_READ_ONLY"]}}`)
	got(users.UpdateOrgUser(a.ctx, org, user.Id, roles).Execute()).must(a, "UpdateOrgUser")
	out := of[admin.AddOrRemoveUserFromTeam](a, `{"id": "%s"}`, user.Id)
	got(users.RemoveOrgTeamUser(a.ctx, org, id, out).Execute()).must(a, "RemoveOrgTeamUser")
	got(users.AddOrgTeamUser(a.ctx, org, id, out).Execute()).must(a, "AddOrgTeamUser")
	done(teams.RemoveUserFromTeam(a.ctx, org, id, user.Id).Execute()).must(a, "RemoveUserFromTeam")
	got(teams.AddTeamUsers(a.ctx, org, id, of[[]admin.AddUserToTeam](a, `[{"id": "%s"}]`, user.Id)).Execute()).must(a, "AddTeamUsers")
	done(teams.DeleteOrgTeam(a.ctx, org, id).Execute()).must(a, "DeleteOrgTeam")
	done(users.RemoveOrgUser(a.ctx, org, user.Id).Execute()).must(a, "RemoveOrgUser")
}
