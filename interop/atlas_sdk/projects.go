package main

import (
	"context"
	"net/http"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/atlas-sdk/v20250312020/admin"
	"go.mongodb.org/atlas-sdk/v20250312020/auth"
)

// nobody is an id that nothing has.
const nobody = "0123456789abcdef01234567"

// as gives a client of another API key.
func (a api) as(publicKey, privateKey string) *admin.APIClient {
	transport := digest.NewTransport(publicKey, privateKey)
	client, err := admin.NewClient(admin.UseBaseURL(a.dev.API.BaseURL), admin.UseHTTPClient(&http.Client{Transport: transport, Timeout: answersWithin}))
	a.Need("a client is made", err)
	return client
}

// asAccount gives a client of another service account.
func (a api) asAccount(id, secret string) *admin.APIClient {
	ctx := context.WithValue(context.Background(), auth.HTTPClient, &http.Client{Timeout: answersWithin})
	client, err := admin.NewClient(admin.UseBaseURL(a.dev.API.BaseURL), admin.UseOAuthAuth(ctx, id, secret))
	a.Need("a client is made", err)
	return client
}

func newProject(a api) string {
	projects := a.ProjectsApi
	wanted := of[admin.Group](a, `{"name": "sdk %s", "orgId": "%s", "clusterCount": 0, "created": "2026-01-01T00:00:00Z"}`, a.suffix, a.dev.API.OrgID)
	project := got(projects.CreateGroup(a.ctx, wanted).Execute()).status(a, "CreateGroup", 201)
	id := project.GetId()
	got(projects.CreateGroup(a.ctx, wanted).Execute()).refused(a, "a second one of that name", 409, "GROUP_ALREADY_EXISTS")
	read := got(projects.GetGroup(a.ctx, id).Execute()).must(a, "GetGroup")
	a.Equal("its name", read.GetName(), "sdk "+a.suffix)
	got(projects.GetGroupByName(a.ctx, "sdk "+a.suffix).Execute()).must(a, "GetGroupByName")
	got(projects.ListGroups(a.ctx).Execute()).must(a, "ListGroups")
	got(projects.GetGroup(a.ctx, nobody).Execute()).refused(a, "a project that is not there", 404, "GROUP_NOT_FOUND")
	return id
}

func ofProject(a api, project string) {
	projects := a.ProjectsApi
	changed := got(projects.UpdateGroup(a.ctx, project, of[admin.GroupUpdate](a, `{"name": "sdk2 %s"}`, a.suffix)).Execute()).
		must(a, "UpdateGroup")
	a.Equal("its new name", changed.GetName(), "sdk2 "+a.suffix)
	settings := got(projects.GetGroupSettings(a.ctx, project).Execute()).must(a, "GetGroupSettings")
	a.That("six flags are there", settings.IsCollectDatabaseSpecificsStatisticsEnabled != nil && settings.IsDataExplorerEnabled != nil &&
		settings.IsExtendedStorageSizesEnabled != nil && settings.IsPerformanceAdvisorEnabled != nil &&
		settings.IsRealtimePerformancePanelEnabled != nil && settings.IsSchemaAdvisorEnabled != nil, plain(a, settings))
	flags := of[admin.GroupSettings](a, `{"isDataExplorerEnabled": false, "isSchemaAdvisorEnabled": false}`)
	same(a, "they are kept", flags, got(projects.UpdateGroupSettings(a.ctx, project, flags).Execute()).must(a, "UpdateGroupSettings"))
	limits := got(projects.ListGroupLimits(a.ctx, project).Execute()).must(a, "ListGroupLimits")
	a.That("there are limits", len(limits) > 0, limits)
	if len(limits) > 0 {
		name := "atlas.project.deployment.clusters"
		got(projects.GetGroupLimit(a.ctx, name, project).Execute()).must(a, "GetGroupLimit")
		limit := of[admin.DataFederationLimit](a, `{"name": "%s", "value": 30}`, name)
		got(projects.SetGroupLimit(a.ctx, name, project, limit).Execute()).must(a, "SetGroupLimit")
		done(projects.DeleteGroupLimit(a.ctx, name, project).Execute()).must(a, "DeleteGroupLimit")
	}
	got(projects.GetGroupIpAddresses(a.ctx, project).Execute()).must(a, "GetGroupIpAddresses")
	got(projects.GetMongoDbVersions(a.ctx, project).Execute()).must(a, "GetMongoDbVersions")
	slow := a.PerformanceAdvisorApi
	nothingThere(a, project)
	got(slow.GetManagedSlowMs(a.ctx, project).Execute()).must(a, "GetManagedSlowMs")
	done(slow.DisableManagedSlowMs(a.ctx, project).Execute()).must(a, "DisableManagedSlowMs")
	off := got(slow.GetManagedSlowMs(a.ctx, project).Execute()).must(a, "GetManagedSlowMs")
	a.Equal("it is off", off, false)
	done(slow.EnableManagedSlowMs(a.ctx, project).Execute()).must(a, "EnableManagedSlowMs")
	list := a.ProjectIPAccessListApi
	entries := of[[]admin.NetworkPermissionEntry](a, `[{"ipAddress": "203.0.113.7", "comment": "office"}]`)
	got(list.CreateAccessListEntry(a.ctx, project, entries).Execute()).must(a, "CreateAccessListEntry")
	listed := got(list.ListAccessListEntries(a.ctx, project).Execute()).must(a, "ListAccessListEntries")
	a.Equal("it is there", listed.GetTotalCount(), 1)
	got(list.GetAccessListEntry(a.ctx, project, "203.0.113.7").Execute()).must(a, "GetAccessListEntry")
	got(list.GetAccessListStatus(a.ctx, project, "203.0.113.7").Execute()).must(a, "GetAccessListStatus")
	done(list.DeleteAccessListEntry(a.ctx, project, "203.0.113.7").Execute()).must(a, "DeleteAccessListEntry")
}

// nothingThere is what people ask of a project that cannot have it here.
func nothingThere(a api, project string) {
	got(a.AuditingApi.GetGroupAuditLog(a.ctx, project).Execute()).must(a, "GetGroupAuditLog")
	got(a.CustomDatabaseRolesApi.ListCustomDbRoles(a.ctx, project).Execute()).must(a, "ListCustomDbRoles")
	got(a.DatabaseUsersApi.ListDatabaseUsers(a.ctx, project).Execute()).must(a, "ListDatabaseUsers")
	got(a.ThirdPartyIntegrationsApi.ListGroupIntegrations(a.ctx, project).Execute()).must(a, "ListGroupIntegrations")
	got(a.MaintenanceWindowsApi.GetMaintenanceWindow(a.ctx, project).Execute()).must(a, "GetMaintenanceWindow")
	got(a.PrivateEndpointServicesApi.GetRegionalEndpointMode(a.ctx, project).Execute()).must(a, "GetRegionalEndpointMode")
	got(a.PrivateEndpointServicesApi.ListPrivateEndpointService(a.ctx, project, "AWS").Execute()).must(a, "ListPrivateEndpointService")
	got(a.LDAPConfigurationApi.GetUserSecurity(a.ctx, project).Execute()).must(a, "GetUserSecurity")
	got(a.NetworkPeeringApi.ListGroupPeers(a.ctx, project).Execute()).must(a, "ListGroupPeers")
}

func accessTo(a api, project string) {
	org := a.dev.API.OrgID
	keys := a.ProgrammaticAPIKeysApi
	key := got(keys.CreateGroupApiKey(a.ctx, project, of[admin.CreateAtlasProjectApiKey](a, `{"desc": "of the project", "roles": ["GROUP_READ_ONLY"]}`)).Execute()).
		status(a, "CreateGroupApiKey", 200)
	id := key.GetId()
	got(keys.ListGroupApiKeys(a.ctx, project).Execute()).must(a, "ListGroupApiKeys")
	got(keys.UpdateApiKeyRoles(a.ctx, project, id, of[admin.UpdateAtlasProjectApiKey](a, `{"roles": ["GROUP_OWNER"]}`)).Execute()).
		must(a, "UpdateApiKeyRoles")
	mine := a.as(key.GetPublicKey(), key.GetPrivateKey())
	got(mine.EncryptionAtRestUsingCustomerKeyManagementApi.GetEncryptionAtRest(a.ctx, project).Execute()).
		must(a, "the project's key reads its settings")
	got(mine.ProjectsApi.GetGroup(a.ctx, a.dev.API.ProjectID).Execute()).
		refused(a, "and no other project", 404, "GROUP_NOT_FOUND")
	done(keys.RemoveGroupApiKey(a.ctx, project, id).Execute()).must(a, "RemoveGroupApiKey")
	again := of[[]admin.UserAccessRoleAssignment](a, `[{"roles": ["GROUP_READ_ONLY"]}]`)
	done(keys.AddGroupApiKey(a.ctx, project, id, again).Execute()).must(a, "AddGroupApiKey")
	done(keys.DeleteOrgApiKey(a.ctx, org, id).Execute()).must(a, "DeleteOrgApiKey")

	accounts := a.ServiceAccountsApi
	wanted := of[admin.GroupServiceAccountRequest](a,
		`{"name": "of the project", "description": "d", "roles": ["GROUP_READ_ONLY"], "secretExpiresAfterHours": 24}`)
	account := got(accounts.CreateGroupServiceAccount(a.ctx, project, wanted).Execute()).status(a, "CreateGroupServiceAccount", 201)
	client := account.GetClientId()
	got(accounts.ListGroupServiceAccounts(a.ctx, project).Execute()).must(a, "ListGroupServiceAccounts")
	got(accounts.GetGroupServiceAccount(a.ctx, project, client).Execute()).must(a, "GetGroupServiceAccount")
	got(accounts.UpdateGroupServiceAccount(a.ctx, client, project, of[admin.GroupServiceAccountUpdateRequest](a, `{"roles": ["GROUP_OWNER"]}`)).Execute()).
		must(a, "UpdateGroupServiceAccount")
	secret := got(accounts.CreateGroupSecret(a.ctx, project, client, of[admin.ServiceAccountSecretRequest](a, `{"secretExpiresAfterHours": 8}`)).Execute()).
		must(a, "CreateGroupSecret")
	done(accounts.DeleteGroupSecret(a.ctx, client, secret.Id, project).Execute()).must(a, "DeleteGroupSecret")
	entry := of[[]admin.ServiceAccountIPAccessListEntry](a, `[{"cidrBlock": "127.0.0.0/8"}]`)
	got(accounts.CreateAccessList(a.ctx, project, client, entry).Execute()).must(a, "CreateAccessList")
	got(accounts.ListAccessList(a.ctx, project, client).Execute()).must(a, "ListAccessList")
	done(accounts.DeleteGroupAccessEntry(a.ctx, project, client, "127.0.0.0/8").Execute()).must(a, "DeleteGroupAccessEntry")
	done(accounts.DeleteGroupServiceAccount(a.ctx, client, project).Execute()).must(a, "DeleteGroupServiceAccount")
	robot := got(accounts.CreateOrgServiceAccount(a.ctx, org, of[admin.OrgServiceAccountRequest](a,
		`{"name": "guest", "description": "d", "roles": ["ORG_MEMBER"], "secretExpiresAfterHours": 24}`)).Execute()).must(a, "another account")
	guest := of[admin.GroupServiceAccountRoleAssignment](a, `{"roles": ["GROUP_READ_ONLY"]}`)
	got(accounts.InviteGroupServiceAccount(a.ctx, robot.GetClientId(), project, guest).Execute()).must(a, "InviteGroupServiceAccount")
	done(accounts.DeleteOrgServiceAccount(a.ctx, robot.GetClientId(), org).Execute()).must(a, "and away")

	users, teams := a.MongoDBCloudUsersApi, a.TeamsApi
	invited := got(users.CreateOrgUser(a.ctx, org, of[admin.OrgUserRequest](a,
		`{"username": "eve-%s@example.org", "roles": {"orgRoles": ["ORG_MEMBER"], "groupRoleAssignments": [{"groupId": "%s", "groupRoles": ["GROUP_READ_ONLY"]}]}}`,
		a.suffix, project)).Execute()).must(a, "a person with a role in the project")
	got(users.ListGroupUsers(a.ctx, project).Execute()).must(a, "ListGroupUsers")
	got(users.GetGroupUser(a.ctx, project, invited.Id).Execute()).must(a, "GetGroupUser")
	owner := of[admin.AddOrRemoveGroupRole](a, `{"groupRole": "GROUP_OWNER"}`)
	got(users.AddGroupUserRole(a.ctx, project, invited.Id, owner).Execute()).must(a, "AddGroupUserRole")
	got(users.RemoveGroupUserRole(a.ctx, project, invited.Id, owner).Execute()).must(a, "RemoveGroupUserRole")
	got(users.AddGroupUsers(a.ctx, project, of[admin.GroupUserRequest](a, `{"username": "ann-%s@example.org", "roles": ["GROUP_READ_ONLY"]}`, a.suffix)).Execute()).
		must(a, "AddGroupUsers")
	listed := got(users.ListGroupUsers(a.ctx, project).Execute()).must(a, "ListGroupUsers")
	for _, person := range listed.GetResults() {
		if person.GetUsername() == "ann-"+a.suffix+"@example.org" {
			done(users.RemoveGroupUser(a.ctx, project, person.GetId()).Execute()).must(a, "RemoveGroupUser")
		}
	}
	team := got(teams.CreateOrgTeam(a.ctx, org, of[admin.Team](a, `{"name": "of project %s", "usernames": ["eve-%s@example.org"]}`, a.suffix, a.suffix)).Execute()).
		must(a, "a team")
	id = team.GetId()
	role := of[[]admin.TeamRole](a, `[{"teamId": "%s", "roleNames": ["GROUP_READ_ONLY"]}]`, id)
	got(teams.AddGroupTeams(a.ctx, project, role).Execute()).must(a, "AddGroupTeams")
	got(teams.ListGroupTeams(a.ctx, project).Execute()).must(a, "ListGroupTeams")
	got(teams.GetGroupTeam(a.ctx, project, id).Execute()).must(a, "GetGroupTeam")
	more := of[admin.TeamRole](a, `{"roleNames": ["GROUP_OWNER"]}`)
	got(teams.UpdateGroupTeam(a.ctx, project, id, more).Execute()).must(a, "UpdateGroupTeam")
	done(teams.DeleteOrgTeam(a.ctx, org, id).Execute()).refused(a, "a team that a project has", 404, "CANNOT_DELETE_TEAM_ASSIGNED_TO_PROJECT")
	done(teams.RemoveGroupTeam(a.ctx, project, id).Execute()).must(a, "RemoveGroupTeam")
	done(teams.DeleteOrgTeam(a.ctx, org, id).Execute()).must(a, "DeleteOrgTeam")
	done(users.RemoveOrgUser(a.ctx, org, invited.Id).Execute()).must(a, "RemoveOrgUser")
}
