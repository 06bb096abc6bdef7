//! `atrest encryption`, `atrest endpoints` and `atrest cloudProviders`.

use super::line::{Body, Field, FieldKind, Line, Show};
use crate::output::Column;

const SETTINGS: Show = Show::Named(
    &[("AWS", "/awsKms"), ("AZURE", "/azureKeyVault"), ("GCP", "/googleCloudKms")],
    &[
        Column { heading: "ENABLED", pointer: "/enabled" },
        Column { heading: "VALID", pointer: "/valid" },
        Column { heading: "PRIVATE", pointer: "/requirePrivateNetworking" },
        Column { heading: "ROLE", pointer: "/roleId" },
        Column { heading: "KEY", pointer: "/customerMasterKeyID|/keyIdentifier|/keyVersionResourceID" },
    ],
);

const VALIDITY: Show = Show::Named(
    &[("", "/providers/*")],
    &[
        Column { heading: "PROVIDER", pointer: "/provider" },
        Column { heading: "STATE", pointer: "/state" },
        Column { heading: "CHECKED", pointer: "/checkedAt" },
        Column { heading: "REASON", pointer: "/reason" },
        Column { heading: "ITS OWN CODE", pointer: "/providerCode" },
        Column { heading: "ITS OWN WORDS", pointer: "/providerMessage" },
    ],
);

const ENDPOINT: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "PROVIDER", pointer: "/cloudProvider" },
    Column { heading: "REGION", pointer: "/regionName" },
    Column { heading: "STATUS", pointer: "/status" },
    Column { heading: "CONNECTION", pointer: "/privateEndpointConnectionName" },
    Column { heading: "ERROR", pointer: "/errorMessage" },
]);

const ROLES: Show = Show::Named(
    &[("AWS", "/awsIamRoles/*"), ("AZURE", "/azureServicePrincipals/*"), ("GCP", "/gcpServiceAccounts/*")],
    &[
        Column { heading: "ID", pointer: "/roleId|/_id" },
        Column { heading: "IDENTITY", pointer: "/iamAssumedRoleArn|/servicePrincipalId|/gcpServiceAccountForAtlas" },
        Column { heading: "AUTHORIZED", pointer: "/authorizedDate" },
        Column { heading: "CREATED", pointer: "/createdDate" },
    ],
);

const AWS_ROLE: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/roleId" },
    Column { heading: "OUR ACCOUNT", pointer: "/atlasAWSAccountArn" },
    Column { heading: "EXTERNAL ID", pointer: "/atlasAssumedRoleExternalId" },
    Column { heading: "ROLE", pointer: "/iamAssumedRoleArn" },
    Column { heading: "AUTHORIZED", pointer: "/authorizedDate" },
]);

const AZURE_ROLE: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/_id" },
    Column { heading: "OUR APPLICATION", pointer: "/atlasAzureAppId" },
    Column { heading: "PRINCIPAL", pointer: "/servicePrincipalId" },
    Column { heading: "TENANT", pointer: "/tenantId" },
]);

const GCP_ROLE: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/roleId" },
    Column { heading: "SERVICE ACCOUNT", pointer: "/gcpServiceAccountForAtlas" },
    Column { heading: "STATUS", pointer: "/status" },
]);

const AZURE_FIELDS: &[Field] = &[
    Field::new("atlasAzureAppId", "/atlasAzureAppId", FieldKind::Text, "Our application's id").required(),
    Field::new("servicePrincipalId", "/servicePrincipalId", FieldKind::Text, "The service principal's id").required(),
    Field::new("tenantId", "/tenantId", FieldKind::Text, "The tenant's id").required(),
];

const DEAUTHORIZED: Show = Show::Done("Role '{}' is given back");

pub(super) const LINES: &[Line] = &[
    Line::new("encryption describe", "Show the customer keys of a project", "getEncryptionAtRest", SETTINGS),
    Line::new("encryption update", "Change the customer keys of a project", "updateEncryptionAtRest", SETTINGS)
        .body(Body::File),
    Line::new(
        "encryption validity",
        "Show what the last check of each customer key found",
        "getEncryptionAtRestValidity",
        VALIDITY,
    ),
    Line::new(
        "encryption check",
        "Try a change of customer keys without saving it; ends with 2 if it would not pass",
        "checkEncryptionAtRest",
        Show::Check,
    )
    .body(Body::File),
    Line::new(
        "encryption setup-kit",
        "Print what to paste into the customer's cloud",
        "getEncryptionAtRestSetupKit",
        Show::Kit,
    )
    .named(&["cloudProvider"]),
    Line::new("endpoints list", "List private endpoints to a key provider", "listRestPrivateEndpoints", ENDPOINT),
    Line::new("endpoints describe", "Show a private endpoint", "getRestPrivateEndpoint", ENDPOINT)
        .named(&["endpointId"]),
    Line::new("endpoints create", "Make a private endpoint", "createRestPrivateEndpoint", ENDPOINT).body(
        Body::Fields {
            template: "{}",
            fields: &[Field::new("region", "/regionName", FieldKind::Text, "The region, such as US_EAST_1").required()],
        },
    ),
    Line::new(
        "endpoints delete",
        "Remove a private endpoint",
        "requestPrivateEndpointDeletion",
        Show::Done("Private endpoint '{}' is being removed"),
    )
    .named(&["endpointId"])
    .asks(),
    Line::new("cloudProviders accessRoles list", "List roles", "listCloudProviderAccess", ROLES),
    Line::new("cloudProviders accessRoles describe", "Show a role", "getCloudProviderAccess", Show::Any)
        .named(&["roleId"]),
    Line::new("cloudProviders accessRoles aws create", "Begin a role in AWS", "createCloudProviderAccess", AWS_ROLE)
        .body(Body::Fixed(r#"{"providerName":"AWS"}"#)),
    Line::new(
        "cloudProviders accessRoles aws authorize",
        "Name the role in AWS that trusts us",
        "authorizeProviderAccessRole",
        AWS_ROLE,
    )
    .named(&["roleId"])
    .body(Body::Fields {
        template: r#"{"providerName":"AWS"}"#,
        fields: &[Field::new("iamAssumedRoleArn", "/iamAssumedRoleArn", FieldKind::Text, "The role's ARN").required()],
    }),
    Line::new(
        "cloudProviders accessRoles aws deauthorize",
        "Give a role in AWS back",
        "deauthorizeProviderAccessRole",
        DEAUTHORIZED,
    )
    .named(&["roleId"])
    .fixed(&[("cloudProvider", "AWS")])
    .asks(),
    Line::new(
        "cloudProviders accessRoles azure create",
        "Name the service principal in Azure that is for us",
        "createCloudProviderAccess",
        AZURE_ROLE,
    )
    .body(Body::Fields { template: r#"{"providerName":"AZURE"}"#, fields: AZURE_FIELDS }),
    Line::new(
        "cloudProviders accessRoles azure authorize",
        "Try the service principal in Azure",
        "authorizeProviderAccessRole",
        AZURE_ROLE,
    )
    .named(&["roleId"])
    .body(Body::Fields { template: r#"{"providerName":"AZURE"}"#, fields: AZURE_FIELDS }),
    Line::new(
        "cloudProviders accessRoles azure deauthorize",
        "Give a service principal in Azure back",
        "deauthorizeProviderAccessRole",
        DEAUTHORIZED,
    )
    .named(&["roleId"])
    .fixed(&[("cloudProvider", "AZURE")])
    .asks(),
    Line::new(
        "cloudProviders accessRoles gcp create",
        "Make a service account in Google Cloud",
        "createCloudProviderAccess",
        GCP_ROLE,
    )
    .body(Body::Fixed(r#"{"providerName":"GCP"}"#)),
    Line::new(
        "cloudProviders accessRoles gcp deauthorize",
        "Give a service account in Google Cloud back",
        "deauthorizeProviderAccessRole",
        DEAUTHORIZED,
    )
    .named(&["roleId"])
    .fixed(&[("cloudProvider", "GCP")])
    .asks(),
];
