//! What private endpoints hold in place: a provider that has some cannot be disabled, cannot give up private
//! networking, and its vault stays where it is (product.md 5.2, 5.4). Must not know an endpoint's state: any row counts.

use std::collections::{BTreeMap, BTreeSet};

use super::azure_key_vault::{AzureGuid, AzureKeyVault, AzureKeyVaultChange, ResourceGroupName, VaultName};
use super::{CustomerKey, CustomerKeyChange, EncryptionAtRest, Patch, ProviderKind, Refusal};
use crate::project::Activity;

/// The regions in which a project has private endpoints, per provider; those being deleted are among them.
pub type EndpointRegions = BTreeMap<ProviderKind, BTreeSet<String>>;

/// The fields of Azure's that say where the vault is.
const FIELDS: [&str; 3] =
    ["azureKeyVault.keyVaultName", "azureKeyVault.resourceGroupName", "azureKeyVault.subscriptionID"];

fn regions(provider: ProviderKind, endpoints: &EndpointRegions) -> Option<&BTreeSet<String>> {
    endpoints.get(&provider).filter(|regions| !regions.is_empty())
}

/// Errors: `FieldsImmutable` if the change moves what the project's endpoints lead to.
pub(super) fn keeps_its_place(
    present: Option<&CustomerKey>,
    wanted: &CustomerKeyChange,
    endpoints: &EndpointRegions,
) -> Result<(), Refusal> {
    let (Some(CustomerKey::AzureKeyVault(present)), CustomerKeyChange::AzureKeyVault(change)) = (present, wanted)
    else {
        return Ok(());
    };
    let provider = ProviderKind::AzureKeyVault;
    // A change that disables says nothing about the rest.
    if change.enabled == Patch::Value(false) || regions(provider, endpoints).is_none() {
        return Ok(());
    }
    let fields = moved(present, change);
    if fields.is_empty() { Ok(()) } else { Err(Refusal::FieldsImmutable { provider, fields }) }
}

/// Names the fields that would change. What is malformed is no change: the merge tells it.
fn moved(present: &AzureKeyVault, change: &AzureKeyVaultChange) -> Vec<&'static str> {
    let (subscription, resource_group, vault) = (&present.subscription, &present.resource_group, &present.vault);
    let moved = [
        (FIELDS[0], differs(&change.key_vault_name, vault, VaultName::parse)),
        (FIELDS[1], differs(&change.resource_group_name, resource_group, ResourceGroupName::parse)),
        (FIELDS[2], differs(&change.subscription_id, subscription, AzureGuid::parse)),
    ];
    moved.into_iter().filter(|(_, moved)| *moved).map(|(field, _)| field).collect()
}

fn differs<T: PartialEq>(sent: &Patch<String>, present: &T, parse: impl Fn(&str) -> Option<T>) -> bool {
    match sent {
        Patch::Absent | Patch::Null => false,
        Patch::Value(text) => parse(text).is_some_and(|sent| sent != *present),
    }
}

/// Asks of an applied change once more whether endpoints stand against it: some may have come meanwhile.
/// Errors: `PrivateEndpointsExist`, `PrivateNetworkingInUse`, `FieldsImmutable`.
pub fn require_no_endpoints(
    stored: &EncryptionAtRest,
    next: &EncryptionAtRest,
    endpoints: &EndpointRegions,
) -> Result<(), Refusal> {
    for (provider, before) in &stored.customer_keys {
        let Some(after) = next.customer_keys.get(provider) else {
            may_disable(*provider, endpoints)?;
            continue;
        };
        may_require(Some(before), after, endpoints, Activity::Active)?;
        if let (CustomerKey::AzureKeyVault(before), CustomerKey::AzureKeyVault(after)) = (before, after)
            && regions(*provider, endpoints).is_some()
        {
            let moved = [
                (FIELDS[0], before.vault != after.vault),
                (FIELDS[1], before.resource_group != after.resource_group),
                (FIELDS[2], before.subscription != after.subscription),
            ];
            let fields: Vec<_> = moved.into_iter().filter(|(_, moved)| *moved).map(|(field, _)| field).collect();
            if !fields.is_empty() {
                return Err(Refusal::FieldsImmutable { provider: *provider, fields });
            }
        }
    }
    Ok(())
}

/// Errors: `PrivateEndpointsExist` if there are any.
pub(super) fn may_disable(provider: ProviderKind, endpoints: &EndpointRegions) -> Result<(), Refusal> {
    regions(provider, endpoints).map_or(Ok(()), |_| Err(Refusal::PrivateEndpointsExist(provider)))
}

/// Errors: `PrivateNetworkingInUse` if it is given up while endpoints exist; `InactiveProject` if an inactive project
/// takes it up.
pub(super) fn may_require(
    present: Option<&CustomerKey>,
    next: &CustomerKey,
    endpoints: &EndpointRegions,
    activity: Activity,
) -> Result<(), Refusal> {
    let provider = next.provider();
    let required = present.is_some_and(CustomerKey::requires_private_networking);
    match (required, next.requires_private_networking()) {
        (false, true) if activity == Activity::Inactive => Err(Refusal::InactiveProject(provider)),
        (_, false) => regions(provider, endpoints).map_or(Ok(()), |regions| {
            Err(Refusal::PrivateNetworkingInUse { provider, regions: regions.iter().cloned().collect() })
        }),
        (_, true) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer_key::aws_kms::{AwsKmsChange, tests::role_settings as aws_settings};
    use crate::customer_key::azure_key_vault::tests::{enabling, role_settings};
    use crate::customer_key::{EncryptionAtRestChange, Move, Policy, apply};
    use crate::id::ProjectId;

    const AZURE: ProviderKind = ProviderKind::AzureKeyVault;

    fn stored(required: bool) -> EncryptionAtRest {
        let mut stored = EncryptionAtRest::unset(ProjectId::from_random([7; 12]));
        let azure = AzureKeyVault { require_private_networking: required, ..role_settings() };
        let mut aws = aws_settings();
        aws.require_private_networking = required;
        stored.customer_keys.insert(AZURE, CustomerKey::AzureKeyVault(azure));
        stored.customer_keys.insert(ProviderKind::AwsKms, CustomerKey::AwsKms(aws));
        stored
    }

    fn rows(provider: ProviderKind) -> EndpointRegions {
        let regions = ["US_EAST_2", "US_CENTRAL"].map(str::to_owned);
        [(provider, regions.into())].into()
    }

    fn run(
        stored: &EncryptionAtRest,
        provider: ProviderKind,
        wanted: CustomerKeyChange,
        endpoints: &EndpointRegions,
        activity: Activity,
    ) -> Result<Option<Move>, Refusal> {
        let change = EncryptionAtRestChange {
            customer_keys: [(provider, wanted)].into(),
            mentions_something: true,
            ..EncryptionAtRestChange::default()
        };
        let invalid = BTreeSet::new();
        apply(stored, change, &Policy::default(), &invalid, endpoints, activity)
            .map(|applied| applied.moves.get(&provider).copied())
    }

    fn azure(edit: impl FnOnce(&mut AzureKeyVaultChange)) -> CustomerKeyChange {
        let mut change = AzureKeyVaultChange::default();
        edit(&mut change);
        CustomerKeyChange::AzureKeyVault(change)
    }

    fn text(value: &str) -> Patch<String> {
        Patch::Value(value.to_owned())
    }

    #[test]
    fn a_provider_with_endpoints_cannot_be_disabled() {
        let refused = Err(Refusal::PrivateEndpointsExist(AZURE));
        let disable = || azure(|azure| azure.enabled = Patch::Value(false));
        for wanted in [CustomerKeyChange::Disable, disable()] {
            assert_eq!(run(&stored(true), AZURE, wanted, &rows(AZURE), Activity::Active), refused);
        }
        for endpoints in [EndpointRegions::new(), [(AZURE, BTreeSet::new())].into(), rows(ProviderKind::AwsKms)] {
            let done = run(&stored(true), AZURE, disable(), &endpoints, Activity::Active);
            assert_eq!(done, Ok(Some(Move::Disable)));
        }
    }

    #[test]
    fn disabling_is_refused_for_its_endpoints_whatever_else_is_said() {
        let wanted = azure(|azure| {
            azure.enabled = Patch::Value(false);
            azure.key_vault_name = text("other");
        });
        let refused = run(&stored(true), AZURE, wanted, &rows(AZURE), Activity::Active);
        assert_eq!(refused, Err(Refusal::PrivateEndpointsExist(AZURE)));
    }

    #[test]
    fn private_networking_is_given_up_when_no_endpoint_is_left() {
        let give_up = || azure(|azure| azure.require_private_networking = Patch::Value(false));
        let regions = vec!["US_CENTRAL".to_owned(), "US_EAST_2".to_owned()];
        let refused = Err(Refusal::PrivateNetworkingInUse { provider: AZURE, regions });
        assert_eq!(run(&stored(true), AZURE, give_up(), &rows(AZURE), Activity::Active), refused);
        let done = run(&stored(true), AZURE, give_up(), &rows(ProviderKind::AwsKms), Activity::Active);
        assert_eq!(done, Ok(Some(Move::ChangeOptions)), "those of another provider do not count");
    }

    #[test]
    fn a_vault_with_endpoints_stays_where_it_is() {
        let check = |edit: fn(&mut AzureKeyVaultChange), fields: &[&'static str]| {
            let done = run(&stored(true), AZURE, azure(edit), &rows(AZURE), Activity::Active);
            assert_eq!(done, Err(Refusal::FieldsImmutable { provider: AZURE, fields: fields.to_vec() }));
        };
        check(|azure| azure.key_vault_name = text("other"), &["azureKeyVault.keyVaultName"]);
        check(|azure| azure.resource_group_name = text("other"), &["azureKeyVault.resourceGroupName"]);
        let other = "99999999-2222-3333-4444-555555555555";
        check(
            |azure| {
                azure.subscription_id = text("99999999-2222-3333-4444-555555555555");
                azure.key_vault_name = text("other");
            },
            &["azureKeyVault.keyVaultName", "azureKeyVault.subscriptionID"],
        );
        let free = azure(|azure| azure.subscription_id = text(other));
        let done = run(&stored(true), AZURE, free, &EndpointRegions::new(), Activity::Active);
        assert_eq!(done, Ok(Some(Move::ChangeOptions)));
    }

    #[test]
    fn what_is_sent_as_it_stands_changes_nothing() {
        let same = azure(|azure| {
            let present = role_settings();
            azure.key_vault_name = text(&present.vault.as_str().to_ascii_uppercase());
            azure.resource_group_name = text(present.resource_group.as_str());
            azure.subscription_id = text(&present.subscription.as_str().to_ascii_uppercase());
        });
        let done = run(&stored(true), AZURE, same, &rows(AZURE), Activity::Active);
        assert!(done.is_ok(), "{done:?}");
    }

    #[test]
    fn another_key_of_the_same_vault_is_welcome() {
        let mut change = enabling();
        change.role_id = Patch::Absent;
        change.require_private_networking = Patch::Absent;
        change.key_identifier = change.key_identifier.value().map_or(Patch::Absent, |sent| {
            text(&sent.replace(sent.rsplit('/').next().unwrap(), "ffffffffffffffffffffffffffffffff"))
        });
        let wanted = CustomerKeyChange::AzureKeyVault(change);
        assert_eq!(run(&stored(true), AZURE, wanted, &rows(AZURE), Activity::Active), Ok(Some(Move::ChangeKey)));
    }

    #[test]
    fn an_inactive_project_takes_up_no_private_networking() {
        let take_up = || azure(|azure| azure.require_private_networking = Patch::Value(true));
        let none = EndpointRegions::new();
        let refused = Err(Refusal::InactiveProject(AZURE));
        assert_eq!(run(&stored(false), AZURE, take_up(), &none, Activity::Inactive), refused);
        assert_eq!(run(&stored(true), AZURE, take_up(), &none, Activity::Inactive), Ok(None), "it has it already");
        assert_eq!(run(&stored(false), AZURE, take_up(), &none, Activity::Active), Ok(Some(Move::ChangeOptions)));
        let mut unset = stored(false);
        unset.customer_keys.clear();
        let enable = CustomerKeyChange::AzureKeyVault(AzureKeyVaultChange {
            require_private_networking: Patch::Value(true),
            ..enabling()
        });
        assert_eq!(run(&unset, AZURE, enable, &none, Activity::Inactive), refused);
    }

    #[test]
    fn on_aws_only_the_requirement_and_the_provider_are_held() {
        let provider = ProviderKind::AwsKms;
        let run = |edit: fn(&mut AwsKmsChange)| {
            let mut change = AwsKmsChange::default();
            edit(&mut change);
            let wanted = CustomerKeyChange::AwsKms(change);
            super::tests::run(&stored(true), provider, wanted, &rows(provider), Activity::Active)
        };
        assert_eq!(run(|aws| aws.customer_master_key_id = text("alias/other")), Ok(Some(Move::ChangeKey)));
        assert_eq!(run(|aws| aws.enabled = Patch::Value(false)), Err(Refusal::PrivateEndpointsExist(provider)));
        let refused = run(|aws| aws.require_private_networking = Patch::Value(false));
        assert!(matches!(refused, Err(Refusal::PrivateNetworkingInUse { .. })), "{refused:?}");
    }

    #[test]
    fn what_came_meanwhile_stands_against_an_applied_change() {
        let stored = stored(true);
        let check = |edit: &dyn Fn(&mut EncryptionAtRest), endpoints: &EndpointRegions, expected| {
            let mut next = stored.clone();
            edit(&mut next);
            assert_eq!(require_no_endpoints(&stored, &next, endpoints), expected);
        };
        let endpoints = rows(AZURE);
        let regions = vec!["US_CENTRAL".to_owned(), "US_EAST_2".to_owned()];
        let azure = |next: &mut EncryptionAtRest, edit: &dyn Fn(&mut AzureKeyVault)| {
            if let Some(CustomerKey::AzureKeyVault(azure)) = next.customer_keys.get_mut(&AZURE) {
                edit(azure);
            }
        };
        let give_up = |next: &mut EncryptionAtRest| azure(next, &|azure| azure.require_private_networking = false);
        let move_away = |next: &mut EncryptionAtRest| {
            azure(next, &|azure| azure.vault = VaultName::parse("another-vault").unwrap());
        };
        let disable = |next: &mut EncryptionAtRest| drop(next.customer_keys.remove(&AZURE));
        check(&|_| (), &endpoints, Ok(()));
        check(&give_up, &endpoints, Err(Refusal::PrivateNetworkingInUse { provider: AZURE, regions }));
        let fields = vec!["azureKeyVault.keyVaultName"];
        check(&move_away, &endpoints, Err(Refusal::FieldsImmutable { provider: AZURE, fields }));
        check(&disable, &endpoints, Err(Refusal::PrivateEndpointsExist(AZURE)));
        let edits: [&dyn Fn(&mut EncryptionAtRest); 3] = [&give_up, &move_away, &disable];
        for edit in edits {
            check(edit, &rows(ProviderKind::AwsKms), Ok(()));
        }
    }
}
