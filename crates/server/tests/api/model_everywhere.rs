//! Random changes of Azure's and Google's settings against a second reading of the rules (product.md 1.4), as
//! `model.rs` does for AWS. The product must answer, and keep, exactly what this says.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::cloud::azure::{RESOURCES, USE_KEY, VAULT, version};
use crate::cloud::google::{USE_KEY as USE_VERSION, VIEW_KEY, altered};
use crate::database::Database;
use crate::house::House;
use crate::model::Dice;
use crate::on_both_engines;

const ROUNDS: usize = 120;
const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";

/// What a provider's rules are made of.
struct Rules {
    /// The provider's name in a body.
    name: &'static str,
    /// The fields that must be there, with what they may become; the last value cannot be used.
    required: Vec<(&'static str, Vec<Value>)>,
    /// The fields that may be there.
    optional: Vec<(&'static str, Vec<Value>)>,
    /// The fields of a static identity that its secret belongs to.
    identity: Vec<&'static str>,
    /// The static credentials but for the secret, if it has such a part of its own.
    client: Option<&'static str>,
    secret: &'static str,
    role: String,
    /// What an answer says of a change back from the role.
    no_way_back: &'static str,
    /// What the cloud refuses in a whole setting, by code.
    refuse: Box<Refuse>,
}

/// What a cloud says no to, by the code that tells of it.
type Refuse = dyn Fn(&Map<String, Value>) -> Option<&'static str>;

/// What is stored of one provider: its fields, with the secret.
type Stored = Option<Map<String, Value>>;

#[derive(Debug, PartialEq)]
enum Outcome {
    Answered,
    Refused(&'static str),
}

impl Rules {
    fn random_change(&self, dice: &mut Dice) -> Value {
        let mut change = Map::new();
        let mut put = |dice: &mut Dice, rarity: usize, name: &str, values: &[Value]| {
            if dice.roll(rarity) == 0 {
                change.insert(name.to_owned(), dice.pick(values));
            }
        };
        put(dice, 2, "enabled", &[json!(true), json!(true), json!(true), json!(false), Value::Null]);
        for (name, values) in &self.required {
            put(dice, 3, name, &[values.clone(), vec![Value::Null]].concat());
        }
        for (name, values) in &self.optional {
            put(dice, 3, name, &[values.clone(), vec![Value::Null]].concat());
        }
        put(dice, 8, "roleId", &[json!(self.role), Value::Null]);
        Value::Object(change)
    }

    /// Reads the rules a second time. Gives what is stored afterwards, and the answer.
    fn expect(&self, stored: &Stored, change: &Map<String, Value>) -> (Stored, Outcome) {
        let refused = |code| (stored.clone(), Outcome::Refused(code));
        let given = |name: &str| change.get(name).filter(|value| !value.is_null() && **value != json!(""));
        if change.get("enabled") == Some(&json!(false)) {
            return (None, Outcome::Answered);
        }
        let says_something = change.iter().any(|(name, _)| given(name).is_some());
        if stored.is_none() && !says_something {
            return (None, Outcome::Answered);
        }
        let empty = Map::new();
        let before = stored.as_ref().unwrap_or(&empty);
        let wanted = |name: &str| match change.get(name) {
            Some(Value::Null) => None,
            Some(value) => Some(value.clone()),
            None => before.get(name).cloned(),
        };
        let mut next = Map::new();
        let mut missing = 0;
        let mut need = |name: &str, value: Option<Value>| match value {
            None => missing += 1,
            Some(value) => drop(next.insert(name.to_owned(), value)),
        };
        if change.get("enabled") == Some(&Value::Null) || (stored.is_none() && given("enabled").is_none()) {
            need("enabled", None);
        }
        for (name, _) in &self.required {
            need(name, wanted(name));
        }
        let sends_static = given(self.secret).is_some() || self.client.is_some_and(|client| given(client).is_some());
        let mut one_of = false;
        if let Some(role) = given("roleId") {
            need("roleId", Some(role.clone()));
        } else if before.contains_key("roleId") {
            if sends_static {
                return refused(self.no_way_back);
            }
            need("roleId", wanted("roleId"));
        } else if stored.is_none() && !sends_static {
            one_of = true;
            need("roleId", None);
        } else {
            if let Some(client) = self.client {
                need(client, wanted(client));
            }
            // Of a tenant that is missing nothing is known, not even that it is another.
            let same = self.identity.iter().all(|name| match change.get(*name) {
                None => true,
                Some(Value::Null) => self.client != Some(*name),
                Some(new) => before.get(*name) == Some(new),
            });
            let kept = before.get(self.secret).filter(|_| same);
            need(self.secret, given(self.secret).or(kept).cloned());
        }
        match (missing, one_of) {
            (0, _) => {}
            (1, true) => return refused("MISSING_ONE_OF_ATTRIBUTES"),
            (1, false) => return refused("MISSING_ATTRIBUTE"),
            (_, _) => return refused("VALIDATION_ERROR"),
        }
        for (name, _) in self.optional.iter().filter(|(name, _)| *name == "requirePrivateNetworking") {
            let flag = given(name).or(before.get(*name)).cloned();
            next.insert((*name).to_owned(), flag.unwrap_or(json!(false)));
        }
        if stored.as_ref() != Some(&next)
            && let Some(code) = (self.refuse)(&next)
        {
            return refused(code);
        }
        (Some(next), Outcome::Answered)
    }

    /// How the answer shows what is stored.
    fn view(&self, stored: &Stored, shape: &Value) -> Value {
        let fields = shape[self.name].as_object().unwrap().keys();
        let shown = fields.map(|name| {
            let value = match (stored, name.as_str()) {
                (_, "enabled" | "valid") => json!(stored.is_some()),
                (None, _) => Value::Null,
                (Some(stored), name) => stored.get(name).cloned().unwrap_or_default(),
            };
            (name.clone(), value)
        });
        Value::Object(shown.collect())
    }
}

async fn azure_rules(house: &House) -> Rules {
    let azure = house.cloud().azure();
    let [second, dead] = [azure.new_key("second").await, azure.new_key("dead").await];
    azure.apply(simulators::azure::Change::DisableKey(version(&dead))).await;
    let other = azure.new_app("other", USE_KEY).await;
    let role = house.new_azure_role(house.project).await.id.to_string();
    azure.tag(&second, house.project).await;
    azure.tag(&dead, house.project).await;
    let secrets: BTreeMap<String, String> = [&azure.user, &other]
        .map(|app| (app.client_id.clone(), app.secret.expose_secret().to_owned()))
        .into_iter()
        .collect();
    let (dead_id, known) = (dead.id.clone(), secrets.clone());
    let refuse = move |settings: &Map<String, Value>| {
        let text = |name: &str| settings.get(name).and_then(Value::as_str);
        if let Some(client) = text("clientID")
            && known.get(client).map(String::as_str) != text("secret")
        {
            return Some("INVALID_AZURE_CREDENTIALS");
        }
        (text("keyIdentifier") == Some(&dead_id)).then_some("AZURE_KEY_VAULT_KEY_NOT_ENABLED")
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    let values: Vec<Value> = secrets.values().map(|secret| json!(secret)).collect();
    Rules {
        name: "azureKeyVault",
        required: vec![
            ("azureEnvironment", texts(&["AZURE"])),
            ("tenantID", texts(&[&azure.tenant])),
            ("subscriptionID", texts(&[&azure.subscription])),
            ("resourceGroupName", texts(&[RESOURCES])),
            ("keyVaultName", texts(&[VAULT])),
            ("keyIdentifier", texts(&[&azure.key.id, &second.id, &dead.id])),
        ],
        optional: vec![
            ("clientID", texts(&[&azure.user.client_id, &other.client_id])),
            ("secret", [values, texts(&[""])].concat()),
            ("requirePrivateNetworking", vec![json!(true), json!(false)]),
        ],
        identity: vec!["azureEnvironment", "tenantID", "clientID"],
        client: Some("clientID"),
        secret: "secret",
        role,
        no_way_back: "AZURE_KEY_VAULT_CREDENTIALS_DEPRECATED",
        refuse: Box::new(refuse),
    }
}

async fn google_rules(house: &House) -> Rules {
    let google = house.cloud().google();
    let [second, dead] = [google.gcp.create_version(&google.key).await, google.gcp.create_version(&google.key).await];
    let (second, dead) = (second.unwrap(), dead.unwrap());
    google.apply(simulators::gcp::Change::DisableVersion(dead.clone())).await;
    let other = google.new_user("other", &[USE_VERSION, VIEW_KEY]).await;
    let role = house.new_google_role(house.project).await.id.to_string();
    let stranger = altered(&other, "client_email", json!(google.user.email));
    let (dead_name, wrong) = (dead.clone(), stranger.clone());
    let refuse = move |settings: &Map<String, Value>| {
        if settings.get("serviceAccountKey") == Some(&json!(wrong)) {
            return Some("INVALID_GOOGLE_CLOUD_CREDENTIALS");
        }
        let dead = settings.get("keyVersionResourceID") == Some(&json!(dead_name));
        dead.then_some("GOOGLE_CLOUD_KMS_KEY_VERSION_DISABLED")
    };
    let files = [google.user.expose_json(), other.expose_json(), &stranger, ""];
    Rules {
        name: "googleCloudKms",
        required: vec![("keyVersionResourceID", [google.version(), second, dead].map(Value::String).to_vec())],
        optional: vec![("serviceAccountKey", files.map(|file| json!(file)).to_vec())],
        identity: Vec::new(),
        client: None,
        secret: "serviceAccountKey",
        role,
        no_way_back: "GOOGLE_CLOUD_KMS_CREDENTIALS_DEPRECATED",
        refuse: Box::new(refuse),
    }
}

async fn follow(house: &House, rules: &Rules, enabling: &Value, seed: u64) {
    let (mut dice, mut stored) = (Dice::new(seed), None);
    let (mut saved, mut seen) = (0, BTreeMap::<String, usize>::new());
    for round in 0..ROUNDS {
        // Now and then all begins anew, or nothing would ever be enabled by static credentials again.
        let change = match dice.roll(8) {
            0 => json!({"enabled": false}),
            1 => enabling[rules.name].clone(),
            2 | 3 => {
                let mut whole = enabling[rules.name].as_object().unwrap().clone();
                let change = rules.random_change(&mut dice);
                let given = change.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
                whole.extend(given.map(|(name, value)| (name.clone(), value.clone())));
                Value::Object(whole)
            }
            _ => rules.random_change(&mut dice),
        };
        let (next, expected) = rules.expect(&stored, change.as_object().unwrap());
        let got = house.patch(&json!({ rules.name: change })).await;
        let code = got.code();
        match &expected {
            Outcome::Answered => assert_eq!(got.status, 200, "round {round}: {stored:?}\n{change}\n{}", got.text()),
            Outcome::Refused(wanted) => {
                assert_eq!((got.status, code.as_str()), (400, *wanted), "round {round}: {change}\n{}", got.text());
            }
        }
        saved += usize::from(next != stored);
        *seen.entry(if next == stored { code } else { "saved".to_owned() }).or_default() += 1;
        stored = next;
        let read = house.read().await.ok();
        if got.status == 200 {
            assert_eq!(got.json(), read, "round {round}");
        }
        assert_eq!(read[rules.name], rules.view(&stored, &read), "round {round}: {change}");
    }
    let events = house.events().await;
    assert_eq!(events.iter().filter(|name| *name == UPDATED).count(), saved, "exactly one event for each change");
    assert!(seen.len() >= 6, "the dice met many rules: {seen:?}");
}

async fn azure_follows_the_rules_whatever_is_sent(database: Database) {
    let seed = if database.is_sqlite() { 7 } else { 11 };
    let house = House::open_everywhere(database).await;
    let rules = azure_rules(&house).await;
    follow(&house, &rules, &house.cloud().azure().payload(), seed).await;
    house.end().await;
}

async fn google_follows_the_rules_whatever_is_sent(database: Database) {
    let seed = if database.is_sqlite() { 7 } else { 11 };
    let house = House::open_everywhere(database).await;
    let rules = google_rules(&house).await;
    follow(&house, &rules, &house.cloud().google().payload(), seed).await;
    house.end().await;
}

on_both_engines! {
    azure_follows_the_rules_whatever_is_sent
    google_follows_the_rules_whatever_is_sent
}
