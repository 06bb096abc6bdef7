//! What happens to a project's roles: none more than there can be, none changed or taken away behind somebody's back,
//! and none that something is still reached with.

use std::time::Duration;

use domain::customer_key::{Move, ProviderKind};
use domain::provider_role::{ProviderRole, RoleIdentity};
use storage::{EventFilter, Outcome, RoleOutcome, Store};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_project_has_so_many_roles_and_no_more
    of_two_changes_one_comes_first
    a_role_in_use_stays
    a_role_that_something_is_still_wrapped_by_stays
    a_role_that_is_withdrawn_is_not_taken_up
    taking_up_and_taking_away_at_once
    settings_are_not_saved_for_another_identity_than_was_proved
    settings_are_not_saved_for_a_role_that_was_authorized_anew
    a_role_does_not_change_under_settings_it_was_not_proved_with
    changing_a_role_and_the_settings_at_once
    a_role_of_google_that_is_withdrawn_has_its_account_made_again
    a_role_of_google_that_is_not_made_yet_says_so
}

async fn names(store: &Store, project: u32) -> usize {
    let all = EventFilter::default();
    store.events_of_project(project_id(project), &all, slice(0, 100)).await.unwrap().0.len()
}

async fn a_project_has_so_many_roles_and_no_more(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    let (one, two, three) = (role(1, 1), role(2, 1), role(3, 1));
    let told = [event(1, 1)];
    assert_eq!(store.create_provider_role(&one, 2, &told).await.unwrap(), RoleOutcome::Saved);
    assert_eq!(store.create_provider_role(&one, 2, &[event(2, 1)]).await.unwrap(), RoleOutcome::Conflict);
    let at_once = tokio::join!(store.create_provider_role(&two, 2, &[]), store.create_provider_role(&three, 2, &[]));
    let outcomes = [at_once.0.unwrap(), at_once.1.unwrap()];
    assert!(outcomes.contains(&RoleOutcome::Saved) && outcomes.contains(&RoleOutcome::TooMany), "{outcomes:?}");
    assert_eq!(store.provider_roles_of(project_id(1)).await.unwrap().len(), 2);
    assert_eq!(names(&store, 1).await, 1, "what is refused is not told");
    // Another project has its own, and one that is not there has none.
    assert_eq!(store.create_provider_role(&role(4, 2), 2, &[]).await.unwrap(), RoleOutcome::Saved);
    assert_eq!(store.create_provider_role(&role(5, 99), 2, &[]).await.unwrap(), RoleOutcome::Conflict);
}

async fn of_two_changes_one_comes_first(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let before = role(1, 1);
    assert_eq!(store.insert_provider_role(&before).await.unwrap(), Outcome::Saved);
    let other = |arn: &str| {
        let identity = RoleIdentity::Aws { role_arn: Some(arn.to_owned()), external_id: "external-1".to_owned() };
        ProviderRole { identity, ..before.clone() }
    };
    let (one, two) = (other("one"), other("two"));
    let (first, second) = tokio::join!(
        store.change_provider_role(&before.identity, &one, None, &[]),
        store.change_provider_role(&before.identity, &two, None, &[])
    );
    let outcomes = [first.unwrap(), second.unwrap()];
    assert!(outcomes.contains(&RoleOutcome::Saved) && outcomes.contains(&RoleOutcome::Conflict), "{outcomes:?}");
    let stored = store.provider_role(project_id(1), before.id).await.unwrap().unwrap();
    assert!(stored == one || stored == two);
    assert_eq!(
        store.change_provider_role(&before.identity, &one, None, &[event(1, 1)]).await.unwrap(),
        RoleOutcome::Conflict
    );
    assert_eq!(names(&store, 1).await, 0);
}

async fn a_role_in_use_stays(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    for role in roles(1) {
        assert_eq!(store.insert_provider_role(&role).await.unwrap(), Outcome::Saved);
    }
    let [key, ..] = role_keys();
    assert_eq!(save(&store, &setting(1, 1, key), Move::Enable, event(1, 1)).await, Outcome::Saved);
    assert_eq!(store.provider_roles_in_use(project_id(1)).await.unwrap(), [role_id(1)].into());
    let told = [event(2, 1)];
    assert_eq!(store.delete_provider_role(project_id(1), role_id(1), &told).await.unwrap(), RoleOutcome::InUse);
    assert_eq!(store.withdraw_provider_role(project_id(1), role_id(1)).await.unwrap(), RoleOutcome::InUse);
    assert_eq!(store.delete_provider_role(project_id(1), role_id(2), &told).await.unwrap(), RoleOutcome::Saved);
    assert_eq!(store.delete_provider_role(project_id(1), role_id(2), &told).await.unwrap(), RoleOutcome::Conflict);
    assert_eq!(store.provider_role(project_id(1), role_id(1)).await.unwrap(), Some(role(1, 1)));
}

async fn a_role_that_something_is_still_wrapped_by_stays(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    for role in [role(1, 1), role(2, 1)] {
        assert_eq!(store.insert_provider_role(&role).await.unwrap(), Outcome::Saved);
    }
    assert_eq!(save(&store, &setting(1, 1, role_key("one", 1)), Move::Enable, event(1, 1)).await, Outcome::Saved);
    assert_eq!(save(&store, &setting(1, 2, role_key("two", 2)), Move::ChangeKey, event(2, 1)).await, Outcome::Saved);
    // Nothing was wrapped by the first: its way in was forgotten with it, or it is kept, and then the role is too.
    let used = store.provider_roles_in_use(project_id(1)).await.unwrap();
    assert!(used.contains(&role_id(2)));
    let outcome = store.delete_provider_role(project_id(1), role_id(1), &[]).await.unwrap();
    assert_eq!(outcome, if used.contains(&role_id(1)) { RoleOutcome::InUse } else { RoleOutcome::Saved });
}

async fn a_role_that_is_withdrawn_is_not_taken_up(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    assert_eq!(store.insert_provider_role(&role(1, 1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.withdraw_provider_role(project_id(1), role_id(1)).await.unwrap(), RoleOutcome::Saved);
    assert_eq!(store.withdraw_provider_role(project_id(1), role_id(9)).await.unwrap(), RoleOutcome::Conflict);
    let [key, ..] = role_keys();
    assert_eq!(save(&store, &setting(1, 1, key), Move::Enable, event(1, 1)).await, Outcome::Conflict);
    assert_eq!(names(&store, 1).await, 0);
}

async fn taking_up_and_taking_away_at_once(db: Database) {
    let store = db.open().await;
    seed(&store, 4).await;
    for project in 1..=4 {
        assert_eq!(store.insert_provider_role(&role(project, project)).await.unwrap(), Outcome::Saved);
        let next = setting(project, 1, role_key("key", project));
        let (taken_up, taken_away) = tokio::join!(
            save(&store, &next, Move::Enable, event(project, project)),
            store.delete_provider_role(project_id(project), role_id(project), &[])
        );
        let taken_away = taken_away.unwrap();
        let one_came_first = matches!(
            (taken_up, taken_away),
            (Outcome::Saved, RoleOutcome::InUse) | (Outcome::Conflict, RoleOutcome::Saved)
        );
        assert!(one_came_first, "{taken_up:?} {taken_away:?}");
    }
}

async fn a_role_of_google_that_is_not_made_yet_says_so(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let [_, _, made] = roles(1);
    let RoleIdentity::Gcp { service_account, .. } = made.identity.clone() else { panic!("{made:?}") };
    let identity = RoleIdentity::Gcp { service_account, made: false };
    let unmade = ProviderRole { identity, authorized_at: None, ..made.clone() };
    assert_eq!(store.create_provider_role(&unmade, 9, &[]).await.unwrap(), RoleOutcome::Saved);
    assert_eq!(store.provider_role(project_id(1), made.id).await.unwrap(), Some(unmade.clone()));
    assert_eq!(store.change_provider_role(&unmade.identity, &made, None, &[]).await.unwrap(), RoleOutcome::Saved);
    assert_eq!(store.provider_role(project_id(1), made.id).await.unwrap(), Some(made.clone()));
    assert_eq!(store.change_provider_role(&unmade.identity, &made, None, &[]).await.unwrap(), RoleOutcome::Conflict);
    assert_eq!(store.change_provider_role(&made.identity, &made, None, &[]).await.unwrap(), RoleOutcome::Saved);
}

/// The role that another becomes when it is authorized for another ARN.
fn turned(role: &ProviderRole) -> ProviderRole {
    let RoleIdentity::Aws { external_id, .. } = role.identity.clone() else { panic!("{role:?}") };
    let role_arn = Some("arn:aws:iam::444455556666:role/other".to_owned());
    ProviderRole { identity: RoleIdentity::Aws { role_arn, external_id }, ..role.clone() }
}

const ENABLE: [(ProviderKind, Move); 1] = [(ProviderKind::AwsKms, Move::Enable)];

async fn settings_are_not_saved_for_another_identity_than_was_proved(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let proved = role(1, 1);
    assert_eq!(store.insert_provider_role(&proved).await.unwrap(), Outcome::Saved);
    let other = turned(&proved);
    assert_eq!(store.change_provider_role(&proved.identity, &other, Some(0), &[]).await.unwrap(), RoleOutcome::Saved);
    let next = setting(1, 1, role_key("key", 1));
    assert_eq!(save_proved(&store, &next, ENABLE, vec![proved], event(1, 1)).await, Outcome::Conflict);
    assert_eq!(save_proved(&store, &next, ENABLE, vec![], event(1, 1)).await, Outcome::Conflict, "proved with none");
    assert_eq!(store.encryption_at_rest(project_id(1)).await.unwrap().revision, 0);
    assert_eq!(names(&store, 1).await, 0);
    assert_eq!(save_proved(&store, &next, ENABLE, vec![other], event(1, 1)).await, Outcome::Saved);
}

async fn settings_are_not_saved_for_a_role_that_was_authorized_anew(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let proved = role(1, 1);
    assert_eq!(store.insert_provider_role(&proved).await.unwrap(), Outcome::Saved);
    assert_eq!(store.withdraw_provider_role(project_id(1), proved.id).await.unwrap(), RoleOutcome::Saved);
    let anew = ProviderRole { authorized_at: Some(T0 + Duration::from_secs(1)), ..proved.clone() };
    assert_eq!(store.change_provider_role(&proved.identity, &anew, None, &[]).await.unwrap(), RoleOutcome::Saved);
    let next = setting(1, 1, role_key("key", 1));
    assert_eq!(save_proved(&store, &next, ENABLE, vec![proved], event(1, 1)).await, Outcome::Conflict);
    assert_eq!(save_proved(&store, &next, ENABLE, vec![anew], event(1, 1)).await, Outcome::Saved);
}

async fn a_role_does_not_change_under_settings_it_was_not_proved_with(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let before = role(1, 1);
    assert_eq!(store.insert_provider_role(&before).await.unwrap(), Outcome::Saved);
    assert_eq!(save(&store, &setting(1, 1, role_key("key", 1)), Move::Enable, event(1, 1)).await, Outcome::Saved);
    let (next, told) = (turned(&before), [event(2, 1)]);
    assert_eq!(
        store.change_provider_role(&before.identity, &next, Some(0), &told).await.unwrap(),
        RoleOutcome::Conflict
    );
    assert_eq!(store.provider_role(project_id(1), before.id).await.unwrap(), Some(before.clone()));
    assert_eq!(names(&store, 1).await, 1);
    assert_eq!(store.change_provider_role(&before.identity, &next, Some(1), &told).await.unwrap(), RoleOutcome::Saved);
    assert_eq!(store.provider_role(project_id(1), before.id).await.unwrap(), Some(next));
}

async fn changing_a_role_and_the_settings_at_once(db: Database) {
    let store = db.open().await;
    seed(&store, 8).await;
    for project in 1..=8 {
        let before = role(project, project);
        assert_eq!(store.insert_provider_role(&before).await.unwrap(), Outcome::Saved);
        let mut revision = 0;
        // Half of them have settings already, so that both ways of saving are raced.
        if project % 2 == 0 {
            revision = 1;
            let first = setting(project, revision, role_key("first", project));
            assert_eq!(save(&store, &first, Move::Enable, event(100 + project, project)).await, Outcome::Saved);
        }
        let step = if revision == 0 { Move::Enable } else { Move::ChangeOptions };
        let (moves, other) = ([(ProviderKind::AwsKms, step)], turned(&before));
        let next = setting(project, revision + 1, role_key("first", project));
        let (saved, changed) = tokio::join!(
            save_proved(&store, &next, moves, vec![before.clone()], event(project, project)),
            store.change_provider_role(&before.identity, &other, Some(revision), &[])
        );
        let changed = changed.unwrap();
        let one_came_first = matches!(
            (saved, changed),
            (Outcome::Saved, RoleOutcome::Conflict) | (Outcome::Conflict, RoleOutcome::Saved)
        );
        assert!(one_came_first, "{project}: {saved:?} {changed:?}");
    }
}

async fn a_role_of_google_that_is_withdrawn_has_its_account_made_again(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let [_, _, made] = roles(1);
    let RoleIdentity::Gcp { service_account, .. } = made.identity.clone() else { panic!("{made:?}") };
    assert_eq!(store.insert_provider_role(&made).await.unwrap(), Outcome::Saved);
    assert_eq!(store.withdraw_provider_role(project_id(1), made.id).await.unwrap(), RoleOutcome::Saved);
    let stored = store.provider_role(project_id(1), made.id).await.unwrap().unwrap();
    assert_eq!(stored.identity.unmade_account(), Some(&service_account));
    assert_eq!(stored.authorized_at, None);
    // Whoever was authorizing it meanwhile, for the account that goes, has lost.
    assert_eq!(store.change_provider_role(&made.identity, &made, None, &[]).await.unwrap(), RoleOutcome::Conflict);
}
