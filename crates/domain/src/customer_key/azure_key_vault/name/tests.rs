//! The grammars of Azure's names, and everything that must not get past them (product.md 2.5).

use super::*;

const VERSION: &str = "d891821e3d364e9eb88fbd3d11807b86";

fn vault() -> VaultName {
    VaultName::parse("EXAMPLEKeyVault").unwrap()
}

fn suffix(text: &str) -> VaultSuffix {
    VaultSuffix::parse(text).unwrap()
}

fn parse(text: &str) -> Option<KeyIdentifier> {
    KeyIdentifier::parse(text, &vault(), &suffix(".vault.azure.net"), VersionlessKeys::Refuse)
}

#[test]
fn the_address_of_a_key_in_its_vault_is_taken() {
    for host in
        ["examplekeyvault.vault.azure.net", "EXAMPLEKeyVault.vault.azure.net", "exampleKEYvault.VAULT.azure.Net"]
    {
        let found = parse(&format!("https://{host}/keys/EXAMPLEKey/{VERSION}")).unwrap();
        assert_eq!((found.name(), found.version()), ("EXAMPLEKey", Some(VERSION)));
        let url = found.url(&vault(), &suffix(".vault.azure.net"));
        assert_eq!(url, format!("https://examplekeyvault.vault.azure.net/keys/EXAMPLEKey/{VERSION}"));
        assert_eq!(parse(&url), Some(found));
    }
    for name in ["a", "a-b-0", "-", &"k".repeat(127)] {
        assert!(parse(&format!("https://examplekeyvault.vault.azure.net/keys/{name}/1")).is_some(), "{name}");
    }
}

#[test]
fn no_address_chooses_another_host_or_path() {
    let host = "examplekeyvault.vault.azure.net";
    let good = format!("https://{host}/keys/k/{VERSION}");
    assert!(parse(&good).is_some());
    for (why, bad) in [
        ("another host", good.replace(host, "evil.example")),
        ("another vault", good.replace("examplekeyvault", "other")),
        ("another vault's name in front", good.replace("examplekeyvault", "evil-examplekeyvault")),
        ("a label in front", good.replace(host, &format!("evil.{host}"))),
        ("a label behind", good.replace(host, &format!("{host}.evil.example"))),
        ("a final dot", good.replace(host, &format!("{host}."))),
        ("the suffix alone", good.replace("examplekeyvault.", "")),
        ("another environment's suffix", good.replace("azure.net", "azure.cn")),
        ("a managed HSM", good.replace(".vault.", ".managedhsm.")),
        ("an address in numbers", good.replace(host, "169.254.169.254")),
        ("loopback", good.replace(host, "localhost")),
        ("its own port", good.replace(host, &format!("{host}:443"))),
        ("another port", good.replace(host, &format!("{host}:8443"))),
        ("an empty port", good.replace(host, &format!("{host}:"))),
        ("user-info", good.replace(host, &format!("user@{host}"))),
        ("user-info with a password", good.replace(host, &format!("user:pw@{host}"))),
        ("user-info that looks like the host", good.replace(host, &format!("{host}@evil.example"))),
        ("an empty user-info", good.replace(host, &format!("@{host}"))),
        ("a query", format!("{good}?api-version=7.4")),
        ("an empty query", format!("{good}?")),
        ("a query before the path", good.replace("/keys", "?x=/keys")),
        ("a fragment", format!("{good}#f")),
        ("an empty fragment", format!("{good}#")),
        ("dot segments to another type", good.replace("/keys/k", "/keys/../secrets/k")),
        ("dot segments that lead back", good.replace("/keys/", "/secrets/../keys/")),
        ("a dot segment", good.replace("/keys/", "/./keys/")),
        ("a dot for a name", good.replace("/k/", "/./")),
        ("two dots for a name", good.replace("/k/", "/../")),
        ("two dots for a version", good.replace(VERSION, "..")),
        ("encoded dots", good.replace("/k/", "/%2e%2e/")),
        ("an encoded slash", good.replace("/k/", "/k%2f..%2f/")),
        ("an encoded slash in capitals", good.replace("/k/", "/k%2F/")),
        ("an encoded slash in the version", good.replace(VERSION, "a%2fb")),
        ("an encoded letter", good.replace("/k/", "/%6b/")),
        ("a backslash for a slash", good.replace("/keys", "\\keys")),
        ("backslashes", good.replace("https://", "https:\\\\")),
        ("a scheme in capitals", good.replace("https", "HTTPS")),
        ("a scheme in mixed case", good.replace("https", "Https")),
        ("no encryption", good.replace("https", "http")),
        ("another scheme", good.replace("https", "ftp")),
        ("no scheme", good.replace("https:", "")),
        ("no scheme and no slashes", good.replace("https://", "")),
        ("one slash", good.replace("https://", "https:/")),
        ("three slashes", good.replace("https://", "https:///")),
        ("two slashes before the path", good.replace("/keys", "//keys")),
        ("two slashes within it", good.replace("/k/", "//k/")),
        ("a trailing slash", format!("{good}/")),
        ("a trailing operation", format!("{good}/encrypt")),
        ("trailing dots", format!("{good}/..")),
        ("no version", format!("https://{host}/keys/k")),
        ("an empty version", format!("https://{host}/keys/k/")),
        ("no name", format!("https://{host}/keys")),
        ("an empty name", format!("https://{host}/keys//{VERSION}")),
        ("a host alone", format!("https://{host}")),
        ("a host and a slash", format!("https://{host}/")),
        ("a secret", good.replace("/keys/", "/secrets/")),
        ("a certificate", good.replace("/keys/", "/certificates/")),
        ("a storage account", good.replace("/keys/", "/storage/")),
        ("a deleted key", good.replace("/keys/", "/deletedkeys/")),
        ("keys in capitals", good.replace("/keys/", "/Keys/")),
        ("a blank in front", format!(" {good}")),
        ("a blank behind", format!("{good} ")),
        ("a line break behind", format!("{good}\r\n")),
        ("a line break within", good.replace("/k/", "/k\r\nHost: evil.example/")),
        ("a tab in the scheme", good.replace("https", "ht\ttps")),
        ("a NUL", good.replace("/k/", "/k\u{0}/")),
        ("a name with an underscore", good.replace("/k/", "/a_b/")),
        ("a name with a dot", good.replace("/k/", "/a.b/")),
        ("a name too long", good.replace("/k/", &format!("/{}/", "k".repeat(128)))),
        ("a name that is not ASCII", good.replace("/k/", "/k\u{e9}/")),
        ("a host that only looks alike", good.replace("azure", "\u{430}zure")),
        ("a version with a hyphen", good.replace(VERSION, "d891821e-3d36")),
        ("nothing", String::new()),
    ] {
        assert_eq!(parse(&bad), None, "{why}: {bad}");
        let versionless = KeyIdentifier::parse(&bad, &vault(), &suffix(".vault.azure.net"), VersionlessKeys::Accept);
        let has_no_version = matches!(why, "no version" | "an empty version");
        assert_eq!(versionless.is_some(), has_no_version, "{why} where versions are not needed: {bad}");
    }
}

#[test]
fn the_host_follows_the_environment_and_what_the_operator_says() {
    let china = VaultSuffixes::default();
    for (environment, host) in [
        (AzureEnvironment::Azure, "examplekeyvault.vault.azure.net"),
        (AzureEnvironment::AzureChina, "examplekeyvault.vault.azure.cn"),
        (AzureEnvironment::AzureUsGovernment, "examplekeyvault.vault.usgovcloudapi.net"),
    ] {
        let suffix = china.of(environment);
        assert_eq!(vault().host(suffix), host);
        for (other, _) in AzureEnvironment::ALL.map(|other| (other, ())) {
            let text = format!("https://{}/keys/k/1", vault().host(china.of(other)));
            let found = KeyIdentifier::parse(&text, &vault(), suffix, VersionlessKeys::Refuse);
            assert_eq!(found.is_some(), other == environment, "{text}");
        }
    }
    // An emulator's port belongs to the host: with another, or without, it is another host.
    let local = suffix(".vault.localhost:8443");
    let check = |host: &str, expected| {
        let text = format!("https://{host}/keys/k/1");
        let found = KeyIdentifier::parse(&text, &vault(), &local, VersionlessKeys::Refuse);
        assert_eq!(found.is_some(), expected, "{text}");
    };
    check("examplekeyvault.vault.localhost:8443", true);
    check("examplekeyvault.vault.localhost", false);
    check("examplekeyvault.vault.localhost:443", false);
    check("examplekeyvault.vault.localhost:08443", false);
    check("examplekeyvault.vault.localhost:8443@evil.example", false);
    let shape = KeyIdentifier::shape(&vault(), &local, VersionlessKeys::Refuse);
    assert_eq!(shape, "https://examplekeyvault.vault.localhost:8443/keys/<key name>/<key version>");
    let shape = KeyIdentifier::shape(&vault(), &local, VersionlessKeys::Accept);
    assert_eq!(shape, "https://examplekeyvault.vault.localhost:8443/keys/<key name>[/<key version>]");
}

#[test]
fn environments_are_read_back() {
    for environment in AzureEnvironment::ALL {
        assert_eq!(AzureEnvironment::by_name(environment.name()), Some(environment));
    }
    for bad in ["", "azure", "AZURE_GERMANY", "AZURE ", "AZURE_US_GOV"] {
        assert_eq!(AzureEnvironment::by_name(bad), None, "{bad}");
    }
}

#[test]
fn vault_names_follow_the_grammar() {
    for good in ["abc", "EXAMPLEKeyVault", "a-1", "a1-b2-c3", "a23456789012345678901234"] {
        assert_eq!(VaultName::parse(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        "ab",
        "a234567890123456789012345",
        "1abc",
        "-abc",
        "abc-",
        "a--b",
        "a/b",
        "a\\b",
        "a.b",
        "abc.vault.azure.net",
        "a%2fb",
        "a%62c",
        "a:8443",
        "a@b",
        "a?b",
        "a#b",
        "a_b",
        "a b",
        " abc",
        "abc\r\n",
        "a\u{0}b",
        "../..",
        "v\u{e4}ult",
        "\u{430}bc",
        "localhost:1",
    ] {
        assert!(VaultName::parse(bad).is_none(), "{bad:?}");
    }
}

#[test]
fn resource_groups_follow_the_grammar() {
    for good in ["a", "my-group_1.(eu)", "Schl\u{fc}ssel", "a.b", ".a", "-", &"g".repeat(90), &"\u{fc}".repeat(90)] {
        assert_eq!(ResourceGroupName::parse(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        ".",
        "..",
        "a.",
        "a/b",
        "a/../b",
        "a\\b",
        "a%2fb",
        "a b",
        "a?b",
        "a#b",
        "a'b",
        "a\"b",
        "a;b",
        "a\r\nb",
        "a\u{0}",
        "a\u{200b}b",
        "a\u{1f511}b",
        &"g".repeat(91),
        &"\u{fc}".repeat(91),
    ] {
        assert!(ResourceGroupName::parse(bad).is_none(), "{bad:?}");
    }
}

#[test]
fn guids_follow_the_grammar() {
    let good = "7e4a47aa-0000-4000-8000-00000000000a";
    assert_eq!(AzureGuid::parse(good).unwrap().as_str(), good);
    assert_eq!(AzureGuid::parse(good), AzureGuid::parse(&good.to_uppercase()));
    assert_ne!(AzureGuid::parse(good), AzureGuid::parse("7e4a47aa-0000-4000-8000-00000000000b"));
    for bad in [
        "",
        "common",
        "organizations",
        "contoso.onmicrosoft.com",
        "7e4a47aa0000400080000000000000a0",
        "{7e4a47aa-0000-4000-8000-00000000000a}",
        "7e4a47aa-0000-4000-8000-00000000000",
        "7e4a47aa-0000-4000-8000-00000000000aa",
        "7e4a47aa-0000-4000-8000-00000000000g",
        "7e4a47aa-0000-4000-80000-0000000000a",
        "7e4a47aa-0000-4000-8000-00000000000a-",
        "-7e4a47aa-0000-4000-8000-0000000000a",
        "7e4a47aa/0000-4000-8000-00000000000a",
        "../../aa-0000-4000-8000-00000000000a",
        " 7e4a47aa-0000-4000-8000-00000000000",
        "7e4a47aa-0000-4000-8000-0000000000\r\n",
        "7e4a47aa-0000-4000-8000-00000000\u{e4}\u{e4}",
    ] {
        assert!(AzureGuid::parse(bad).is_none(), "{bad:?}");
    }
}

#[test]
fn vault_suffixes_follow_the_grammar() {
    for good in [".vault.azure.net", ".vault.azure.net:8443", ".v", ":8443", ":1", ":65535", ".a-b.0", ".127.0.0.1:443"]
    {
        assert_eq!(VaultSuffix::parse(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        ".",
        ":",
        "vault.azure.net",
        ".vault.azure.net.",
        ".vault..net",
        "..net",
        ".Vault.azure.net",
        ".vault.azure.net:",
        ".vault.azure.net:0",
        ".vault.azure.net:65536",
        ".vault.azure.net:+443",
        ".vault.azure.net:0443",
        ".vault.azure.net:-1",
        ".vault.azure.net:44 3",
        ".vault.azure.net:443:443",
        ".vault.azure.net/",
        ".vault.azure.net/keys",
        ".vault.azure.net?x",
        ".vault.azure.net#x",
        "@evil.example",
        ".vault@evil.example",
        ".vault_azure.net",
        ".vault azure.net",
        ".v\u{e4}ult.net",
        "8443",
    ] {
        assert!(VaultSuffix::parse(bad).is_none(), "{bad:?}");
    }
}
