//! The entries for alerts and their configurations. It must not hold anything but data.

use time::macros::date;

use super::{DELETION, LIST, NAMED, NOTHING, ONE, SIGNED_IN, WRITE, dated, replaced};
use crate::atlas::alert_configs::MATCHER_FIELDS;
use crate::atlas::alert_configs::v2023_01_01::{BODY_SCHEMA, SCHEMA as CONFIG, TOGGLE_SCHEMA};
use crate::atlas::alerts;
use crate::atlas::alerts::acknowledgement::{SCHEMA_2023_01_01, SCHEMA_2024_05_30};
use crate::atlas::alerts::v2023_01_01::SCHEMA as ALERT;
use crate::atlas::version::ApiVersion;
use crate::operations::rate_limit::ALERTS;
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};

const TAG_ALERTS: &str = "Alerts";
const TAG_ALERT_CONFIGS: &str = "Alert Configurations";

pub(super) static LIST_ALERT_CONFIG_MATCHER_FIELD_NAMES: Operation = Operation {
    id: OperationId::ListAlertConfigMatcherFieldNames,
    method: Method::Get,
    api: Api::Atlas,
    path: "/alertConfigs/matchers/fieldNames",
    versions: &[dated(ApiVersion::V2023_01_01, None, &MATCHER_FIELDS)],
    list: false,
    access: Access::Authenticated,
    success: 200,
    query: ONE,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &ALERTS,
    tag: TAG_ALERT_CONFIGS,
    operation_id: "listMatcherFieldNames",
    alias: Some("listAlertConfigMatcherFieldNames"),
    summary: "List the fields that matchers of alert configurations can compare",
};

pub(super) static LIST_ALERT_CONFIGS: Operation = Operation {
    id: OperationId::ListAlertConfigs,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/alertConfigs",
    versions: &[dated(ApiVersion::V2023_01_01, None, &CONFIG)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &ALERTS,
    tag: TAG_ALERT_CONFIGS,
    operation_id: "listAlertConfigs",
    alias: Some("listGroupAlertConfigs"),
    summary: "List a project's alert configurations",
};

pub(super) static CREATE_ALERT_CONFIG: Operation = Operation {
    id: OperationId::CreateAlertConfig,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/alertConfigs",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&BODY_SCHEMA), &CONFIG)],
    list: false,
    access: Access::Project(ProjectRole::AlertsManager),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &ALERTS,
    tag: TAG_ALERT_CONFIGS,
    operation_id: "createAlertConfig",
    alias: Some("createGroupAlertConfig"),
    summary: "Add an alert configuration to a project",
};

pub(super) static GET_ALERT_CONFIG: Operation = Operation {
    id: OperationId::GetAlertConfig,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/alertConfigs/{alertConfigId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &CONFIG)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ALERTS,
    tag: TAG_ALERT_CONFIGS,
    operation_id: "getAlertConfig",
    alias: Some("getGroupAlertConfig"),
    summary: "Show one alert configuration",
};

pub(super) static UPDATE_ALERT_CONFIG: Operation = Operation {
    id: OperationId::UpdateAlertConfig,
    method: Method::Put,
    api: Api::Atlas,
    path: "/groups/{groupId}/alertConfigs/{alertConfigId}",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&BODY_SCHEMA), &CONFIG)],
    list: false,
    access: Access::Project(ProjectRole::AlertsManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &ALERTS,
    tag: TAG_ALERT_CONFIGS,
    operation_id: "updateAlertConfig",
    alias: Some("updateGroupAlertConfig"),
    summary: "Replace an alert configuration",
};

pub(super) static TOGGLE_ALERT_CONFIG: Operation = Operation {
    id: OperationId::ToggleAlertConfig,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/alertConfigs/{alertConfigId}",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&TOGGLE_SCHEMA), &CONFIG)],
    list: false,
    access: Access::Project(ProjectRole::AlertsManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &ALERTS,
    tag: TAG_ALERT_CONFIGS,
    operation_id: "toggleAlertConfig",
    alias: Some("toggleGroupAlertConfig"),
    summary: "Switch an alert configuration on or off",
};

pub(super) static DELETE_ALERT_CONFIG: Operation = Operation {
    id: OperationId::DeleteAlertConfig,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/alertConfigs/{alertConfigId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::AlertsManager),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &ALERTS,
    tag: TAG_ALERT_CONFIGS,
    operation_id: "deleteAlertConfig",
    alias: Some("deleteGroupAlertConfig"),
    summary: "Delete an alert configuration",
};

pub(super) static LIST_ALERT_CONFIGS_OF_ALERT: Operation = Operation {
    id: OperationId::ListAlertConfigsOfAlert,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/alerts/{alertId}/alertConfigs",
    versions: &[dated(ApiVersion::V2023_01_01, None, &CONFIG)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &ALERTS,
    tag: TAG_ALERT_CONFIGS,
    operation_id: "getAlertConfigs",
    alias: Some("getGroupAlertAlertConfigs"),
    summary: "List the alert configurations that raised an alert",
};

pub(super) static LIST_ALERTS_OF_CONFIG: Operation = Operation {
    id: OperationId::ListAlertsOfConfig,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/alertConfigs/{alertConfigId}/alerts",
    versions: &[dated(ApiVersion::V2023_01_01, None, &ALERT)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &ALERTS,
    tag: TAG_ALERTS,
    operation_id: "getAlertConfigAlerts",
    alias: Some("getGroupAlertConfigAlerts"),
    summary: "List the alerts that an alert configuration raised",
};

pub(super) static LIST_ALERTS: Operation = Operation {
    id: OperationId::ListAlerts,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/alerts",
    versions: &[dated(ApiVersion::V2023_01_01, None, &ALERT)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: alerts::LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &ALERTS,
    tag: TAG_ALERTS,
    operation_id: "listAlerts",
    alias: Some("listGroupAlerts"),
    summary: "List a project's alerts",
};

pub(super) static GET_ALERT: Operation = Operation {
    id: OperationId::GetAlert,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/alerts/{alertId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &ALERT)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ALERTS,
    tag: TAG_ALERTS,
    operation_id: "getAlert",
    alias: Some("getGroupAlert"),
    summary: "Show one alert",
};

pub(super) static ACKNOWLEDGE_ALERT: Operation = Operation {
    id: OperationId::AcknowledgeAlert,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/alerts/{alertId}",
    versions: &[
        replaced(
            dated(ApiVersion::V2023_01_01, Some(&SCHEMA_2023_01_01), &ALERT),
            date!(2024 - 05 - 30),
            date!(2027 - 07 - 01),
        ),
        dated(ApiVersion::V2024_05_30, Some(&SCHEMA_2024_05_30), &ALERT),
    ],
    list: false,
    access: Access::Project(ProjectRole::AlertsManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &ALERTS,
    tag: TAG_ALERTS,
    operation_id: "acknowledgeAlert",
    alias: Some("acknowledgeGroupAlert"),
    summary: "Take note of an alert, or take that back",
};
