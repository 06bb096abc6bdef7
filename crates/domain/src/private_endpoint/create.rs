//! What stands against a new private endpoint (product.md 5.1, 5.2, 5.4). Must not know which regions the operator
//! configured: that is no rule of the project's.

use super::path::serves;
use super::{EndpointRegion, EndpointState, PrivateEndpoint};
use crate::customer_key::{CustomerKey, EncryptionAtRest};
use crate::project::Activity;

/// How many endpoints a project has at most, those of both providers together, those being deleted not counted.
/// Source: product.md 5.1.
pub const MOST_ENDPOINTS: usize = 20;

/// What stands against creating an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreationRefusal {
    /// The project has no customer key at that provider.
    ProviderNotEnabled,
    /// The project's settings do not require private networking.
    NotRequired,
    /// The project was set inactive.
    Inactive,
    /// The region has an endpoint that is not being deleted.
    RegionTaken,
    /// The project has as many as it may.
    TooMany,
    /// The key is in another region and has no replica in this one.
    RegionNotServed,
}

/// Tells whether a project may have another endpoint there. `rows` are all it has, of both providers.
/// Errors: the first thing that stands against it.
pub fn may_create(
    setting: &EncryptionAtRest,
    activity: Activity,
    rows: &[PrivateEndpoint],
    region: &EndpointRegion,
) -> Result<(), CreationRefusal> {
    let key = setting.customer_keys.get(&region.provider().provider()).ok_or(CreationRefusal::ProviderNotEnabled)?;
    if activity == Activity::Inactive {
        return Err(CreationRefusal::Inactive);
    }
    if !key.requires_private_networking() {
        return Err(CreationRefusal::NotRequired);
    }
    let mut living = rows.iter().filter(|row| row.state != EndpointState::Deleting);
    if living.clone().any(|row| row.region == *region) {
        return Err(CreationRefusal::RegionTaken);
    }
    if living.nth(MOST_ENDPOINTS - 1).is_some() {
        return Err(CreationRefusal::TooMany);
    }
    match key {
        CustomerKey::AwsKms(aws) if !serves(aws, region) => Err(CreationRefusal::RegionNotServed),
        CustomerKey::AwsKms(_) | CustomerKey::AzureKeyVault(_) | CustomerKey::GcpKms(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::PrivateProvider;
    use super::super::fixture::{endpoint, region};
    use super::*;
    use crate::customer_key::ProviderKind;
    use crate::customer_key::aws_kms::{AwsKeyName, AwsRegion, tests::role_settings};
    use crate::customer_key::azure_key_vault::tests::role_settings as azure_settings;
    use crate::id::ProjectId;

    fn setting(required: bool) -> EncryptionAtRest {
        let mut setting = EncryptionAtRest::unset(ProjectId::from_random([7; 12]));
        let (mut aws, mut azure) = (role_settings(), azure_settings());
        aws.region = AwsRegion::parse("EU_WEST_1").unwrap();
        aws.require_private_networking = required;
        azure.require_private_networking = required;
        setting.customer_keys.insert(ProviderKind::AwsKms, CustomerKey::AwsKms(aws));
        setting.customer_keys.insert(ProviderKind::AzureKeyVault, CustomerKey::AzureKeyVault(azure));
        setting
    }

    fn check(setting: &EncryptionAtRest, rows: &[PrivateEndpoint], name: &str, expected: Result<(), CreationRefusal>) {
        assert_eq!(may_create(setting, Activity::Active, rows, &region(name)), expected, "{name}");
    }

    #[test]
    fn a_project_that_requires_them_may_have_endpoints() {
        check(&setting(true), &[], "US_CENTRAL", Ok(()));
        check(&setting(true), &[], "EU_WEST_1", Ok(()));
    }

    #[test]
    fn the_provider_is_enabled_first() {
        let unset = EncryptionAtRest::unset(ProjectId::from_random([7; 12]));
        check(&unset, &[], "US_CENTRAL", Err(CreationRefusal::ProviderNotEnabled));
    }

    #[test]
    fn private_networking_is_required_first() {
        check(&setting(false), &[], "US_CENTRAL", Err(CreationRefusal::NotRequired));
    }

    #[test]
    fn an_inactive_project_has_no_endpoints() {
        let refused = may_create(&setting(true), Activity::Inactive, &[], &region("US_CENTRAL"));
        assert_eq!(refused, Err(CreationRefusal::Inactive));
    }

    #[test]
    fn a_region_has_one_endpoint_that_is_not_being_deleted() {
        for state in EndpointState::ALL {
            let taken = state != EndpointState::Deleting;
            let expected = if taken { Err(CreationRefusal::RegionTaken) } else { Ok(()) };
            check(&setting(true), &[endpoint(1, "US_CENTRAL", state)], "US_CENTRAL", expected);
            check(&setting(true), &[endpoint(1, "US_EAST", state)], "US_CENTRAL", Ok(()));
        }
    }

    #[test]
    fn a_region_of_the_other_provider_is_another_region() {
        let mut row = endpoint(1, "US_CENTRAL", EndpointState::Active);
        row.region = EndpointRegion::parse(PrivateProvider::AwsKms, "US_EAST_2").unwrap();
        check(&setting(true), &[row], "US_EAST_2", Ok(()));
    }

    #[test]
    fn the_twenty_first_is_refused() {
        let names =
            EndpointRegion::all(PrivateProvider::AzureKeyVault).filter(|region| region.as_str() != "US_CENTRAL");
        let mut rows: Vec<_> = names
            .zip(1..=20)
            .map(|(region, number)| PrivateEndpoint { region, ..endpoint(number, "US_EAST", EndpointState::Failed) })
            .collect();
        assert_eq!(rows.len(), MOST_ENDPOINTS);
        check(&setting(true), &rows, "US_CENTRAL", Err(CreationRefusal::TooMany));
        rows[3].state = EndpointState::Deleting;
        check(&setting(true), &rows, "US_CENTRAL", Ok(()));
    }

    #[test]
    fn on_aws_the_key_or_a_replica_is_in_the_region() {
        check(&setting(true), &[], "US_WEST_1", Err(CreationRefusal::RegionNotServed));
        let mut replicated = setting(true);
        let mut aws = role_settings();
        aws.require_private_networking = true;
        aws.key = AwsKeyName::parse("mrk-1234abcd12ab34cd56ef1234567890ab").unwrap();
        replicated.customer_keys.insert(ProviderKind::AwsKms, CustomerKey::AwsKms(aws));
        check(&replicated, &[], "US_WEST_1", Ok(()));
    }
}
