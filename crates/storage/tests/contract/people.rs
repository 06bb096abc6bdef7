//! People, what they are to an organization, their teams and tokens; and that an organization keeps an owner, whatever
//! happens at once.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::access::{Grants, OrgRole, ProjectRole};
use domain::event::{Event, EventKind};
use domain::id::{TeamId, UserId};
use domain::organization::OrgChange;
use domain::recipient::Recipients;
use domain::team::Team;
use domain::user::{EmailAddress, Member, MemberState, User};
use storage::{
    AccessToken, Arrival, EventFilter, KnownOrganization, OrgOutcome, Outcome, ServiceAccountSecret, Store,
    TeamOutcome, TeamRoles, UserToken,
};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    keeps_people_and_what_they_are_to_each_organization
    an_address_is_one_person
    a_token_works_once_and_in_its_time
    keeps_teams
    a_team_of_another_organization_is_out_of_reach
    of_people_put_into_a_team_at_once_none_is_lost
    an_owner_is_recovered_whole_or_not_at_all
    a_team_that_a_project_has_stays
    of_a_deletion_and_a_role_for_a_team_one_wins
    recipients_are_those_who_are_meant
    the_last_owner_stays
    of_two_owners_who_go_at_once_one_stays
    a_deleted_organization_leaves_nobody
    a_deleted_organization_comes_back_with_an_owner
    a_person_leaves_one_organization_while_another_invites_them
    a_backup_carries_people_and_teams
}

/// More teams, and more people in one, than any test has.
const MANY: usize = 99;
const LATER: Duration = Duration::from_secs(72 * 3600);

fn address(number: u8) -> EmailAddress {
    EmailAddress::parse(&format!("user{number}@example.com")).unwrap()
}

fn user(number: u8) -> User {
    User {
        id: UserId::from_random([number; 12]),
        email: address(number),
        first_name: format!("Ada {number} \"Ä'; --"),
        last_name: String::new(),
        created_at: T0,
    }
}

fn only(org: u32, role: OrgRole) -> Grants {
    Grants { org: org_id(org), org_roles: [role].into(), project_roles: [].into() }
}

fn member(number: u8, org: u32, role: OrgRole) -> Member {
    Member { user: user(number), grants: only(org, role), state: MemberState::Active, teams: [].into() }
}

fn invited(number: u8) -> Member {
    let state = MemberState::Pending { invited_at: T0, expires_at: T0 + LATER, invited_by: "an \"owner\"".to_owned() };
    Member { state, ..member(number, 1, OrgRole::Member) }
}

fn token(number: u8, of: &Member) -> UserToken {
    UserToken { sha256: [number; 32], org: of.grants.org, user: of.user.id, expires_at: T0 + LATER }
}

fn team(number: u8, org: u32, people: &[u8]) -> Team {
    Team {
        id: TeamId::from_random([number; 12]),
        org: org_id(org),
        name: format!("team {number} Ä"),
        created_at: T0,
        members: people.iter().map(|number| user(*number).id).collect(),
        roles: [].into(),
    }
}

fn roles(of: &Team, before: &[ProjectRole], after: &[ProjectRole]) -> TeamRoles {
    TeamRoles { team: of.id, before: before.iter().copied().collect(), after: after.iter().copied().collect() }
}

fn told(number: u32) -> [Event; 1] {
    [Event { kind: EventKind::TeamDeleted, project: None, ..event(number, 1) }]
}

async fn add(store: &Store, member: &Member) {
    assert_eq!(store.insert_member(member, None, &[], &[]).await.unwrap(), Outcome::Saved);
}

async fn found(store: &Store, wanted: &Member) -> Option<Member> {
    store.member(wanted.grants.org, wanted.user.id).await.unwrap()
}

async fn keeps_people_and_what_they_are_to_each_organization(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    assert_eq!(store.insert_organization(&organization(2)).await.unwrap(), Outcome::Saved);
    let here = Member { grants: grants(1), ..member(1, 1, OrgRole::Member) };
    let out = Member { state: MemberState::Disabled, ..member(3, 1, OrgRole::Owner) };
    for one in [&out, &invited(2), &here] {
        add(&store, one).await;
        assert_eq!(found(&store, one).await.as_ref(), Some(one));
    }
    assert_eq!(store.members_of(org_id(1)).await.unwrap(), [here.clone(), invited(2), out]);
    assert_eq!(store.insert_member(&here, None, &[], &[]).await.unwrap(), Outcome::Conflict);
    let nowhere = member(4, 9, OrgRole::Member);
    assert_eq!(store.insert_member(&nowhere, None, &[], &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.user_by_email(&address(4)).await.unwrap(), None, "nothing of them was kept");

    // The same person elsewhere is something else there, and is known until they belong nowhere.
    let there = member(1, 2, OrgRole::BillingAdmin);
    add(&store, &there).await;
    let changed = Member { grants: only(1, OrgRole::ReadOnly), ..here.clone() };
    assert_eq!(store.change_member(&here, &changed, None, &[], &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.change_member(&here, &changed, None, &[], &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(found(&store, &there).await, Some(there.clone()));
    assert_eq!(store.remove_member(&here, &[]).await.unwrap(), Outcome::Conflict, "it is no longer so");
    assert_eq!(store.remove_member(&changed, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.user_by_email(&address(1)).await.unwrap(), Some(user(1)));
    assert_eq!(store.remove_member(&there, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.user_by_email(&address(1)).await.unwrap(), None);
}

async fn an_address_is_one_person(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    let member = member(1, 1, OrgRole::Member);
    add(&store, &member).await;
    let double = Member { user: User { id: UserId::from_random([7; 12]), ..user(1) }, ..member };
    assert_eq!(store.insert_member(&double, None, &[], &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(db.peek("SELECT id FROM users").await, [user(1).id.to_string()]);

    let new = invited(2);
    let (one, other) = (store.insert_member(&new, None, &[], &[]), store.insert_member(&new, None, &[], &[]));
    let (one, other) = tokio::join!(one, other);
    let mut came = [one.unwrap(), other.unwrap()];
    came.sort_by_key(|outcome| *outcome != Outcome::Saved);
    assert_eq!(came, [Outcome::Saved, Outcome::Conflict]);
}

async fn a_token_works_once_and_in_its_time(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    let (new, late) = (invited(1), invited(2));
    let (first, second, third) = (token(1, &new), token(2, &new), token(3, &late));
    assert_eq!(store.insert_member(&new, Some(&first), &[], &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_member(&late, Some(&third), &[], &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.user_token(&first.sha256).await.unwrap(), Some(first.clone()));
    assert_eq!(store.change_member(&new, &new, Some(&second), &[], &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.user_token(&first.sha256).await.unwrap(), None, "a new one ends the old one");

    let arrival = Arrival { first_name: Some("Ada"), last_name: None, password_hash: "$argon2id$1" };
    let at =
        async |token: &UserToken, of: &Member, now| store.use_user_token(token, of, &arrival, now, &[]).await.unwrap();
    assert_eq!(at(&first, &new, T0).await, Outcome::Conflict);
    assert_eq!(at(&third, &late, T0 + LATER).await, Outcome::Conflict, "its time is over");
    assert_eq!(found(&store, &late).await, Some(late.clone()));
    let (one, other) = tokio::join!(at(&second, &new, T0), at(&second, &new, T0));
    assert!([one, other].contains(&Outcome::Saved) && [one, other].contains(&Outcome::Conflict), "{one:?} {other:?}");
    let seen = found(&store, &new).await.unwrap();
    assert_eq!((seen.state, seen.user.first_name.as_str()), (MemberState::Active, "Ada"));
    assert_eq!(db.peek("SELECT password_hash FROM users WHERE password_hash IS NOT NULL").await, ["$argon2id$1"]);
    assert_eq!(store.remove_member(&late, &[]).await.unwrap(), Outcome::Saved);
    assert!(db.peek("SELECT user_id FROM user_tokens").await.is_empty(), "a token ends with its person");
}

async fn keeps_teams(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    for number in [1, 2] {
        add(&store, &member(number, 1, OrgRole::Member)).await;
    }
    let (one, two) = (team(1, 1, &[1, 2]), team(2, 1, &[]));
    for team in [&two, &one] {
        assert_eq!(store.insert_team(team, MANY, &[]).await.unwrap(), TeamOutcome::Saved);
    }
    assert_eq!(store.teams_of(org_id(1)).await.unwrap(), [one.clone(), two.clone()]);
    let double = Team { name: one.name.clone(), ..team(3, 1, &[]) };
    assert_eq!(store.insert_team(&double, MANY, &[]).await.unwrap(), TeamOutcome::Conflict);
    assert_eq!(store.rename_team(org_id(1), two.id, &one.name, &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.rename_team(org_id(1), one.id, &one.name, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.rename_team(org_id(1), two.id, "zz", &[]).await.unwrap(), Outcome::Saved);

    let put = async |people: &[u8], max| {
        let people = people.iter().map(|number| user(*number).id).collect();
        store.put_into_team(org_id(1), two.id, &people, max, &told(1)).await.unwrap()
    };
    assert_eq!(put(&[2, 9], MANY).await, TeamOutcome::Conflict, "one of them is no member");
    assert_eq!(put(&[1, 2], 1).await, TeamOutcome::TooMany);
    assert_eq!(put(&[2], 1).await, TeamOutcome::Saved);
    assert_eq!(put(&[1, 2], MANY).await, TeamOutcome::Conflict, "one of them is in it");
    let out = async |number: u8| store.take_out_of_team(org_id(1), one.id, user(number).id, &[]).await.unwrap();
    assert_eq!([out(1).await, out(1).await, out(9).await], [Outcome::Saved, Outcome::Conflict, Outcome::Conflict]);
    assert_eq!(store.insert_team(&team(4, 1, &[]), 2, &[]).await.unwrap(), TeamOutcome::TooMany);
    let given = [roles(&one, &[], &[ProjectRole::Owner]), roles(&two, &[], &[ProjectRole::ReadOnly])];
    assert_eq!(store.set_team_roles(org_id(1), project_id(2), &given, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(
        store.set_team_roles(org_id(1), project_id(2), &given, &[]).await.unwrap(),
        Outcome::Conflict,
        "they can do something there by now"
    );
    let gone = team(8, 1, &[]);
    let partly =
        [roles(&one, &[ProjectRole::Owner], &[ProjectRole::ReadOnly]), roles(&gone, &[], &[ProjectRole::ReadOnly])];
    assert_eq!(store.set_team_roles(org_id(1), project_id(2), &partly, &[]).await.unwrap(), Outcome::Conflict);
    let expected = [
        Team {
            members: [user(2).id].into(),
            roles: [(project_id(2), [ProjectRole::Owner].into())].into(),
            ..one.clone()
        },
        Team {
            name: "zz".to_owned(),
            members: [user(2).id].into(),
            roles: [(project_id(2), [ProjectRole::ReadOnly].into())].into(),
            ..two.clone()
        },
    ];
    assert_eq!(store.teams_of(org_id(1)).await.unwrap(), expected, "all or nothing, and of the organization only");
    let seen = found(&store, &member(2, 1, OrgRole::Member)).await.unwrap();
    assert_eq!(seen.teams, expected.iter().map(|team| team.id).collect());
    assert_eq!(store.remove_member(&seen, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.teams_of(org_id(1)).await.unwrap()[1].members, [].into());
}

async fn a_team_of_another_organization_is_out_of_reach(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    assert_eq!(store.insert_organization(&organization(2)).await.unwrap(), Outcome::Saved);
    let theirs = Team { name: team(1, 1, &[]).name, ..team(2, 2, &[]) };
    for team in [&team(1, 1, &[]), &theirs] {
        assert_eq!(
            store.insert_team(team, MANY, &[]).await.unwrap(),
            TeamOutcome::Saved,
            "names are each organization's own"
        );
    }
    let org = org_id(1);
    assert_eq!(store.rename_team(org, theirs.id, "mine", &[]).await.unwrap(), Outcome::InUse);
    assert_eq!(store.put_into_team(org, theirs.id, &[].into(), MANY, &[]).await.unwrap(), TeamOutcome::Missing);
    assert_eq!(store.take_out_of_team(org, theirs.id, user(1).id, &[]).await.unwrap(), Outcome::Conflict);
    let role = [roles(&theirs, &[], &[ProjectRole::Owner])];
    assert_eq!(store.set_team_roles(org, project_id(1), &role, &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.delete_team(org, theirs.id, &told(7)).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.teams_of(org_id(2)).await.unwrap(), [theirs]);
}

async fn of_people_put_into_a_team_at_once_none_is_lost(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    let people: Vec<_> = (1..=12).map(|number| member(number, 1, OrgRole::Member)).collect();
    for one in &people {
        add(&store, one).await;
    }
    let teams = [team(1, 1, &[]), team(2, 1, &[12])];
    for team in &teams {
        assert_eq!(store.insert_team(team, MANY, &[]).await.unwrap(), TeamOutcome::Saved);
    }
    for pair in people[..6].chunks(2) {
        let put = async |one: &Member| {
            store.put_into_team(org_id(1), teams[0].id, &[one.user.id].into(), MANY, &[]).await.unwrap()
        };
        assert_eq!(tokio::join!(put(&pair[0]), put(&pair[1])), (TeamOutcome::Saved, TeamOutcome::Saved));
    }
    // Whoever says in which teams a person is changes those alone that they name.
    for one in &people[6..11] {
        let after = Member { teams: [teams[0].id].into(), ..one.clone() };
        let alone = [one.user.id].into();
        let (changed, put) = tokio::join!(
            store.change_member(one, &after, None, &[], &[]),
            store.put_into_team(org_id(1), teams[1].id, &alone, MANY, &[])
        );
        assert_eq!((changed.unwrap(), put.unwrap()), (Outcome::Saved, TeamOutcome::Saved));
    }
    let all: BTreeSet<_> = people[..11].iter().map(|one| one.user.id).collect();
    let seen = store.teams_of(org_id(1)).await.unwrap();
    assert_eq!(seen[0].members, all);
    assert_eq!(seen[1].members, people[6..].iter().map(|one| one.user.id).collect());
    let left = Member { teams: [].into(), ..people[0].clone() };
    let was = found(&store, &people[0]).await.unwrap();
    assert_eq!(store.change_member(&was, &left, None, &[], &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(found(&store, &left).await, Some(left));
}

async fn an_owner_is_recovered_whole_or_not_at_all(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    let told = [Event { kind: EventKind::OwnerRecovered, project: None, ..event(7, 1) }];
    let owner = member(1, 1, OrgRole::Owner);
    let key = domain::api_key::ApiKey { grants: only(1, OrgRole::Owner), ..api_key(1, 1) };
    assert_eq!(store.insert_api_key(&api_key(1, 1), &ha1(7)).await.unwrap(), Outcome::Saved);
    let recover = async |before: Option<&Member>, key| {
        store.recover_owner(None, before, &owner, key, &ha1(7), &told).await.unwrap()
    };
    // The key cannot be added, so the person is not there either.
    assert_eq!(recover(None, &key).await, Outcome::Conflict);
    assert_eq!(store.user_by_email(&owner.user.email).await.unwrap(), None);
    let out = Member { state: MemberState::Disabled, ..member(1, 1, OrgRole::Member) };
    add(&store, &out).await;
    assert_eq!(recover(Some(&out), &key).await, Outcome::Conflict);
    assert_eq!(found(&store, &out).await, Some(out.clone()));
    // The person is another by now, so there is no key.
    let other = domain::api_key::ApiKey { grants: only(1, OrgRole::Owner), ..api_key(2, 1) };
    assert_eq!(recover(Some(&invited(1)), &other).await, Outcome::Conflict);
    assert_eq!(store.api_key(other.id).await.unwrap(), None);
    let (events, _) = store.events_of_org(org_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert!(events.is_empty(), "{events:?}");
    assert_eq!(recover(Some(&out), &other).await, Outcome::Saved);
    assert_eq!(found(&store, &owner).await.as_ref(), Some(&owner));
    assert_eq!(store.api_key(other.id).await.unwrap(), Some(other));
    let (events, _) = store.events_of_org(org_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert_eq!(events, told);
}

async fn a_team_that_a_project_has_stays(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    let team = team(1, 1, &[]);
    assert_eq!(store.insert_team(&team, MANY, &[]).await.unwrap(), TeamOutcome::Saved);
    let (org, read) = (org_id(1), [ProjectRole::ReadOnly]);
    let (role, nothing) = ([roles(&team, &[], &read)], [roles(&team, &read, &[])]);
    for number in [1, 2] {
        let outcome = store.set_team_roles(org, project_id(number), &role, &[]).await.unwrap();
        assert_eq!(outcome, Outcome::Saved);
    }
    assert_eq!(store.set_team_roles(org, project_id(1), &nothing, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.delete_team(org, team.id, &told(50)).await.unwrap(), Outcome::InUse);
    let (events, _) = store.events_of_org(org, &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert!(events.is_empty(), "{events:?}");
    assert_eq!(store.teams_of(org).await.unwrap().len(), 1);
    // A project that was deleted holds nothing.
    assert_eq!(store.delete_project(project_id(2), T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.delete_team(org, team.id, &told(51)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.delete_team(org, team.id, &told(52)).await.unwrap(), Outcome::Conflict);
    let (events, _) = store.events_of_org(org, &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert_eq!(events, told(51));
    assert!(db.peek("SELECT team_id FROM team_roles").await.is_empty());
}

async fn of_a_deletion_and_a_role_for_a_team_one_wins(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    for number in 1..=16 {
        let team = team(number, 1, &[]);
        assert_eq!(store.insert_team(&team, MANY, &[]).await.unwrap(), TeamOutcome::Saved);
        let role = [roles(&team, &[], &[ProjectRole::Owner])];
        let (given, deleted) = tokio::join!(
            store.set_team_roles(org_id(1), project_id(1), &role, &[]),
            store.delete_team(org_id(1), team.id, &[])
        );
        let pair = (given.unwrap(), deleted.unwrap());
        let good = [(Outcome::Saved, Outcome::InUse), (Outcome::Conflict, Outcome::Saved)];
        assert!(good.contains(&pair), "team {number}: {pair:?}");
    }
}

async fn recipients_are_those_who_are_meant(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    assert_eq!(store.insert_organization(&organization(2)).await.unwrap(), Outcome::Saved);
    let reads = [(project_id(1), [ProjectRole::ReadOnly].into())].into();
    let reader = Member { grants: Grants { project_roles: reads, ..only(1, OrgRole::Member) }, ..invited(2) };
    let shut_out = Member { state: MemberState::Disabled, ..member(4, 1, OrgRole::Owner) };
    let people = [
        member(1, 1, OrgRole::Owner),
        reader,
        member(3, 1, OrgRole::Member),
        shut_out,
        member(5, 2, OrgRole::Owner),
        member(6, 1, OrgRole::Member),
    ];
    for one in &people {
        add(&store, one).await;
    }
    let team = team(1, 1, &[3, 4]);
    assert_eq!(store.insert_team(&team, MANY, &[]).await.unwrap(), TeamOutcome::Saved);
    let role = [roles(&team, &[], &[ProjectRole::ClusterManager])];
    assert_eq!(store.set_team_roles(org_id(1), project_id(1), &role, &[]).await.unwrap(), Outcome::Saved);
    let told = async |project: u32, to: Recipients| {
        let told = store.recipients(project_id(project), &to).await.unwrap();
        told.into_iter().map(|one| one.email.as_bytes()[4] - b'0').collect::<Vec<_>>()
    };
    assert_eq!(told(1, Recipients::ProjectRoles(Vec::new())).await, [1, 2, 3]);
    assert_eq!(told(2, Recipients::ProjectRoles(Vec::new())).await, [1], "an owner of the organization owns it");
    assert_eq!(told(1, Recipients::ProjectRoles(vec![ProjectRole::ClusterManager])).await, [3]);
    assert_eq!(told(1, Recipients::ProjectRoles(vec![ProjectRole::Owner, ProjectRole::ReadOnly])).await, [1, 2]);
    assert_eq!(told(1, Recipients::OrgRoles(Vec::new())).await, [1, 2, 3, 6]);
    assert_eq!(told(1, Recipients::OrgRoles(vec![OrgRole::Owner])).await, [1]);
    assert_eq!(told(1, Recipients::Team(team.id)).await, [3]);
    assert_eq!(told(1, Recipients::User("User6@Example.com".to_owned())).await, [6]);
    for nobody in ["user4@example.com", "user5@example.com", "user"] {
        assert!(told(1, Recipients::User(nobody.to_owned())).await.is_empty(), "{nobody}");
    }
    assert!(told(9, Recipients::OrgRoles(Vec::new())).await.is_empty());
}

async fn the_last_owner_stays(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let owner = member(1, 1, OrgRole::Owner);
    add(&store, &owner).await;
    // Who has not come, or is shut out, or owns a project only, is no owner of the organization.
    let mut pending = invited(2);
    pending.grants = only(1, OrgRole::Owner);
    add(&store, &pending).await;
    add(&store, &Member { state: MemberState::Disabled, ..member(3, 1, OrgRole::Owner) }).await;
    assert_eq!(store.insert_api_key(&api_key(1, 1), &ha1(7)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_service_account(&service_account(1, 1)).await.unwrap(), Outcome::Saved);

    let demoted = Member { grants: only(1, OrgRole::Member), ..owner.clone() };
    let shut_out = Member { state: MemberState::Disabled, ..owner.clone() };
    for after in [&demoted, &shut_out] {
        assert_eq!(store.change_member(&owner, after, None, &told(1), &[]).await.unwrap(), Outcome::InUse);
    }
    assert_eq!(store.remove_member(&owner, &told(2)).await.unwrap(), Outcome::InUse);
    assert_eq!(found(&store, &owner).await, Some(owner.clone()), "nothing was written");
    let (events, _) = store.events_of_org(org_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert!(events.is_empty(), "{events:?}");
    let key = domain::api_key::ApiKey { grants: only(1, OrgRole::Owner), ..api_key(2, 1) };
    assert_eq!(store.insert_api_key(&key, &ha1(8)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.remove_member(&owner, &[]).await.unwrap(), Outcome::Saved, "the key is an owner too");
    assert_eq!(store.remove_api_key(&key, &[]).await.unwrap(), Outcome::InUse);
    assert_eq!(store.api_key(key.id).await.unwrap(), Some(key));
}

async fn of_two_owners_who_go_at_once_one_stays(db: Database) {
    let store = db.open().await;
    let one_of = |pair: (Outcome, Outcome)| {
        assert!([(Outcome::Saved, Outcome::InUse), (Outcome::InUse, Outcome::Saved)].contains(&pair), "{pair:?}");
    };
    for org in 1..=12_u32 {
        assert_eq!(store.insert_organization(&organization(org)).await.unwrap(), Outcome::Saved);
        let (a, b) = (member(1, org, OrgRole::Owner), member(2, org, OrgRole::Owner));
        for one in [&a, &b] {
            add(&store, one).await;
        }
        let demoted = |of: &Member| Member { grants: only(org, OrgRole::Member), ..of.clone() };
        let (less_a, less_b) = (demoted(&a), demoted(&b));
        let pair = tokio::join!(
            store.change_member(&a, &less_a, None, &[], &[]),
            store.change_member(&b, &less_b, None, &[], &[])
        );
        one_of((pair.0.unwrap(), pair.1.unwrap()));
        let owners = store.members_of(org_id(org)).await.unwrap();
        let owners: Vec<_> = owners.into_iter().filter(|one| one.grants.org_roles.contains(&OrgRole::Owner)).collect();
        assert_eq!(owners.len(), 1, "organization {org}");
    }
    for org in 21..=32_u32 {
        assert_eq!(store.insert_organization(&organization(org)).await.unwrap(), Outcome::Saved);
        let key = domain::api_key::ApiKey { grants: only(org, OrgRole::Owner), ..api_key(org, org) };
        let account =
            domain::service_account::ServiceAccount { grants: only(org, OrgRole::Owner), ..service_account(org, org) };
        assert_eq!(store.insert_api_key(&key, &ha1(7)).await.unwrap(), Outcome::Saved);
        assert_eq!(store.insert_service_account(&account).await.unwrap(), Outcome::Saved);
        let pair = tokio::join!(store.remove_api_key(&key, &[]), store.remove_service_account(&account, &[]));
        one_of((pair.0.unwrap(), pair.1.unwrap()));
    }
}

/// Gives organization 1 a bit of everything that belongs to one.
async fn furnish(store: &Store) {
    seed(store, 2).await;
    assert_eq!(store.insert_organization(&organization(2)).await.unwrap(), Outcome::Saved);
    for one in [&member(1, 1, OrgRole::Owner), &member(2, 1, OrgRole::Member), &member(2, 2, OrgRole::Owner)] {
        add(store, one).await;
    }
    let new = invited(3);
    assert_eq!(store.insert_member(&new, Some(&token(1, &new)), &[], &[]).await.unwrap(), Outcome::Saved);
    for team in [&team(1, 1, &[1, 2]), &team(2, 2, &[2])] {
        assert_eq!(store.insert_team(team, MANY, &[]).await.unwrap(), TeamOutcome::Saved);
    }
    let role = [roles(&team(1, 1, &[]), &[], &[ProjectRole::Owner])];
    assert_eq!(store.set_team_roles(org_id(1), project_id(1), &role, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_api_key(&api_key(1, 1), &ha1(7)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_service_account(&service_account(1, 1)).await.unwrap(), Outcome::Saved);
    let secret = ServiceAccountSecret {
        id: domain::id::ServiceAccountSecretId::from_random([9; 12]),
        account: account_id(1),
        sha256: [3; 32],
        created_at: T0,
        expires_at: T0 + LATER,
        last_used_at: None,
    };
    assert_eq!(store.insert_service_account_secret(&secret).await.unwrap(), Outcome::Saved);
    let live = AccessToken { jti: "a".to_owned(), account: account_id(1), expires_at: T0 + LATER };
    assert_eq!(store.insert_access_token(&live).await.unwrap(), Outcome::Saved);
}

async fn a_deleted_organization_leaves_nobody(db: Database) {
    let store = db.open().await;
    furnish(&store).await;
    let told = [Event { kind: EventKind::OrgDeleted, project: None, ..event(60, 1) }];
    assert_eq!(store.delete_organization(org_id(1), T0, &told).await.unwrap(), Outcome::InUse);
    assert_eq!(store.members_of(org_id(1)).await.unwrap().len(), 3);
    for number in [1, 2] {
        assert_eq!(store.delete_project(project_id(number), T0, &[]).await.unwrap(), Outcome::Saved);
    }
    assert_eq!(store.delete_organization(org_id(1), T0, &told).await.unwrap(), Outcome::Saved);
    for table in ["user_tokens", "team_roles", "api_keys", "service_accounts", "service_account_secrets"] {
        let left = db.peek(&format!("SELECT '{table}' FROM {table}")).await;
        assert!(left.is_empty(), "{left:?}");
    }
    assert!(!store.access_token_is_live("a", T0).await.unwrap());
    for table in ["org_members", "teams", "team_members"] {
        assert_eq!(db.peek(&format!("SELECT org_id FROM {table}")).await, [org_id(2).to_string()], "{table}");
    }
    assert_eq!(db.peek("SELECT email FROM users").await, ["user2@example.com"], "the others belong nowhere");
    let elsewhere = Member { teams: [team(2, 2, &[]).id].into(), ..member(2, 2, OrgRole::Owner) };
    assert_eq!(store.members_of(org_id(2)).await.unwrap(), [elsewhere]);
    // Nobody can come in any more.
    let late = member(1, 1, OrgRole::Member);
    assert_eq!(store.insert_member(&late, None, &[], &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.insert_team(&team(5, 1, &[]), MANY, &[]).await.unwrap(), TeamOutcome::Missing);
    assert_eq!(store.delete_organization(org_id(1), T0, &[]).await.unwrap(), Outcome::Conflict);
}

async fn a_deleted_organization_comes_back_with_an_owner(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let change = OrgChange { api_access_list_required: Some(true), ..OrgChange::default() };
    let changed = store.change_organization(org_id(1), &change, &[]).await.unwrap();
    let OrgOutcome::Saved(settings) = changed else { panic!("{changed:?}") };
    let known =
        |deleted_at| KnownOrganization { organization: organization(1), settings: settings.clone(), deleted_at };
    assert_eq!(store.known_organization(org_id(1)).await.unwrap(), Some(known(None)));
    assert_eq!(store.known_organization(org_id(2)).await.unwrap(), None);
    assert_eq!(store.delete_project(project_id(1), T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.delete_organization(org_id(1), T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.known_organization(org_id(1)).await.unwrap(), Some(known(Some(T0))));
    assert_eq!(store.deleted_organizations().await.unwrap(), [organization(1)]);

    let told = [Event { kind: EventKind::OwnerRecovered, project: None, ..event(7, 1) }];
    let (owner, granted) = (member(1, 1, OrgRole::Owner), only(1, OrgRole::Owner));
    let key = domain::api_key::ApiKey { grants: granted, ..api_key(1, 1) };
    let recover =
        async |deleted_at, key| store.recover_owner(deleted_at, None, &owner, key, &ha1(7), &told).await.unwrap();
    // Whoever thinks that it is there, or that it was deleted at another time, brings nothing back.
    for stale in [None, Some(T0 + LATER)] {
        assert_eq!(recover(stale, &key).await, Outcome::Conflict);
    }
    // Nor does a key that cannot be added.
    assert_eq!(store.insert_organization(&organization(2)).await.unwrap(), Outcome::Saved);
    let taken = domain::api_key::ApiKey { public_key: key.public_key.clone(), ..api_key(2, 2) };
    assert_eq!(store.insert_api_key(&taken, &ha1(7)).await.unwrap(), Outcome::Saved);
    assert_eq!(recover(Some(T0), &key).await, Outcome::Conflict);
    assert_eq!(store.organization(org_id(1)).await.unwrap(), None);
    assert_eq!(store.user_by_email(&owner.user.email).await.unwrap(), None);
    let (events, _) = store.events_of_org(org_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert!(events.is_empty(), "{events:?}");

    let free = domain::api_key::ApiKey { public_key: "key00003".to_owned(), ..key.clone() };
    assert_eq!(recover(Some(T0), &free).await, Outcome::Saved);
    assert_eq!(store.known_organization(org_id(1)).await.unwrap(), Some(known(None)));
    assert_eq!(store.deleted_organizations().await.unwrap(), []);
    assert_eq!(store.members_of(org_id(1)).await.unwrap(), [owner]);
    assert_eq!(store.api_key(free.id).await.unwrap(), Some(free));
    let (events, _) = store.events_of_org(org_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert_eq!(events, told);
    // What was deleted before stays deleted, and can be brought back.
    assert_eq!(store.project(project_id(1)).await.unwrap(), None);
    assert_eq!(store.bring_back_project(&project(1, 1), &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.project(project_id(1)).await.unwrap(), Some(project(1, 1)));
}

async fn a_person_leaves_one_organization_while_another_invites_them(db: Database) {
    let store = db.open().await;
    for org in 1..=24_u32 {
        assert_eq!(store.insert_organization(&organization(org)).await.unwrap(), Outcome::Saved);
    }
    for number in 1..=12_u8 {
        let (from, to) = (u32::from(number) * 2 - 1, u32::from(number) * 2);
        let (old, new) = (member(number, from, OrgRole::Member), member(number, to, OrgRole::Member));
        add(&store, &old).await;
        let leave = async {
            if number % 2 == 0 {
                store.remove_member(&old, &[]).await
            } else {
                store.delete_organization(org_id(from), T0, &[]).await
            }
        };
        let (left, joined) = tokio::join!(leave, store.insert_member(&new, None, &[], &[]));
        assert_eq!(left.unwrap(), Outcome::Saved);
        let joined = joined.unwrap();
        assert_eq!(found(&store, &new).await.is_some(), joined == Outcome::Saved, "{number}: {joined:?}");
        assert_eq!(store.user_by_email(&address(number)).await.unwrap().is_some(), joined == Outcome::Saved);
    }
}

async fn a_backup_carries_people_and_teams(db: Database) {
    let store = db.open().await;
    furnish(&store).await;
    let (came, mut file) = (invited(4), Vec::new());
    let used = token(4, &came);
    assert_eq!(store.insert_member(&came, Some(&used), &[], &[]).await.unwrap(), Outcome::Saved);
    let arrival = Arrival { first_name: None, last_name: Some("L"), password_hash: "$argon2id$2" };
    assert_eq!(store.use_user_token(&used, &came, &arrival, T0, &[]).await.unwrap(), Outcome::Saved);
    let info = store.backup(&mut file, T0).await.unwrap();
    let rows = ["users", "org_members", "teams", "team_members", "team_roles"].map(|table| info.rows[table]);
    assert_eq!(rows, [4, 5, 2, 3, 1]);
    for target in [db.another().await, db.other_engine().await] {
        let restored = target.open().await;
        restored.restore(&mut file.as_slice(), T0 + LATER).await.unwrap();
        for org in [1, 2].map(org_id) {
            assert_eq!(restored.members_of(org).await.unwrap(), store.members_of(org).await.unwrap());
            assert_eq!(restored.teams_of(org).await.unwrap(), store.teams_of(org).await.unwrap());
        }
        assert_eq!(
            target.peek("SELECT password_hash FROM users WHERE password_hash IS NOT NULL").await,
            ["$argon2id$2"]
        );
        assert_eq!(restored.user_token(&[1; 32]).await.unwrap(), None, "tokens are void after a restore");
        let same = restored.api_key(api_key(1, 1).id).await.unwrap();
        assert_eq!(same, Some(api_key(1, 1)));
        assert_eq!(*restored.service_account(account_id(1)).await.unwrap().unwrap(), service_account(1, 1));
    }
}
