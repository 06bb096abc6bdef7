package main

import (
	"go.mongodb.org/atlas-sdk/v20250312020/admin"
)

const cluster0 = `{"name": "%s", "clusterType": "REPLICASET", "encryptionAtRestProvider": "%s", "backupEnabled": true,
	"tags": [{"key": "team", "value": "a"}], "replicationSpecs": [{"zoneName": "Zone 1", "regionConfigs": [
	{"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
	 "electableSpecs": {"instanceSize": "M30", "nodeCount": 3, "diskSizeGB": 40}}]}]}`

func clusters(a api, project string) {
	clusters := a.ClustersApi
	wanted := of[admin.ClusterDescription20240805](a, cluster0, "one", "AWS")
	made := got(clusters.CreateCluster(a.ctx, project, wanted).Execute()).status(a, "CreateCluster", 201)
	same(a, "what was sent comes back", wanted, made)
	got(clusters.CreateCluster(a.ctx, project, wanted).Execute()).refused(a, "a second one of that name", 400, "DUPLICATE_CLUSTER_NAME")
	read := got(clusters.GetCluster(a.ctx, project, "one").Execute()).must(a, "GetCluster")
	same(a, "and is read", wanted, read)
	got(clusters.ListClusters(a.ctx, project).Execute()).must(a, "ListClusters")
	got(clusters.ListClusterDetails(a.ctx).Execute()).must(a, "ListClusterDetails")
	got(clusters.GetClusterStatus(a.ctx, project, "one").Execute()).must(a, "GetClusterStatus")
	got(clusters.ListClusterProviderRegions(a.ctx, project).Execute()).must(a, "ListClusterProviderRegions")
	got(clusters.AutoScalingConfiguration(a.ctx, project, "one").Execute()).must(a, "AutoScalingConfiguration")
	args := of[admin.ClusterDescriptionProcessArgs20240805](a, `{"minimumEnabledTlsProtocol": "TLS1_2", "javascriptEnabled": false, "oplogSizeMB": 2000}`)
	same(a, "process arguments come back", args, got(clusters.UpdateProcessArgs(a.ctx, project, "one", args).Execute()).must(a, "UpdateProcessArgs"))
	same(a, "and are read", args, got(clusters.GetProcessArgs(a.ctx, project, "one").Execute()).must(a, "GetProcessArgs"))
	got(clusters.GetCluster(a.ctx, project, "none").Execute()).refused(a, "a cluster that is not there", 404, "CLUSTER_NOT_FOUND")
	got(clusters.CreateCluster(a.ctx, project, of[admin.ClusterDescription20240805](a, cluster0, "gcp", "GCP")).Execute()).
		refused(a, "a key that is not enabled", 400, "ENCRYPTION_AT_REST_NOT_ENABLED")

	containers := a.NetworkPeeringApi
	list := got(containers.ListGroupContainers(a.ctx, project).ProviderName("AWS").Execute()).must(a, "ListGroupContainers")
	a.That("the region's container is there", len(list.GetResults()) == 1 && list.GetResults()[0].GetRegionName() == "US_EAST_1", plain(a, list))
	if len(list.GetResults()) > 0 {
		got(containers.GetGroupContainer(a.ctx, project, list.GetResults()[0].GetId()).Execute()).must(a, "GetGroupContainer")
	}
	got(containers.ListGroupContainerAll(a.ctx, project).Execute()).must(a, "ListGroupContainerAll")

	flex := a.FlexClustersApi
	none := got(flex.ListFlexClusters(a.ctx, project).Execute()).must(a, "ListFlexClusters")
	a.Equal("there are none", none.GetTotalCount(), 0)
	got(flex.GetFlexCluster(a.ctx, project, "one").Execute()).refused(a, "a cluster as a flex cluster", 400, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API")
	got(a.ServerlessInstancesApi.ListServerlessInstances(a.ctx, project).Execute()).must(a, "ListServerlessInstances")
	notOffered(a, project)

	search := a.AtlasSearchApi
	nodes := of[admin.ApiSearchDeploymentRequest](a, `{"specs": [{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 2}]}`)
	got(search.CreateClusterSearchDeployment(a.ctx, project, "one", nodes).Execute()).status(a, "CreateClusterSearchDeployment", 201)
	got(search.GetClusterSearchDeployment(a.ctx, project, "one").Execute()).must(a, "GetClusterSearchDeployment")
	more := of[admin.ApiSearchDeploymentRequest](a, `{"specs": [{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 3}]}`)
	got(search.UpdateClusterSearchDeployment(a.ctx, project, "one", more).Execute()).must(a, "UpdateClusterSearchDeployment")
	done(search.DeleteClusterSearchDeployment(a.ctx, project, "one").Execute()).must(a, "DeleteClusterSearchDeployment")

	paused := of[admin.ClusterDescription20240805](a, `{"paused": true}`)
	a.That("it is paused", got(clusters.UpdateCluster(a.ctx, project, "one", paused).Execute()).must(a, "UpdateCluster").GetPaused(), "not")
	tags := of[admin.ClusterDescription20240805](a, `{"tags": [{"key": "team", "value": "b"}]}`)
	got(clusters.UpdateCluster(a.ctx, project, "one", tags).Execute()).refused(a, "a change while it is paused", 409, "CANNOT_UPDATE_PAUSED_CLUSTER")
	got(clusters.UpdateCluster(a.ctx, project, "one", of[admin.ClusterDescription20240805](a, `{"paused": false}`)).Execute()).must(a, "and resumed")
	same(a, "then it is changed", tags, got(clusters.UpdateCluster(a.ctx, project, "one", tags).Execute()).must(a, "UpdateCluster"))
}

// notOffered is answered, and refused: nothing here could do it.
func notOffered(a api, project string) {
	const code = "FEATURE_UNSUPPORTED"
	flex, clusters := a.FlexClustersApi, a.ClustersApi
	small := of[admin.FlexClusterDescriptionCreate20241113](a, `{"name": "small", "providerSettings": {"backingProviderName": "AWS", "regionName": "US_EAST_1"}}`)
	got(flex.CreateFlexCluster(a.ctx, project, small).Execute()).refused(a, "CreateFlexCluster", 403, code)
	got(flex.UpdateFlexCluster(a.ctx, project, "small", of[admin.FlexClusterDescriptionUpdate20241113](a, `{}`)).Execute()).refused(a, "UpdateFlexCluster", 404, "CLUSTER_NOT_FOUND")
	done(flex.DeleteFlexCluster(a.ctx, project, "small").Execute()).refused(a, "DeleteFlexCluster", 404, "CLUSTER_NOT_FOUND")
	got(flex.TenantUpgrade(a.ctx, project, of[admin.AtlasTenantClusterUpgradeRequest20240805](a, `{"name": "small"}`)).Execute()).refused(a, "TenantUpgrade", 403, code)
	got(clusters.UpgradeTenantUpgrade(a.ctx, project, of[admin.LegacyAtlasTenantClusterUpgradeRequest](a, `{"name": "small"}`)).Execute()).refused(a, "UpgradeTenantUpgrade", 404, "CLUSTER_NOT_FOUND")
	done(clusters.RestartPrimaries(a.ctx, project, "one").Execute()).refused(a, "RestartPrimaries", 403, code)
	done(clusters.PinFeatureCompatibilityVersion(a.ctx, project, "one", of[admin.PinFCV](a, `{}`)).Execute()).refused(a, "PinFeatureCompatibilityVersion", 403, code)
	done(clusters.UnpinFeatureCompatibilityVersion(a.ctx, project, "one").Execute()).refused(a, "UnpinFeatureCompatibilityVersion", 403, code)
}

func backups(a api, project string) {
	backups := a.CloudBackupsApi
	got(backups.ListBackupSnapshots(a.ctx, project, "one").Execute()).must(a, "ListBackupSnapshots")
	got(backups.ListBackupShardedClusters(a.ctx, project, "one").Execute()).must(a, "ListBackupShardedClusters")
	got(backups.GetClusterBackupSnapshot(a.ctx, project, "one", nobody).Execute()).refused(a, "GetClusterBackupSnapshot", 404, "SNAPSHOT_NOT_FOUND")
	got(backups.TakeSnapshots(a.ctx, project, "one", of[admin.DiskBackupOnDemandSnapshotRequest](a, `{"description": "d", "retentionInDays": 1}`)).Execute()).
		refused(a, "TakeSnapshots", 403, "FEATURE_UNSUPPORTED")
	got(backups.UpdateBackupSnapshot(a.ctx, project, "one", nobody, of[admin.BackupSnapshotRetention](a, `{"retentionUnit": "DAYS", "retentionValue": 5}`)).Execute()).
		refused(a, "UpdateBackupSnapshot", 404, "SNAPSHOT_NOT_FOUND")
	done(backups.DeleteClusterBackupSnapshot(a.ctx, project, "one", nobody).Execute()).refused(a, "DeleteClusterBackupSnapshot", 404, "SNAPSHOT_NOT_FOUND")
	got(backups.GetBackupShardedCluster(a.ctx, project, "one", nobody).Execute()).refused(a, "GetBackupShardedCluster", 404, "SNAPSHOT_NOT_FOUND")
	done(backups.DeleteBackupShardedCluster(a.ctx, project, "one", nobody).Execute()).refused(a, "DeleteBackupShardedCluster", 404, "SNAPSHOT_NOT_FOUND")
	got(backups.GetBackupSchedule(a.ctx, project, "one").Execute()).must(a, "GetBackupSchedule")
	hours := of[admin.DiskBackupSnapshotSchedule20240805](a, `{"referenceHourOfDay": 4, "referenceMinuteOfHour": 30}`)
	same(a, "the schedule comes back", hours, got(backups.UpdateBackupSchedule(a.ctx, project, "one", hours).Execute()).must(a, "UpdateBackupSchedule"))
	policy := of[admin.DataProtectionSettings20231001](a, `{"authorizedEmail": "ada@example.org", "authorizedUserFirstName": "Ada",
		"authorizedUserLastName": "L", "encryptionAtRestEnabled": true, "copyProtectionEnabled": false, "pitEnabled": false, "projectId": "%s"}`, project)
	got(backups.UpdateCompliancePolicy(a.ctx, project, policy).Execute()).must(a, "UpdateCompliancePolicy")
	kept := got(backups.GetCompliancePolicy(a.ctx, project).Execute()).must(a, "GetCompliancePolicy")
	a.That("it demands encryption", kept.GetEncryptionAtRestEnabled(), plain(a, kept))
	done(backups.DisableCompliancePolicy(a.ctx, project).Execute()).must(a, "DisableCompliancePolicy")
}

func down(a api, project string) {
	done(a.ProjectsApi.DeleteGroup(a.ctx, project).Execute()).
		refused(a, "deleting a project with a cluster", 409, "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS")
	settings := a.EncryptionAtRestUsingCustomerKeyManagementApi
	off := of[admin.EncryptionAtRest](a, `{"awsKms": {"enabled": false}, "azureKeyVault": {"enabled": false}, "googleCloudKms": {"enabled": false}}`)
	got(settings.UpdateEncryptionAtRest(a.ctx, project, off).Execute()).
		refused(a, "disabling what a cluster uses", 409, "CANNOT_DISABLE_ENCRYPTION_AT_REST")
	done(a.ClustersApi.DeleteCluster(a.ctx, project, "one").Execute()).status(a, "DeleteCluster", 202)
	a.until("the cluster is gone", func() (string, bool) {
		seen := got(a.ClustersApi.GetCluster(a.ctx, project, "one").Execute())
		return seen.value.GetStateName(), admin.IsErrorCode(seen.err, "CLUSTER_NOT_FOUND")
	})
	after := got(settings.UpdateEncryptionAtRest(a.ctx, project, off).Execute()).must(a, "UpdateEncryptionAtRest, everything off")
	a.That("nothing is enabled", !after.AwsKms.GetEnabled() && !after.AzureKeyVault.GetEnabled() && !after.GoogleCloudKms.GetEnabled(), plain(a, after))
	done(a.ProjectsApi.DeleteGroup(a.ctx, project).Execute()).status(a, "DeleteGroup", 202)
	got(a.ProjectsApi.GetGroup(a.ctx, project).Execute()).refused(a, "the project", 404, "GROUP_NOT_FOUND")
}
