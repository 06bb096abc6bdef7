package main

import (
	"time"

	"go.mongodb.org/atlas-sdk/v20250312020/admin"
)

func alerts(a api, project string) {
	configs := a.AlertConfigurationsApi
	before := got(configs.ListAlertConfigs(a.ctx, project).Execute()).must(a, "ListAlertConfigs")
	rotation := 0
	for _, config := range before.GetResults() {
		if config.GetEventTypeName() == "AWS_ENCRYPTION_KEY_NEEDS_ROTATION" {
			rotation++
			threshold := config.GetThreshold()
			a.Equal("the rotation alert's days", threshold.GetThreshold(), 90)
		}
	}
	a.Equal("enabling a provider made one rotation alert", rotation, 1)
	wanted := of[admin.GroupAlertsConfig](a, `{"eventTypeName": "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID", "enabled": true, "notifications": [
		{"typeName": "GROUP", "intervalMin": 5, "delayMin": 0, "emailEnabled": true, "smsEnabled": false, "roles": ["GROUP_OWNER"]},
		{"typeName": "EMAIL", "emailAddress": "ops@example.org", "intervalMin": 60, "delayMin": 10}]}`)
	made := got(configs.CreateAlertConfig(a.ctx, project, wanted).Execute()).status(a, "CreateAlertConfig", 201)
	same(a, "what was sent comes back", wanted, made)
	id := made.GetId()
	same(a, "and is read", wanted, got(configs.GetAlertConfig(a.ctx, project, id).Execute()).must(a, "GetAlertConfig"))
	off := got(configs.ToggleAlertConfig(a.ctx, project, id, of[admin.AlertsToggle](a, `{"enabled": false}`)).Execute()).must(a, "ToggleAlertConfig")
	a.Equal("it is off", off.GetEnabled(), false)
	whole := got(configs.UpdateAlertConfig(a.ctx, project, id, wanted).Execute()).must(a, "UpdateAlertConfig")
	a.Equal("and on again", whole.GetEnabled(), true)
	often := of[admin.GroupAlertsConfig](a, `{"eventTypeName": "AWS_ENCRYPTION_KEY_INVALID", "enabled": true, "notifications": [
		{"typeName": "EMAIL", "emailAddress": "ops@example.org", "intervalMin": 1}]}`)
	got(configs.CreateAlertConfig(a.ctx, project, often).Execute()).refused(a, "too often", 400, "NOTIFICATION_INTERVAL_OUT_OF_RANGE")

	// Of what raises an alert, this is what the API alone can do.
	deleted := ""
	for _, config := range before.GetResults() {
		if config.GetEventTypeName() == "CLUSTER_DELETED" {
			deleted = config.GetId()
		}
	}
	got(a.ClustersApi.CreateCluster(a.ctx, project, of[admin.ClusterDescription20240805](a, cluster0, "two", "NONE")).Execute()).must(a, "a cluster")
	done(a.ClustersApi.DeleteCluster(a.ctx, project, "two").Execute()).must(a, "is deleted")
	raised := ""
	a.until("an alert is raised", func() (string, bool) {
		open := got(a.AlertsApi.ListAlerts(a.ctx, project).Status("OPEN").Execute())
		for _, alert := range open.value.GetResults() {
			if alert.GetAlertConfigId() == deleted {
				raised = alert.GetId()
			}
		}
		return "none", raised != ""
	})
	if raised == "" {
		return
	}
	got(a.AlertsApi.GetAlert(a.ctx, project, raised).Execute()).must(a, "GetAlert")
	got(a.AlertsApi.GetAlertConfigAlerts(a.ctx, project, deleted).Execute()).must(a, "GetAlertConfigAlerts")
	got(configs.GetAlertConfigs(a.ctx, project, raised).Execute()).must(a, "GetAlertConfigs")
	until := time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	noted := of[admin.AcknowledgeAlert](a, `{"acknowledgedUntil": "%s", "acknowledgementComment": "known"}`, until)
	seen := got(a.AlertsApi.AcknowledgeAlert(a.ctx, project, raised, noted).Execute()).must(a, "AcknowledgeAlert")
	a.Equal("the comment", seen.GetAcknowledgementComment(), "known")
	got(a.AlertsApi.AcknowledgeAlert(a.ctx, project, raised, of[admin.AcknowledgeAlert](a, `{"unacknowledgeAlert": true}`)).Execute()).
		must(a, "and not any more")
	done(configs.DeleteAlertConfig(a.ctx, project, id).Execute()).status(a, "DeleteAlertConfig", 204)
	got(configs.GetAlertConfig(a.ctx, project, id).Execute()).refused(a, "one that is gone", 404, "ALERT_CONFIG_NOT_FOUND")
}

func events(a api, project string) {
	all := got(a.EventsApi.ListGroupEvents(a.ctx, project).Execute()).must(a, "ListGroupEvents")
	a.That("there are some", len(all.GetResults()) > 5, len(all.GetResults()))
	some := got(a.EventsApi.ListGroupEvents(a.ctx, project).EventType([]string{"ENCRYPTION_AT_REST_CONFIGURATION_UPDATED"}).IncludeCount(true).Execute()).
		must(a, "ListGroupEvents, of one type")
	a.That("only that type", some.GetTotalCount() >= 3, some.GetTotalCount())
	got(a.EventsApi.ListGroupEvents(a.ctx, project).ClusterNames([]string{"one"}).MinDate(time.Now().Add(-time.Hour)).MaxDate(time.Now()).Execute()).
		must(a, "ListGroupEvents, of a cluster and a time")
	if first := all.GetResults(); len(first) > 0 {
		got(a.EventsApi.GetGroupEvent(a.ctx, project, first[0].GetId()).Execute()).must(a, "GetGroupEvent")
	}
	org := got(a.EventsApi.ListOrgEvents(a.ctx, a.dev.API.OrgID).Execute()).must(a, "ListOrgEvents")
	a.That("an organization has some too", len(org.GetResults()) > 0, "none")
	if first := org.GetResults(); len(first) > 0 {
		got(a.EventsApi.GetOrgEvent(a.ctx, a.dev.API.OrgID, first[0].GetId()).Execute()).must(a, "GetOrgEvent")
	}
}
