//! Hundreds of random changes against a second reading of the rules (product.md 1.4), written down
//! here as a table of what is stored. The product must answer, and keep, exactly what this says.

use domain::provider_role::RoleIdentity;
use serde_json::{Map, Value, json};
use simulators::aws::AccessKeyPair;

use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

const ROUNDS: usize = 150;

/// What is stored, as the rules say.
#[derive(Debug, Clone, Default, PartialEq)]
struct Stored {
    aws: Option<Aws>,
    search_nodes: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Aws {
    key: String,
    region: String,
    credentials: Credentials,
    private: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Credentials {
    Role(String),
    /// The id, and whether the secret is its own.
    Static(String, String),
}

/// What must come of a change.
#[derive(Debug, PartialEq)]
enum Outcome {
    Saved,
    Unchanged,
    Refused(u16, &'static str),
}

/// A small generator, so that a failure can be run again.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    pub(crate) fn pick(&mut self, values: &[Value]) -> Value {
        values[self.roll(values.len())].clone()
    }
}

/// The world that candidates are made of.
struct World {
    keys: [String; 2],
    dead_key: String,
    role: String,
    users: [AccessKeyPair; 2],
}

impl World {
    fn random_change(&self, dice: &mut Dice) -> Value {
        let mut aws = Map::new();
        let text = |text: &String| Value::String(text.clone());
        let secret = |user: &AccessKeyPair| json!(user.expose_secret());
        let [one, two] = &self.users;
        let fields: [(&str, usize, Vec<Value>); 7] = [
            ("enabled", 3, vec![json!(true), json!(true), json!(true), json!(false), Value::Null]),
            (
                "customerMasterKeyID",
                3,
                vec![text(&self.keys[0]), text(&self.keys[1]), text(&self.dead_key), Value::Null],
            ),
            (
                "region",
                3,
                vec![json!("US_EAST_1"), json!("US_EAST_1"), json!("US_EAST_1"), json!("US_WEST_2"), Value::Null],
            ),
            ("roleId", 5, vec![text(&self.role), Value::Null]),
            ("accessKeyID", 3, vec![json!(one.access_key_id), json!(two.access_key_id), Value::Null]),
            ("secretAccessKey", 3, vec![secret(one), secret(two), json!(""), Value::Null]),
            ("requirePrivateNetworking", 5, vec![json!(true), json!(false), Value::Null]),
        ];
        for (name, rarity, values) in fields {
            if dice.roll(rarity) == 0 || (rarity == 3 && dice.roll(2) == 0) {
                aws.insert(name.to_owned(), dice.pick(&values));
            }
        }
        let mut change = Map::new();
        match dice.roll(12) {
            0 => {}
            1 => drop(change.insert("awsKms".to_owned(), Value::Null)),
            _ => drop(change.insert("awsKms".to_owned(), Value::Object(aws))),
        }
        if dice.roll(5) == 0 {
            change.insert("enabledForSearchNodes".to_owned(), dice.pick(&[json!(true), json!(false), Value::Null]));
        }
        Value::Object(change)
    }

    /// Reads the rules a second time. Gives what is stored afterwards, and the answer.
    fn expect(&self, stored: &Stored, change: &Value) -> (Stored, Outcome) {
        let refused = |status, code| (stored.clone(), Outcome::Refused(status, code));
        if change.as_object().unwrap().is_empty() {
            return refused(400, "MISSING_ENCRYPTION_AT_REST_PROVIDER");
        }
        let mut next = stored.clone();
        if let Some(flag) = change["enabledForSearchNodes"].as_bool() {
            next.search_nodes = flag;
        }
        let empty = Map::new();
        let aws = change["awsKms"].as_object().unwrap_or(&empty);
        let given = |name: &str| aws.get(name).filter(|value| !value.is_null());
        let nulled = |name: &str| aws.get(name).is_some_and(Value::is_null);
        let text = |name: &str| given(name).map(|value| value.as_str().unwrap().to_owned());
        let secret = text("secretAccessKey").filter(|secret| !secret.is_empty());
        let says_something =
            aws.iter().any(|(name, value)| !(value.is_null() || name == "secretAccessKey" && value == ""));
        if given("enabled") == Some(&json!(false)) {
            next.aws = None;
        } else if stored.aws.is_some() && !aws.is_empty() || says_something {
            let present = stored.aws.as_ref();
            let mut missing = 0;
            let mut need = |value: Option<String>| {
                missing += usize::from(value.is_none());
                value.unwrap_or_default()
            };
            if given("enabled").is_none() && (present.is_none() || nulled("enabled")) {
                need(None);
            }
            let or_stored = |name: &str, stored: Option<&String>| match nulled(name) {
                true => None,
                false => text(name).or_else(|| stored.cloned()),
            };
            let key = need(or_stored("customerMasterKeyID", present.map(|aws| &aws.key)));
            let region = need(or_stored("region", present.map(|aws| &aws.region)));
            let sends_static = given("accessKeyID").is_some() || secret.is_some();
            let before = present.map(|aws| &aws.credentials);
            let mut one_of = false;
            let credentials = match (text("roleId"), before) {
                (Some(role), _) => Credentials::Role(role),
                (None, Some(Credentials::Role(_))) if sends_static => {
                    return refused(400, "AWS_KMS_CREDENTIALS_AUTH_DEPRECATED");
                }
                (None, Some(Credentials::Role(role))) => {
                    if nulled("roleId") {
                        need(None);
                    }
                    Credentials::Role(role.clone())
                }
                (None, before) => {
                    let (old_id, old_secret) = match before {
                        Some(Credentials::Static(id, secret)) => (Some(id), Some(secret)),
                        Some(Credentials::Role(_)) | None => (None, None),
                    };
                    if old_id.is_none() && !sends_static {
                        one_of = true;
                        need(None);
                        Credentials::Role(String::new())
                    } else {
                        let id = or_stored("accessKeyID", old_id);
                        let kept = old_secret.filter(|_| id.as_ref() == old_id).cloned();
                        Credentials::Static(need(id), need(secret.or(kept)))
                    }
                }
            };
            match (missing, one_of) {
                (0, _) => {}
                (1, false) => return refused(400, "MISSING_ATTRIBUTE"),
                (1, true) => return refused(400, "MISSING_ONE_OF_ATTRIBUTES"),
                (_, _) => return refused(400, "VALIDATION_ERROR"),
            }
            let flag = given("requirePrivateNetworking").map(|value| value == &json!(true));
            let private = flag.unwrap_or(present.is_some_and(|aws| aws.private));
            let wanted = Aws { key, region, credentials, private };
            let refusal = if stored.aws.as_ref() == Some(&wanted) { None } else { self.proof(&wanted) };
            if let Some(refusal) = refusal {
                return (stored.clone(), refusal);
            }
            next.aws = Some(wanted);
        }
        let outcome = if next == *stored { Outcome::Unchanged } else { Outcome::Saved };
        (next, outcome)
    }

    /// What AWS makes of a candidate.
    fn proof(&self, aws: &Aws) -> Option<Outcome> {
        if let Credentials::Static(id, secret) = &aws.credentials {
            let own = self.users.iter().any(|user| user.access_key_id == *id && user.expose_secret() == secret);
            if !own {
                return Some(Outcome::Refused(400, "INVALID_AWS_CREDENTIALS"));
            }
        }
        if aws.region != "US_EAST_1" {
            return Some(Outcome::Refused(404, "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND"));
        }
        (aws.key == self.dead_key).then_some(Outcome::Refused(400, "AWS_KMS_CUSTOMER_MASTER_KEY_NOT_ENABLED"))
    }
}

fn view(stored: &Stored) -> Value {
    let aws = match &stored.aws {
        None => json!({
            "accessKeyID": null, "customerMasterKeyID": null, "enabled": false, "region": null,
            "requirePrivateNetworking": null, "roleId": null, "valid": false,
        }),
        Some(aws) => {
            let (id, role) = match &aws.credentials {
                Credentials::Role(role) => (Value::Null, json!(role)),
                Credentials::Static(id, _) => (json!(id), Value::Null),
            };
            json!({
                "accessKeyID": id, "customerMasterKeyID": aws.key, "enabled": true, "region": aws.region,
                "requirePrivateNetworking": aws.private, "roleId": role, "valid": true,
            })
        }
    };
    json!({"awsKms": aws, "enabledForSearchNodes": stored.search_nodes})
}

async fn follows_the_rules_whatever_is_sent(database: Database) {
    let seed = if database.is_sqlite() { 7 } else { 11 };
    let house = House::open(database).await;
    let cloud = house.cloud();
    let dead = cloud.new_key("dead").await;
    cloud.disable_key(&dead).await;
    let role = house.new_role(house.project, "atrest").await;
    assert!(matches!(role.identity, RoleIdentity::Aws { .. }));
    let world = World {
        keys: [cloud.key.arn.clone(), cloud.new_key("second").await.arn],
        dead_key: dead.arn,
        role: role.id.to_string(),
        users: [cloud.user.clone(), cloud.new_user("other", crate::cloud::USE_KEY).await],
    };
    let (mut dice, mut stored) = (Dice::new(seed), Stored::default());
    let (mut saved, mut seen) = (0, std::collections::BTreeMap::<String, usize>::new());
    for round in 0..ROUNDS {
        // Now and then all begins anew, or nothing would ever be enabled by an access key again.
        let change = match dice.roll(10) {
            0 => json!({"awsKms": {"enabled": false}}),
            1 => cloud.payload(),
            _ => world.random_change(&mut dice),
        };
        let (next, expected) = world.expect(&stored, &change);
        let got = house.patch(&change).await;
        let told = match got.status {
            200 if next == stored => Outcome::Unchanged,
            200 => Outcome::Saved,
            _ => expected_code(&got),
        };
        assert_eq!(told, expected, "round {round}: {stored:?}\n{change}\n{}", got.text());
        saved += usize::from(told == Outcome::Saved);
        *seen.entry(format!("{told:?}")).or_default() += 1;
        stored = next;
        let mut read = house.read().await.ok();
        if got.status == 200 {
            assert_eq!(got.json(), read, "round {round}");
        }
        for other in ["azureKeyVault", "googleCloudKms"] {
            read.as_object_mut().unwrap().remove(other);
        }
        assert_eq!(read, view(&stored), "round {round}: {change}");
    }
    let updates = house.events().await;
    let updates = updates.iter().filter(|name| *name == "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED").count();
    assert_eq!(updates, saved, "exactly one event for each change");
    assert!(seen.len() >= 7, "the dice met many rules: {seen:?}");
    house.end().await;
}

fn expected_code(got: &crate::client::Got) -> Outcome {
    const KNOWN: [&str; 8] = [
        "MISSING_ENCRYPTION_AT_REST_PROVIDER",
        "MISSING_ATTRIBUTE",
        "MISSING_ONE_OF_ATTRIBUTES",
        "VALIDATION_ERROR",
        "AWS_KMS_CREDENTIALS_AUTH_DEPRECATED",
        "INVALID_AWS_CREDENTIALS",
        "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND",
        "AWS_KMS_CUSTOMER_MASTER_KEY_NOT_ENABLED",
    ];
    let code = got.code();
    Outcome::Refused(got.status, KNOWN.into_iter().find(|known| *known == code).unwrap_or("another"))
}

on_both_engines! {
    follows_the_rules_whatever_is_sent
}
